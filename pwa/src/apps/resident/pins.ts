/** The PIN of a code: from this device's receipts, or as typed on this visit. */
import { database } from '../../core/db.ts'

const typed = new Map<string, string>()

export function rememberPin(code: string, pin: string): void {
  typed.set(code, pin)
}

export function forgetPin(code: string): void {
  typed.delete(code)
}

export async function pinOf(code: string): Promise<string> {
  const kept = await database()
    .then((db) => db.get('codes', code))
    .catch(() => undefined)
  return typed.get(code) ?? kept?.pin ?? ''
}
