/** Date fields of a form (`datetime-local`, `date`) speak the commune's time, whatever this computer's zone is. Pure. */
import { hour, isoDay } from '../../../core/dates.ts'

/** "2026-11-22T05:30" of Asia/Ho_Chi_Minh → "2026-11-21T22:30:00.000Z"; null when it is no time. */
export function fromField(value: string): string | null {
  if (!value) return null
  const at = new Date(`${value.length === 10 ? `${value}T00:00` : value}:00+07:00`)
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}

export const toField = (at: string | null | undefined): string => (at ? `${isoDay(at)}T${hour(at)}` : '')
