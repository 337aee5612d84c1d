/**
 * "còn 3 giờ làm việc", "trễ 2 ngày": the due column in words. Pure.
 *
 * The deadline itself is the server's, which knows the unit's hours, holidays and closures; only the words for the time that is
 * left are made here, on the usual office hours, and say "about". When the server says how many working minutes are left, those
 * are used.
 */
import type { CaseState, Urgency } from '../types.ts'

export type Tone = 'alert' | 'warn' | 'ok' | 'quiet'
export type DueWords = { key: string; params: Record<string, number>; tone: Tone }

export type DueInput = {
  state: CaseState
  urgency: Urgency
  due_at: string
  is_overdue: boolean
  working_minutes_left?: number | null
}

const HOUR = 60
const DAY = 480
/** Minutes after local midnight: 7:30–11:30 and 13:30–17:30, eight hours. */
const OFFICE: readonly [number, number][] = [
  [450, 690],
  [810, 1050],
]
const ZONE_MINUTES = 7 * 60
const ENDED: readonly CaseState[] = ['resolved', 'rejected', 'diverted', 'merged', 'withdrawn', 'closed']

export const ended = (state: CaseState): boolean => ENDED.includes(state)

/** Office minutes from `from` to `to`, Monday to Friday; negative when `to` lies before `from`. */
export function workingMinutes(from: number, to: number): number {
  if (to < from) return -workingMinutes(to, from)
  const start = Math.floor(from / 60_000) + ZONE_MINUTES
  const end = Math.floor(to / 60_000) + ZONE_MINUTES
  let sum = 0
  for (let day = Math.floor(start / 1440); day <= Math.floor(end / 1440); day++) {
    // Day 0 of the epoch was a Thursday.
    const weekday = (day + 4) % 7
    if (weekday === 0 || weekday === 6) continue
    for (const [opens, closes] of OFFICE) {
      sum += Math.max(0, Math.min(end, day * 1440 + closes) - Math.max(start, day * 1440 + opens))
    }
  }
  return sum
}

export function dueWords(item: DueInput, now: number): DueWords {
  if (ended(item.state)) return { key: 'due.ended', params: {}, tone: 'quiet' }
  if (item.state === 'needs_information') return { key: 'due.waiting', params: {}, tone: 'quiet' }
  const due = Date.parse(item.due_at)
  if (item.is_overdue || due < now) return late(Math.max(0, now - due))
  if (item.urgency === 'emergency') return round('clock', Math.max(1, Math.round((due - now) / 60_000)), 1440, 120)
  const left = item.working_minutes_left ?? workingMinutes(now, due)
  if (left < 1) return round('clock', Math.max(1, Math.round((due - now) / 60_000)), 1440, 1440)
  return round(item.working_minutes_left == null ? 'about' : 'work', left, DAY, DAY)
}

function late(ms: number): DueWords {
  const minutes = Math.max(1, Math.round(ms / 60_000))
  if (minutes < HOUR) return { key: 'due.late_minutes', params: { n: minutes }, tone: 'alert' }
  if (minutes < 1440) return { key: 'due.late_hours', params: { n: Math.floor(minutes / HOUR) }, tone: 'alert' }
  return { key: 'due.late_days', params: { n: Math.floor(minutes / 1440) }, tone: 'alert' }
}

function round(clock: 'work' | 'about' | 'clock', minutes: number, dayMinutes: number, warnBelow: number): DueWords {
  const tone: Tone = minutes <= warnBelow ? 'warn' : 'ok'
  if (minutes < HOUR) return { key: `due.${clock}_minutes`, params: { n: Math.ceil(minutes) }, tone }
  if (minutes < dayMinutes) return { key: `due.${clock}_hours`, params: { n: Math.floor(minutes / HOUR) }, tone }
  return { key: `due.${clock}_days`, params: { n: Math.floor(minutes / dayMinutes) }, tone }
}
