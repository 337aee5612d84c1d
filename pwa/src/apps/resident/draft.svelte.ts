/** The feedback being written: kept on the device at every keystroke, until it is sent or thrown away. */
import type { FieldErrors } from '../../core/api.ts'
import { database, type OutboxItem } from '../../core/db.ts'
import type { Photo } from '../../core/photos.ts'

export type Draft = {
  kind: string
  text: string
  commune: string
  commune_name: string
  community_id: string
  category: string
  policy: string
  place_text: string
  latitude: number | null
  longitude: number | null
  accuracy_m: number | null
  identity: 'named' | 'hidden' | 'anonymous'
  name: string
  phone: string
  consent_version: number | ''
  consented: boolean
  subject_kind: string
  subject_id: string
  subject_title: string
}

export const MOST_TEXT = 10_000

const empty = (): Draft => ({
  kind: '',
  text: '',
  commune: '',
  commune_name: '',
  community_id: '',
  category: '',
  policy: '',
  place_text: '',
  latitude: null,
  longitude: null,
  accuracy_m: null,
  identity: 'named',
  name: '',
  phone: '',
  consent_version: '',
  consented: false,
  subject_kind: '',
  subject_id: '',
  subject_title: '',
})

export const draft = $state(empty())
export const photos = $state<{ list: Photo[] }>({ list: [] })
/** What the server refused the last time, shown beside the fields until the next attempt. */
export const refused = $state<{ detail: string; errors: FieldErrors }>({ detail: '', errors: {} })

let loaded = false

export async function loadDraft(): Promise<void> {
  if (loaded) return
  const db = await database()
  const [words, pictures] = await Promise.all([db.get('drafts', 'send'), db.get('drafts', 'send-photos')])
  if (words) Object.assign(draft, words)
  if (pictures) photos.list = pictures as Photo[]
  loaded = true
}

/** Throws where the browser forbids storage, so that the screen can say so. */
export async function saveWords(): Promise<void> {
  await (await database()).put('drafts', $state.snapshot(draft), 'send')
}

export async function savePhotos(list: Photo[]): Promise<void> {
  photos.list = list
  await (await database()).put('drafts', $state.snapshot(list), 'send-photos')
}

export const isBegun = (words: Pick<Draft, 'text'> | undefined): boolean => Boolean(words?.text.trim())

/** Empties the draft; the returned function brings it back. */
export async function discardDraft(): Promise<() => Promise<void>> {
  const words = $state.snapshot(draft)
  const pictures = $state.snapshot(photos.list)
  await clearDraft()
  return async () => {
    Object.assign(draft, words)
    await saveWords()
    await savePhotos(pictures)
  }
}

export async function clearDraft(): Promise<void> {
  const { name, phone, identity } = draft
  // Name and number are offered again the next time; they leave with "erase my data".
  Object.assign(draft, empty(), { name, phone, identity })
  photos.list = []
  Object.assign(refused, { detail: '', errors: {} })
  const db = await database()
  await db.put('drafts', $state.snapshot(draft), 'send')
  await db.delete('drafts', 'send-photos')
}

/** "0905 123 456" → "+84905123456"; empty when it is no Vietnamese number. */
export function vietnamesePhone(text: string): string {
  const digits = text.replace(/[\s.\-()]/g, '').replace(/^(\+84|0084|84)(?=\d{9})/, '0')
  return /^0[2-9]\d{8,9}$/.test(digits) ? `+84${digits.slice(1)}` : ''
}

/** The request's body, without what was left empty. */
export function toBody(words: Draft, signedIn: boolean): Record<string, unknown> {
  const { commune_name: _n, consented: _c, subject_title: _s, name, phone, ...rest } = words
  const known = words.identity === 'anonymous' || signedIn ? {} : { name: name.trim(), phone: vietnamesePhone(phone) }
  const all = {
    ...rest,
    ...known,
    text: words.text.trim(),
    policy: words.kind === 'policy_evaluation' ? words.policy : '',
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '' && value !== null))
}

/** Takes an item the server refused back to the form; sent again, it goes under a new key (nothing was stored). */
export async function reopen(item: OutboxItem): Promise<void> {
  const agreed = !item.problem?.errors.consent_version
  Object.assign(draft, empty(), item.body, { commune_name: item.commune_name, consented: agreed })
  if (!agreed) draft.consent_version = ''
  await saveWords()
  await savePhotos(item.photos.map(({ name, type, bytes }) => ({ name, type, bytes })))
  Object.assign(refused, { detail: item.problem?.detail ?? '', errors: item.problem?.errors ?? {} })
}
