/** Dates as people here write them, always on the commune's clock (Asia/Ho_Chi_Minh), never the telephone's. */
import { language } from './i18n.ts'

/** Vietnam has been seven hours ahead of UTC, summer and winter, since 1975. (Intl's clocks take a slow telephone a tenth of a second to wind up.) */
const AHEAD_MS = 7 * 3_600_000

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const WEEKDAYS = {
  vi: ['Chủ Nhật', 'thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
}

/** A moment whose UTC fields read as the clock in Vietnam does. */
const local = (at: string | Date): Date => new Date(new Date(at).getTime() + AHEAD_MS)

/** "21/11/2026" in Vietnamese, "21 Nov 2026" in English. */
export function day(at: string | Date): string {
  const [year, month, date] = isoDay(at).split('-')
  return language() === 'en' ? `${Number(date)} ${MONTHS[Number(month) - 1]} ${year}` : `${date}/${month}/${year}`
}

/**
 * "thứ Bảy, 21/11/2026", "Chủ Nhật, 22/11/2026" or "Saturday, 21 Nov 2026". Days of the week are written as Decree 30/2020 on
 * official papers writes them: "thứ" small, the name of the day large; Sunday is a name as a whole.
 */
export const longDay = (at: string | Date): string => `${WEEKDAYS[language()][local(at).getUTCDay()]}, ${day(at)}`

/** The day of a date without an hour ("2026-11-21"), as people write it. */
export const plainDay = (date: string): string => day(`${date}T12:00:00+07:00`)

/** "17:05". */
export const hour = (at: string | Date): string => local(at).toISOString().slice(11, 16)

/** "17:05, 21/11/2026". */
export const moment = (at: string | Date): string => `${hour(at)}, ${day(at)}`

/** "2026-11-21", the commune's day of a moment; for `?date=` and grouping. */
export const isoDay = (at: string | Date): string => local(at).toISOString().slice(0, 10)
