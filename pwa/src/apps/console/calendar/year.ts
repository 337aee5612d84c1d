/** A year of an office's calendar: weeks of months, what each day is, and where the keys lead. Pure; days are "2026-11-25". */
import type { Schemas } from '../../../core/schema.d.ts'

export type Calendar = Schemas['UnitCalendar']
export type CalendarDay = Calendar['days'][number]
export type DayKind = Schemas['CalendarDayIn']['kind']
export type Type = CalendarDay['type']
export type Source = CalendarDay['source']

export const FIRST_YEAR = 2020
export const LAST_YEAR = 2100
export const TYPES: Type[] = ['working', 'weekend', 'holiday', 'closure', 'make_up']
export const KINDS: DayKind[] = ['closure', 'holiday', 'workday']
export const ICONS: Record<Type, string> = {
  working: '',
  weekend: 'minus',
  holiday: 'star',
  closure: 'ban',
  make_up: 'briefcase',
}

const DAY_MS = 86_400_000
const at = (day: string) => Date.parse(`${day}T00:00:00Z`)
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10)

export const yearOf = (day: string): number => Number(day.slice(0, 4))
export const inReach = (day: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(day) &&
  !Number.isNaN(at(day)) &&
  iso(at(day)) === day &&
  yearOf(day) >= FIRST_YEAR &&
  yearOf(day) <= LAST_YEAR
/** The year of an address; `fallback` when it names none that can be shown. */
export function readYear(text: string | null, fallback: number): number {
  const year = Number(text)
  return Number.isInteger(year) && year >= FIRST_YEAR && year <= LAST_YEAR ? year : fallback
}
/** 0 is Monday. */
export const weekdayOf = (day: string): number => (new Date(at(day)).getUTCDay() + 6) % 7
export const shifted = (day: string, days: number): string => iso(at(day) + days * DAY_MS)

/** The same day of another month; a shorter month ends earlier. */
export function shiftedMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const first = Date.UTC(year, month - 1 + months, 1)
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return iso(first + (Math.min(date, last) - 1) * DAY_MS)
}

/** The weeks of a month (1 to 12), Monday first; null where the neighbouring month has the day. */
export function weeksOf(year: number, month: number): (string | null)[][] {
  const first = iso(Date.UTC(year, month - 1, 1))
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const cells: (string | null)[] = Array(weekdayOf(first)).fill(null)
  for (let n = 0; n < length; n++) cells.push(shifted(first, n))
  while (cells.length % 7) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}

/** Where a key leads from a day, within its year; null when the key leads nowhere. */
export function step(key: string, day: string): string | null {
  const targets: Record<string, () => string> = {
    ArrowLeft: () => shifted(day, -1),
    ArrowRight: () => shifted(day, 1),
    ArrowUp: () => shifted(day, -7),
    ArrowDown: () => shifted(day, 7),
    Home: () => shifted(day, -weekdayOf(day)),
    End: () => shifted(day, 6 - weekdayOf(day)),
    PageUp: () => shiftedMonths(day, -1),
    PageDown: () => shiftedMonths(day, 1),
  }
  const target = targets[key]?.()
  if (!target) return null
  return yearOf(target) === yearOf(day) ? target : day
}

export type Look = {
  day: string
  type: Type
  note: string
  source: Source
  own: boolean
  inherited: CalendarDay['inherited']
}

/** The calendar by day, for quick looking up. */
export const byDay = (calendar: Calendar): Map<string, CalendarDay> =>
  new Map(calendar.days.map((entry) => [entry.day, entry]))

/** What a day is: what was said about it, else what the office hours of its weekday make it. */
export function lookAt(calendar: Calendar, known: Map<string, CalendarDay>, day: string): Look {
  const entry = known.get(day)
  if (entry) return { ...entry, note: entry.note ?? '', own: entry.source === 'unit' }
  const open = (calendar.hours.week[weekdayOf(day)] ?? []).length > 0
  const type = open ? 'working' : 'weekend'
  return { day, type, note: '', source: calendar.hours.source, own: false, inherited: null }
}

/** What the unit itself said about a day, as it is sent; null when it said nothing. */
export function ownWord(entry: CalendarDay | undefined): { day: string; kind: DayKind; note: string } | null {
  if (entry?.source !== 'unit') return null
  const kind = entry.type === 'closure' || entry.type === 'holiday' ? entry.type : 'workday'
  return { day: entry.day, kind, note: entry.note ?? '' }
}

export type Run = { first: string; last: string; type: Type; note: string; source: Source }

/** Days of one month that say the same one after another, as one line: "16–20 Tết". */
export function runsOf(calendar: Calendar, month: number): Run[] {
  const runs: Run[] = []
  for (const { day, type, note, source } of calendar.days) {
    if (Number(day.slice(5, 7)) !== month) continue
    const last = runs.at(-1)
    const goesOn = last && shifted(last.last, 1) === day && last.type === type && last.source === source
    if (goesOn && last.note === (note ?? '')) last.last = day
    else runs.push({ first: day, last: day, type, note: note ?? '', source })
  }
  return runs
}
