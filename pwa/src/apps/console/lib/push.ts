/**
 * Push messages to this browser, shown by the worker at /sw.js. The registration belongs to one person: on a shared machine
 * it ends when they sign out, and the next person is not taken for them.
 */
import { Problem } from '../../../core/api.ts'
import { language } from '../../../core/i18n.ts'
import type { Schemas } from '../../../core/schema.d.ts'
import { get, send } from './call.ts'
import { session } from './session.svelte.ts'

const KEY = 'tl_console_push'
type Kept = { id: string; token: string; owner: string }

/** `unable`: this browser cannot; `denied`: the person or the office forbade it. */
export type PushState = 'unable' | 'denied' | 'off' | 'on'

export function pushState(): PushState {
  const able = 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis
  if (!able) return 'unable'
  if (Notification.permission === 'denied') return 'denied'
  return kept() ? 'on' : 'off'
}

function stored(): Kept | null {
  const text = localStorage.getItem(KEY)
  return text ? (JSON.parse(text) as Kept) : null
}

function kept(): Kept | null {
  const found = stored()
  return found?.owner === session.me?.id ? found : null
}

/** Asks the browser, then the server. Throws Problem, Unreachable, or what the browser says; "denied" is a state, not an error. */
export async function turnPushOn(): Promise<PushState> {
  if ((await Notification.requestPermission()) !== 'granted') return pushState()
  // First the key: without one this server sends nothing, and the browser need not be asked.
  const { key } = await get<Schemas['VapidKey']>('/push/vapid-key')
  const worker =
    (await navigator.serviceWorker.getRegistration('/')) ?? (await navigator.serviceWorker.register('/sw.js'))
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) })
  const { endpoint, keys } = subscription.toJSON()
  const body = { kind: 'webpush', endpoint, keys, communes: [], topics: [], language: language() }
  const { data } = await send<Schemas['NewSubscription']>('POST', '/push/subscriptions', body)
  localStorage.setItem(KEY, JSON.stringify({ id: data.id, token: data.token, owner: session.me?.id ?? '' }))
  return pushState()
}

/** Ends this person's registration. */
export async function turnPushOff(): Promise<PushState> {
  const mine = kept()
  try {
    if (mine) await end(mine)
  } finally {
    // Even when the server cannot be told, nothing more reaches this browser.
    if (mine) await unsubscribe()
  }
  return pushState()
}

/** Ends the registration of whoever used this machine before and did not sign out. */
export async function endForeignPush(): Promise<void> {
  const other = stored()
  if (other && other.owner !== session.me?.id) await end(other).catch(() => undefined)
}

async function unsubscribe(): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration('/')
  await (await worker?.pushManager?.getSubscription())?.unsubscribe()
}

/** One that the server no longer knows has ended already. */
async function end({ id, token }: Kept): Promise<void> {
  await send('DELETE', `/push/subscriptions/${id}`, undefined, { headers: { 'X-Subscription-Token': token } }).catch(
    (problem) => {
      if (!(problem instanceof Problem && problem.status === 404)) throw problem
    },
  )
  localStorage.removeItem(KEY)
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(
    base64url
      .replace(/-/g, '+')
      .replace(/_/g, '/')
      .padEnd(Math.ceil(base64url.length / 4) * 4, '='),
  )
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}
