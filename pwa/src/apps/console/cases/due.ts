/**
 * "còn 3 giờ làm việc", "trễ 2 ngày": the due column in words. Pure.
 *
 * Every number is the server's, which knows the unit's hours, holidays and closures: here it only becomes words.
 */
import type { CaseDetail, CaseState, Urgency } from '../types.ts'

export type Tone = 'alert' | 'warn' | 'ok' | 'quiet'
export type DueWords = { key: string; tone: Tone; time?: { n: number; unit: 'minute' | 'hour' | 'day' } }

export type DueInput = {
  state: CaseState
  urgency: Urgency
  /** The part of the way that the clock is on; intake has a due date of its own. */
  stage: string | null
  due_at: string
  intake_due_at: string
  is_overdue: boolean
  paused: boolean
  working_minutes_left: number | null
  /** The calendar changed, and the dates are still those of before. */
  recounting?: boolean
}

const HOUR = 60
/** Eight hours of work, by law a working day. */
const DAY = 480
const ENDED: readonly CaseState[] = ['resolved', 'rejected', 'diverted', 'merged', 'withdrawn', 'closed']

export const ended = (state: CaseState): boolean => ENDED.includes(state)

/** What goes on by itself while a list stays open; a case that somebody moved keeps its row until the list is read again. */
const CLOCK = [
  'stage',
  'due_at',
  'intake_due_at',
  'is_overdue',
  'paused',
  'working_minutes_left',
  'recounting',
] as const satisfies (keyof DueInput)[]

/** The row as it stands, with the time that is left now. */
export function withClock<Row extends DueInput>(row: Row, now: DueInput | undefined): Row {
  if (!now || now.state !== row.state) return row
  return { ...row, ...Object.fromEntries(CLOCK.map((name) => [name, now[name]])) }
}

/** A case as its own page has it: the clock stands apart there. */
export const dueOf = (item: CaseDetail): DueInput => ({ ...item, ...item.clock, due_at: item.due_at })

export function dueWords(item: DueInput, now: number): DueWords {
  if (ended(item.state)) return { key: 'due.ended', tone: 'quiet' }
  if (item.paused) return { key: 'due.waiting', tone: 'quiet' }
  const due = Date.parse(item.stage === 'intake' ? item.intake_due_at : item.due_at)
  if (item.is_overdue || due < now) return late(Math.max(0, now - due))
  const left = item.working_minutes_left ?? 0
  // Day and night for an emergency; and before the office opens there is time left, but none of it working time.
  if (item.urgency === 'emergency' || left < 1) {
    return rounded(
      'clock',
      Math.max(1, Math.round((due - now) / 60_000)),
      1440,
      item.urgency === 'emergency' ? 120 : 1440,
    )
  }
  return rounded('work', left, DAY, DAY)
}

const late = (ms: number): DueWords => ({
  key: 'due.late',
  tone: 'alert',
  time: inUnits(Math.max(1, Math.round(ms / 60_000)), 1440),
})

const rounded = (clock: 'work' | 'clock', minutes: number, dayMinutes: number, warnBelow: number): DueWords => ({
  key: `due.${clock}`,
  tone: minutes <= warnBelow ? 'warn' : 'ok',
  time: inUnits(minutes, dayMinutes),
})

function inUnits(minutes: number, dayMinutes: number): DueWords['time'] {
  if (minutes < HOUR) return { n: Math.ceil(minutes), unit: 'minute' }
  if (minutes < dayMinutes) return { n: Math.floor(minutes / HOUR), unit: 'hour' }
  return { n: Math.floor(minutes / dayMinutes), unit: 'day' }
}
