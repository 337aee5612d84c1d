/** This device's push subscription: asked for on purpose only, managed with the secret the server gave. */
import { get, Problem, send } from '../../core/api.ts'
import { database } from '../../core/db.ts'
import { language } from '../../core/i18n.ts'

export const TOPICS = ['emergency', 'articles', 'broadcasts', 'feedback'] as const
export type Topic = (typeof TOPICS)[number]

/** `told`: how many tracking codes the server knows of this device. */
export type Kept = { id: string; token: string; communes: string[]; topics: Topic[]; told: number }
export type Ability = 'yes' | 'denied' | 'ios' | 'unsupported'

const KEY = 'push'
const MOST_CODES = 30

/** Whether this browser can show messages at all, and if not, why not. */
export function ability(): Ability {
  const apple =
    /iPad|iPhone|iPod/.test(navigator.userAgent) || (navigator.platform === 'MacIntel' && navigator.maxTouchPoints > 1)
  const installed = matchMedia('(display-mode: standalone)').matches
  if (apple && !installed && !('PushManager' in window)) return 'ios'
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) return 'unsupported'
  return Notification.permission === 'denied' ? 'denied' : 'yes'
}

export async function kept(): Promise<Kept | null> {
  const value = await (await database()).get('settings', KEY)
  return (value as Kept | undefined) ?? null
}

const keep = async (value: Kept) => (await database()).put('settings', value, KEY)

/** Tracking codes of this device, so that replies to anonymous feedback can be told to it. */
async function codes(): Promise<{ code: string; pin: string }[]> {
  const sent = await (await database()).getAll('codes')
  sent.sort((a, b) => b.submitted_at.localeCompare(a.submitted_at))
  return sent.slice(0, MOST_CODES).map(({ tracking_code, pin }) => ({ code: tracking_code, pin }))
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

/** Asks the browser, subscribes, and tells the server. Throws when the server or the push service fails. */
export async function subscribe(communes: string[], topics: Topic[]): Promise<Kept | 'denied'> {
  if ((await Notification.requestPermission()) !== 'granted') return 'denied'
  const registration = await navigator.serviceWorker.ready
  const { key } = await get<{ key: string }>('/push/vapid-key')
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) })
  const { endpoint, keys } = made.toJSON()
  const tracking_codes = await codes()
  const wishes = { communes, topics, language: language(), tracking_codes }
  const body = { kind: 'webpush', endpoint, keys, ...wishes }
  const { data } = await send<{ id: string; token: string }>('POST', '/push/subscriptions', body)
  const value = { id: data.id, token: data.token, communes, topics, told: tracking_codes.length }
  await keep(value)
  return value
}

/** Tells the server what changed: topics, communes, or new tracking codes. */
export async function update(old: Kept, changes: Partial<Pick<Kept, 'communes' | 'topics'>>): Promise<Kept> {
  const tracking_codes = await codes()
  const value = { ...old, ...changes, told: tracking_codes.length }
  const body = { communes: value.communes, topics: value.topics, language: language(), tracking_codes }
  await send('PATCH', `/push/subscriptions/${old.id}`, body, { headers: { 'X-Subscription-Token': old.token } })
  await keep(value)
  return value
}

/** After feedback was sent from a device that is subscribed: its answers are to be told here too. */
export async function tellNewCodes(): Promise<void> {
  const known = await kept()
  if (known && known.told !== (await codes()).length) await update(known, {})
}

export async function unsubscribe(old: Kept): Promise<void> {
  try {
    await send('DELETE', `/push/subscriptions/${old.id}`, undefined, { headers: { 'X-Subscription-Token': old.token } })
  } catch (failure) {
    // Already gone there is as good as removed.
    if (!(failure instanceof Problem) || ![404, 410].includes(failure.status)) throw failure
  }
  await endPush()
}

/** Ends the subscription on this device, whether or not the server can be told: its next message finds nobody and is the last. */
export async function endPush(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration()
  await (await registration?.pushManager.getSubscription())?.unsubscribe()
  await (await database()).delete('settings', KEY)
}
