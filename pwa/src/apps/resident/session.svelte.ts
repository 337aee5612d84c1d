/** Who is signed in on this device, if anyone; staff are strangers here. */
import { get, Problem, send } from '../../core/api.ts'
import { readCookie } from '../../core/text.ts'
import type { Me } from './parts/types.ts'

export const session = $state({ resident: null as NonNullable<Me['resident']> | null })

const mayBeSignedIn = () => readCookie('tl_csrf') !== ''

export async function loadSession(): Promise<void> {
  if (!mayBeSignedIn()) {
    session.resident = null
    return
  }
  try {
    session.resident = (await get<Me>('/me')).resident ?? null
  } catch (failure) {
    if (failure instanceof Problem) session.resident = null
  }
}

export async function signOut(): Promise<void> {
  await send('POST', '/auth/sign-out')
  session.resident = null
}
