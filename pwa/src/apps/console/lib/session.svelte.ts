/** Who works here, what they may do and for which unit; and the way back in when a session runs out mid-work. */
import { get, Problem, send, Unreachable } from '../../../core/api.ts'
import type { Schemas } from '../../../core/schema.d.ts'
import { readCookie } from '../../../core/text.ts'
import type { Me, Permission, Unit } from '../types.ts'
import { dropDrafts } from './drafts.ts'
import { forgetWaiting } from './toasts.svelte.ts'

type Status = 'asking' | 'out' | 'in' | 'unreachable' | 'not_staff'

class Session {
  status = $state<Status>('asking')
  me = $state.raw<Me | null>(null)
  /** The session ran out while someone was working: the sign-in lies over the page, nothing below is lost. */
  expired = $state(false)
  unit = $state.raw<Unit | null>(null)
  units = $derived(unitsOf(this.me))
}

export const session = new Session()

const UNIT_KEY = 'tl_console_unit'
let waiting: ((same: boolean) => void)[] = []

/** Distinct units of the grants, provinces first. */
export function unitsOf(me: Me | null): Unit[] {
  const found = new Map<string, Unit>()
  for (const { unit } of me?.grants ?? []) if (!found.has(unit.code)) found.set(unit.code, unit)
  return [...found.values()].sort(
    (a, b) => Number(b.level === 'province') - Number(a.level === 'province') || a.name.localeCompare(b.name, 'vi'),
  )
}

export async function loadMe(): Promise<void> {
  // Without the cookie that follows a sign-in there is nobody to ask for.
  if (!readCookie('tl_csrf')) {
    session.status = 'out'
    return
  }
  try {
    const { staff } = await get<Schemas['MeView']>('/me')
    if (!staff) {
      session.status = 'not_staff'
      return
    }
    if (session.me?.id !== staff.id) dropDrafts({ but: staff.id })
    session.me = staff
    session.unit = rememberedUnit()
    session.status = 'in'
  } catch (problem) {
    if (problem instanceof Unreachable) session.status = 'unreachable'
    else if (problem instanceof Problem && [401, 403].includes(problem.status)) session.status = 'out'
    else session.status = 'unreachable'
  }
}

function rememberedUnit(): Unit | null {
  const units = session.units
  const code = localStorage.getItem(UNIT_KEY)
  const kept = units.find((unit) => unit.code === code)
  if (kept) return kept
  const extra = localStorage.getItem(`${UNIT_KEY}_extra`)
  if (extra && code && units.some((unit) => unit.level === 'province')) {
    const unit = JSON.parse(extra) as Unit
    if (unit.code === code) return unit
  }
  return units[0] ?? null
}

/** Works for another unit from now on; a commune of the province is remembered with its name. */
export function chooseUnit(unit: Unit): void {
  session.unit = unit
  localStorage.setItem(UNIT_KEY, unit.code)
  localStorage.setItem(`${UNIT_KEY}_extra`, JSON.stringify(unit))
}

/** Code of the chosen commune; undefined when a whole province is chosen. */
export const communeCode = (): string | undefined => (session.unit?.level === 'commune' ? session.unit.code : undefined)

export const may = (...permissions: Permission[]): boolean =>
  permissions.length === 0 || permissions.some((permission) => session.me?.permissions.includes(permission))

/** Resolves once somebody has signed in again over the page: true when it is the person of before. */
export function signInAgain(): Promise<boolean> {
  session.expired = true
  return new Promise((resolve) => waiting.push(resolve))
}

/** Called by the sign-in form. Another person than before starts on a clean page. */
export async function signedIn(): Promise<void> {
  const before = session.me?.id
  await loadMe()
  const same = session.status === 'in' && (!before || session.me?.id === before)
  const resumed = waiting
  waiting = []
  if (!same) forgetWaiting()
  for (const resume of resumed) resume(same)
  if (session.status === 'in' && !same) location.reload()
  else session.expired = false
}

export async function signOut(everywhere = false): Promise<void> {
  await send('POST', everywhere ? '/auth/sign-out-everywhere' : '/auth/sign-out').catch(() => undefined)
  // The next person begins on a clean page: neither this one's lists nor their unfinished words stay on the machine.
  sessionStorage.clear()
  dropDrafts()
  location.assign('/console')
}
