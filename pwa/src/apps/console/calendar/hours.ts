/** Office hours of a week as they are typed: read generously, checked before they are sent. Pure. */
import type { Calendar } from './year.ts'

export type Span = { opens: string; closes: string }
export type Week = Span[][]
/** "0.1.closes" (weekday, span, field), "0" (a weekday) or "" (the week) → what is wrong. */
export type Wrong = Record<string, 'not_an_hour' | 'before_opens' | 'overlap' | 'never_open'>

export const MOST_SPANS = 4
const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6]

export const copyOf = (week: Calendar['hours']['week']): Week =>
  WEEKDAYS.map((weekday) => (week[weekday] ?? []).map(({ opens, closes }) => ({ opens, closes })))

/** "7:30", "7h30", "7.30", "730" or "7" → "07:30"; null when it is no hour. The end of a day is 24:00. */
export function readHour(text: string): string | null {
  const found = /^(\d{1,2})(?:\s*[:.hg]\s*(\d\d)?|(\d\d))?$/i.exec(text.trim())
  if (!found) return null
  const [hours, minutes] = [Number(found[1]), Number(found[2] ?? found[3] ?? 0)]
  if (minutes > 59 || hours > 24 || (hours === 24 && minutes > 0)) return null
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
}

/** The week as it is sent, and what stands in the way. Rows that were left empty are no office hours. */
export function readWeek(typed: Week): { week: Week; wrong: Wrong } {
  const wrong: Wrong = {}
  const week = typed.map((day, weekday) => {
    const spans: Span[] = []
    day.forEach((span, index) => {
      if (!span.opens.trim() && !span.closes.trim()) return
      const [opens, closes] = [readHour(span.opens), readHour(span.closes)]
      if (!opens || opens === '24:00') wrong[`${weekday}.${index}.opens`] = 'not_an_hour'
      if (!closes) wrong[`${weekday}.${index}.closes`] = 'not_an_hour'
      if (!opens || !closes) return
      if (opens >= closes && opens !== '24:00') wrong[`${weekday}.${index}.closes`] = 'before_opens'
      spans.push({ opens, closes })
    })
    spans.sort((a, b) => a.opens.localeCompare(b.opens))
    if (spans.some((span, index) => index > 0 && span.opens < (spans[index - 1]?.closes ?? '')))
      wrong[weekday] = 'overlap'
    return spans
  })
  if (week.every((day) => day.length === 0) && Object.keys(wrong).length === 0) wrong[''] = 'never_open'
  return { week, wrong }
}

export const spoken = (spans: Span[]): string => spans.map(({ opens, closes }) => `${opens}–${closes}`).join(', ')

const minutes = (hour: string) => Number(hour.slice(0, 2)) * 60 + Number(hour.slice(3))

/** Hours of a week, "37.5". */
export const hoursOf = (week: Week): number =>
  week.flat().reduce((sum, { opens, closes }) => sum + minutes(closes) - minutes(opens), 0) / 60
