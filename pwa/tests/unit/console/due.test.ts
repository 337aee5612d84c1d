import { describe, expect, test } from 'vitest'
import { type DueInput, dueWords, withClock } from '../../../src/apps/console/cases/due.ts'

const at = (local: string) => Date.parse(`${local}:00+07:00`)
const iso = (local: string) => new Date(at(local)).toISOString()
// A Friday.
const FRIDAY = '2026-11-20'
const item = (changes: Partial<DueInput>): DueInput => ({
  state: 'in_progress',
  urgency: 'normal',
  stage: 'handling',
  due_at: iso(`${FRIDAY}T16:30`),
  intake_due_at: iso('2026-11-17T16:30'),
  is_overdue: false,
  paused: false,
  working_minutes_left: 0,
  ...changes,
})

describe('the due column', () => {
  test.each([
    [
      "hours are the server's working hours",
      { working_minutes_left: 255 },
      `${FRIDAY}T10:30`,
      'due.work',
      'hour',
      4,
      'warn',
    ],
    [
      'the last hour is said in minutes',
      { working_minutes_left: 20 },
      `${FRIDAY}T16:10`,
      'due.work',
      'minute',
      20,
      'warn',
    ],
    ['days are days of eight hours', { working_minutes_left: 1450 }, '2026-11-17T16:30', 'due.work', 'day', 3, 'ok'],
    ['before the office opens the clock of the wall is said', {}, `${FRIDAY}T06:00`, 'due.clock', 'hour', 10, 'warn'],
    [
      'an emergency runs on the clock of the wall',
      { urgency: 'emergency', working_minutes_left: 180 },
      `${FRIDAY}T13:30`,
      'due.clock',
      'hour',
      3,
      'ok',
    ],
    ['late by an hour and a half is one hour', {}, `${FRIDAY}T18:00`, 'due.late', 'hour', 1, 'alert'],
    ['late by two days', {}, '2026-11-22T17:00', 'due.late', 'day', 2, 'alert'],
    [
      'late at intake is late by the date of intake',
      { state: 'received', stage: 'intake', is_overdue: true },
      '2026-11-18T18:30',
      'due.late',
      'day',
      1,
      'alert',
    ],
  ] as const)('%s', (_name, changes, now, key, unit, n, tone) => {
    expect(dueWords(item(changes as Partial<DueInput>), at(now))).toEqual({ key, tone, time: { n, unit } })
  })
  test('says nothing of time while the clock rests, and nothing once it is over', () => {
    expect(dueWords(item({ state: 'needs_information', paused: true }), at(`${FRIDAY}T10:00`)).key).toBe('due.waiting')
    expect(dueWords(item({ state: 'resolved', is_overdue: true }), at('2026-11-22T17:00')).tone).toBe('quiet')
  })
})

describe('a row that stays open', () => {
  const row = { ...item({ working_minutes_left: 240 }), version: 3, excerpt: 'Đường hỏng' }
  test('gets the time that is left, and nothing else of what it became', () => {
    const now = { ...row, working_minutes_left: 30, recounting: true, version: 4, excerpt: 'khác' }
    expect(withClock(row, now)).toEqual({ ...row, working_minutes_left: 30, recounting: true })
  })
  test('stays as it is when the case was moved or is no longer there', () => {
    expect(withClock(row, { ...row, state: 'resolved', working_minutes_left: 0 })).toBe(row)
    expect(withClock(row, undefined)).toBe(row)
  })
})
