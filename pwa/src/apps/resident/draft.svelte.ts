/** The feedback being written: kept on the device at every keystroke, until it is sent or thrown away. */
import { database, type OutboxItem } from '../../core/db.ts'
import { add } from '../../core/outbox.ts'
import type { Photo } from '../../core/photos.ts'
import { here } from './nav.svelte.ts'

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

/** Which draft is open: the one being written, or the mending of a refused item, each with a place of its own. */
let slot = ''

const photosOf = (one: string) => `${one}-photos`

/** True when the draft being written, not the mending of an item, is the one that is open. */
export const isOpen = (): boolean => slot === 'send'

/** Opens the draft, or that of a refused item, which stays in the outbox until its mended words take its place. */
export async function loadDraft(mending: OutboxItem | null): Promise<void> {
  const wanted = mending ? `mend-${mending.id}` : 'send'
  if (slot === wanted) return
  const db = await database()
  const [words, pictures] = await Promise.all([db.get('drafts', wanted), db.get('drafts', photosOf(wanted))])
  Object.assign(draft, empty(), words ?? (mending && refusedWords(mending)))
  photos.list = (pictures as Photo[] | undefined) ?? mending?.photos.map(bare) ?? []
  slot = wanted
}

const bare = ({ name, type, bytes }: Photo): Photo => ({ name, type, bytes })

function refusedWords({ body, commune_name, subject_title, problem }: OutboxItem): Partial<Draft> {
  const agreed = !problem?.errors.consent_version
  return { ...body, commune_name, subject_title, consented: agreed, ...(agreed ? {} : { consent_version: '' }) }
}

/** The notice in force; who agreed to another one before reads this one first. */
export function setNotice(version: number): void {
  if (draft.consent_version !== '' && draft.consent_version !== version) draft.consented = false
  draft.consent_version = version
}

/** Throws where the browser forbids storage, so that the screen can say so. */
export async function saveWords(): Promise<void> {
  await (await database()).put('drafts', $state.snapshot(draft), slot)
}

export async function savePhotos(list: Photo[]): Promise<void> {
  photos.list = list
  await (await database()).put('drafts', $state.snapshot(list), photosOf(slot))
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

async function clearDraft(): Promise<void> {
  const { name, phone, identity } = draft
  // Name and number are offered again the next time; they leave with "erase my data".
  Object.assign(draft, empty(), { name, phone, identity })
  photos.list = []
  const db = await database()
  await db.put('drafts', $state.snapshot(draft), slot)
  await db.delete('drafts', photosOf(slot))
}

/** Moves the draft into the outbox, in the place of the item it mends. Returns the new item's id. */
export async function handOver(owner: string | null, signedIn: boolean, mending: OutboxItem | null): Promise<string> {
  const id = await add({
    body: toBody($state.snapshot(draft), signedIn),
    commune_name: draft.commune_name,
    subject_title: draft.subject_title,
    photos: $state.snapshot(photos.list),
    owner,
    replaces: mending?.id ?? null,
    drafts: [slot, photosOf(slot)],
  })
  if (mending) slot = ''
  // It is in the outbox and no longer a draft: not having kept the name for the next time makes nothing of that untrue.
  else await clearDraft().catch(() => undefined)
  return id
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

/** The address of a step of the form, and of a field on it, that stays with the item being mended. */
export function stepAddress(step: number, at = ''): string {
  const mend = here.query.get('mend')
  return `/send?${new URLSearchParams({ ...(mend ? { mend } : {}), step: String(step), ...(at ? { at } : {}) })}`
}
