import { describe, expect, test } from 'vitest'
import { type DueInput, dueWords, workingMinutes } from '../../../src/apps/console/cases/due.ts'

const at = (local: string) => Date.parse(`${local}:00+07:00`)
// A Friday.
const FRIDAY = '2026-11-20'
const item = (changes: Partial<DueInput>): DueInput => ({
  state: 'in_progress',
  urgency: 'normal',
  due_at: new Date(at(`${FRIDAY}T16:30`)).toISOString(),
  is_overdue: false,
  ...changes,
})

describe('working minutes', () => {
  test('leave out the noon rest, nights and the weekend', () => {
    expect(workingMinutes(at(`${FRIDAY}T07:00`), at(`${FRIDAY}T18:00`))).toBe(480)
    expect(workingMinutes(at(`${FRIDAY}T11:00`), at(`${FRIDAY}T14:00`))).toBe(60)
    expect(workingMinutes(at(`${FRIDAY}T17:30`), at('2026-11-23T07:30'))).toBe(0)
    expect(workingMinutes(at(`${FRIDAY}T16:30`), at('2026-11-23T08:30'))).toBe(120)
  })
  test('count the same backwards', () => {
    const [from, to] = [at('2026-11-16T09:10'), at('2026-11-24T15:45')]
    expect(workingMinutes(to, from)).toBe(-workingMinutes(from, to))
  })
})

describe('the due column', () => {
  test.each([
    ['three hours of office time are three hours', {}, `${FRIDAY}T10:30`, 'due.about_hours', 4, 'warn'],
    ['the last hour is said in minutes', {}, `${FRIDAY}T16:10`, 'due.about_minutes', 20, 'warn'],
    ['days are days of eight hours', {}, '2026-11-17T16:30', 'due.about_days', 3, 'ok'],
    [
      'an emergency runs on the clock of the wall',
      { urgency: 'emergency' },
      '2026-11-20T13:30',
      'due.clock_hours',
      3,
      'ok',
    ],
    ['late by an hour and a half is one hour', {}, `${FRIDAY}T18:00`, 'due.late_hours', 1, 'alert'],
    ['late by two days', {}, '2026-11-22T17:00', 'due.late_days', 2, 'alert'],
  ] as const)('%s', (_name, changes, now, key, n, tone) => {
    expect(dueWords(item(changes as Partial<DueInput>), at(now))).toEqual({ key, params: { n }, tone })
  })
  test('says nothing of time while the resident is asked, and nothing once it is over', () => {
    expect(dueWords(item({ state: 'needs_information' }), at(`${FRIDAY}T10:00`)).key).toBe('due.waiting')
    expect(dueWords(item({ state: 'resolved', is_overdue: true }), at('2026-11-22T17:00')).tone).toBe('quiet')
  })
  test("takes the server's count where it gives one", () => {
    expect(dueWords(item({ working_minutes_left: 960 }), at(`${FRIDAY}T16:00`))).toMatchObject({
      key: 'due.work_days',
      params: { n: 2 },
    })
  })
})
