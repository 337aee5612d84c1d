/** Dates as people here write them, always on the commune's clock (Asia/Ho_Chi_Minh), never the telephone's. */
import { language } from './i18n.ts'

const ZONE = 'Asia/Ho_Chi_Minh'

const formats = new Map<string, Intl.DateTimeFormat>()

function format(options: Intl.DateTimeFormatOptions, locale: string): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options)
  let made = formats.get(key)
  if (!made) {
    made = new Intl.DateTimeFormat(locale, { timeZone: ZONE, ...options })
    formats.set(key, made)
  }
  return made
}

function parts(at: string | Date): Record<string, string> {
  const numbers = format(
    { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    'en-GB',
  ).formatToParts(new Date(at))
  return Object.fromEntries(numbers.map((part) => [part.type, part.value]))
}

/** "21/11/2026" in Vietnamese, "21 Nov 2026" in English. */
export function day(at: string | Date): string {
  if (language() === 'en')
    return format({ day: 'numeric', month: 'short', year: 'numeric' }, 'en-GB').format(new Date(at))
  const { day: d, month: m, year: y } = parts(at)
  return `${d}/${m}/${y}`
}

/**
 * "thứ Bảy, 21/11/2026", "Chủ Nhật, 22/11/2026" or "Saturday, 21 Nov 2026". Days of the week are written as Decree 30/2020 on
 * official papers writes them: "thứ" small, the name of the day large; Sunday is a name as a whole.
 */
export function longDay(at: string | Date): string {
  const weekday = format({ weekday: 'long' }, language() === 'en' ? 'en-GB' : 'vi').format(new Date(at))
  return `${weekday.replace(/^Thứ /, 'thứ ')}, ${day(at)}`
}

/** The day of a date without an hour ("2026-11-21"), as people write it. */
export const plainDay = (date: string): string => day(`${date}T12:00:00+07:00`)

/** "17:05". */
export function hour(at: string | Date): string {
  const { hour: h, minute: m } = parts(at)
  return `${h}:${m}`
}

/** "17:05, 21/11/2026". */
export const moment = (at: string | Date): string => `${hour(at)}, ${day(at)}`

/** "2026-11-21", the commune's day of a moment; for `?date=` and grouping. */
export function isoDay(at: string | Date): string {
  const { day: d, month: m, year: y } = parts(at)
  return `${y}-${m}-${d}`
}
