/**
 * Feedback waiting to leave this device. Text first, photos after; an item is done only when its tracking code is
 * stored here. Nothing is ever sent twice (Idempotency-Key) and nothing named goes out anonymously.
 */
import { get, Problem, send, Unreachable } from './api.ts'
import { database, type OutboxItem, type OutboxPhoto, type Receipt, type SentCode } from './db.ts'
import { excerpt, newUuid } from './text.ts'
import { announce, sendRest, uploadId } from './tus.ts'

const EVERY = 15_000
/** How long a sent item stays, so that its receipt can be shown; its code stays until erased. */
const KEPT_SENT = 86_400_000

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('tl-outbox')
const listeners = new Set<() => void>()

/** Calls back whenever the outbox changed, in this tab or another. */
export function watch(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function changed(): void {
  for (const listener of listeners) listener()
  channel?.postMessage('changed')
}

channel?.addEventListener('message', () => {
  for (const listener of listeners) listener()
})

export async function items(): Promise<OutboxItem[]> {
  const all = await (await database()).getAll('outbox')
  return all.sort((a, b) => a.created_at.localeCompare(b.created_at))
}

export async function item(id: string): Promise<OutboxItem | undefined> {
  return (await database()).get('outbox', id)
}

async function save(entry: OutboxItem): Promise<void> {
  await (await database()).put('outbox', entry)
  changed()
}

type New = Pick<OutboxItem, 'body' | 'commune_name' | 'subject_title' | 'owner'> & {
  photos: Pick<OutboxPhoto, 'name' | 'type' | 'bytes'>[]
  /** The refused item that this one mends, or null. */
  replaces: string | null
  /** Keys of the drafts that it was written in. */
  drafts: string[]
}

/**
 * Stores a finished piece of feedback; `keepTrying` takes it from there. Returns its id. What it was made from goes in the
 * same write: whatever happens on this device, the words are there once, neither lost nor sent twice.
 */
export async function add({
  body,
  commune_name,
  subject_title,
  photos,
  owner,
  replaces,
  drafts,
}: New): Promise<string> {
  const id = newUuid()
  const entry: OutboxItem = {
    id,
    state: 'waiting',
    body,
    commune_name,
    subject_title,
    photos: photos.map((photo) => ({ ...photo, url: null, offset: 0, state: 'waiting' })),
    owner,
    created_at: new Date().toISOString(),
    attempts: 0,
    not_before: 0,
    problem: null,
    receipt: null,
  }
  await (await database()).write(['outbox', 'drafts'], (open) => {
    if (replaces) open('outbox').delete(replaces)
    open('outbox').put(entry)
    for (const key of drafts) open('drafts').delete(key)
  })
  changed()
  return id
}

export async function remove(id: string): Promise<void> {
  await (await database()).delete('outbox', id)
  changed()
}

export const isOpen = (entry: OutboxItem): boolean => entry.state !== 'sent'
const canGo = (entry: OutboxItem) => !['sent', 'needs_mending'].includes(entry.state)

let running: Promise<void> | null = null

/** One pass over everything that waits. Tabs take turns: the second one finds the lock taken and leaves it. */
export function pass(now = Date.now()): Promise<void> {
  running ??= turn(now).finally(() => {
    running = null
  })
  return running
}

async function turn(now: number): Promise<void> {
  if (typeof navigator === 'undefined' || !navigator.locks) return sendAll(now)
  await navigator.locks.request('tl-outbox', { ifAvailable: true }, async (lock) => {
    if (lock) await sendAll(now)
  })
}

async function sendAll(now: number): Promise<void> {
  for (const entry of await items()) {
    if (entry.state === 'sent') {
      if (now - Date.parse(entry.created_at) > KEPT_SENT) await remove(entry.id)
    } else if (canGo(entry) && entry.not_before <= now) {
      const reachable = await sendOne(entry, now)
      if (!reachable) return
    }
  }
}

/** False when the network is away: the others would fail too. */
async function sendOne(entry: OutboxItem, now: number): Promise<boolean> {
  try {
    if (!entry.receipt) await sendText(entry)
    if (entry.receipt) await sendPhotos(entry)
    return true
  } catch (failure) {
    if (!(failure instanceof Problem) && !(failure instanceof Unreachable)) throw failure
    entry.attempts += 1
    if (failure instanceof Problem) settle(entry, failure, now)
    else entry.state = entry.receipt ? 'sending_photos' : 'waiting'
    await save(entry)
    return failure instanceof Problem
  }
}

async function sendText(entry: OutboxItem): Promise<void> {
  if (entry.owner && !(await signedInAs(entry.owner))) {
    if (entry.state !== 'needs_sign_in') await save(Object.assign(entry, { state: 'needs_sign_in' }))
    return
  }
  await save(Object.assign(entry, { state: 'sending', problem: null }))
  await announcePhotos(entry)
  if (!entry.body.consent_version) {
    // Written before the notice was ever loaded on this device: the one in force now is the one consented to.
    entry.body.consent_version = (await get<{ version: number }>('/privacy-notice')).version
    await save(entry)
  }
  try {
    await submit(entry)
  } catch (failure) {
    if (!(failure instanceof Problem) || !failure.errors.upload_ids?.includes('unknown')) throw failure
    // Announced so long ago that the server has tidied them away: the photos kept here are announced anew, once. What was
    // refused is not stored under its key, so the key holds for the new body too.
    for (const photo of entry.photos) Object.assign(photo, { url: null, offset: 0 })
    await announcePhotos(entry)
    await submit(entry)
  }
}

async function announcePhotos(entry: OutboxItem): Promise<void> {
  for (const photo of entry.photos) {
    if (photo.url || photo.state === 'refused') continue
    await unlessRefused(photo, async () => {
      photo.url = await announce(photo, 'photo')
    })
    // Stored before the text goes: a repetition must carry the same body under the same key.
    await save(entry)
  }
}

async function submit(entry: OutboxItem): Promise<void> {
  const upload_ids = entry.photos.flatMap((photo) => (photo.url ? [uploadId(photo.url)] : []))
  const { data } = await send<Receipt | undefined>(
    'POST',
    '/feedback',
    { ...entry.body, upload_ids },
    { idempotencyKey: entry.id },
  )
  if (!data?.tracking_code) throw new Unreachable('an answer without a code')
  await keepReceipt(entry, data)
}

async function keepReceipt(entry: OutboxItem, receipt: Receipt): Promise<void> {
  Object.assign(entry, { receipt, state: 'sending_photos', problem: null })
  const { kind, text, commune } = entry.body as { kind: string; text: string; commune: string }
  const code: SentCode = {
    ...receipt,
    kind,
    excerpt: excerpt(text, 120),
    commune,
    commune_name: entry.commune_name,
  }
  await (await database()).write(['codes', 'outbox'], (open) => {
    open('codes').put(code)
    open('outbox').put(entry)
  })
  changed()
}

async function sendPhotos(entry: OutboxItem): Promise<void> {
  for (const photo of entry.photos) {
    if (photo.state !== 'waiting') continue
    if (!photo.url) photo.state = 'refused'
    else
      await unlessRefused(photo, async () => {
        await sendPhoto(entry, photo)
        photo.state = 'sent'
        photo.bytes = new ArrayBuffer(0)
      })
    await save(entry)
  }
  await save(Object.assign(entry, { state: 'sent' }))
}

async function sendPhoto(entry: OutboxItem, photo: OutboxPhoto): Promise<void> {
  const moved = async (offset: number) => {
    photo.offset = offset
    await save(entry)
  }
  try {
    await sendRest(photo, moved)
  } catch (failure) {
    if (!(failure instanceof Problem) || ![404, 410].includes(failure.status) || !entry.receipt) throw failure
    // Tidied away after weeks without a network, while the text is long there: announced anew and added to it.
    const url = await announce(photo, 'photo')
    const { tracking_code, pin } = entry.receipt
    const body = { upload_ids: [uploadId(url)] }
    await send('POST', `/feedback/${tracking_code}/attachments`, body, { headers: { 'X-Feedback-Pin': pin } })
    Object.assign(photo, { url, offset: 0 })
    await sendRest(photo, moved)
  }
}

/** A photo the server will never take is given up; the text is not held back for it. */
async function unlessRefused(photo: OutboxPhoto, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (failure) {
    if (!(failure instanceof Problem) || !isFinal(failure)) throw failure
    photo.state = 'refused'
  }
}

const isFinal = ({ status, code }: Problem) =>
  code === 'feedback.settled' || (status >= 400 && status < 500 && ![401, 408, 409, 425, 429].includes(status))

function settle(entry: OutboxItem, problem: Problem, now: number): void {
  const { status, code, said, errors } = problem
  entry.problem = { status, code, detail: said, errors }
  if (status === 401 && entry.owner) entry.state = 'needs_sign_in'
  else if (isFinal(problem)) entry.state = 'needs_mending'
  else entry.state = entry.receipt ? 'sending_photos' : 'waiting'
  entry.not_before = now + (problem.retryAfter ?? 15) * 1000
}

async function signedInAs(owner: string): Promise<boolean> {
  try {
    const me = await get<{ resident?: { id: string } | null }>('/me')
    return me.resident?.id === owner
  } catch (failure) {
    if (failure instanceof Problem && [401, 403].includes(failure.status)) return false
    throw failure
  }
}

/** Sends now, and again on `online`, on return to the page, and every 15 s while something waits. */
export function keepTrying(): void {
  const try_ = () => void pass().catch(() => undefined)
  addEventListener('online', try_)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') try_()
  })
  setInterval(async () => {
    if ((await items()).some(canGo)) try_()
  }, EVERY)
  try_()
}

/** Tries one item at once, whatever wait was agreed: the resident pressed the button. */
export async function hurry(id: string): Promise<void> {
  // Read and written in one go: it may be on its way already, and what a pass stored meanwhile is the truth.
  await (await database()).write(['outbox'], (open) => {
    const found: IDBRequest<OutboxItem | undefined> = open('outbox').get(id)
    found.onsuccess = () => {
      if (found.result) open('outbox').put({ ...found.result, not_before: 0 })
    }
  })
  changed()
  await pass()
}
