/** What the app keeps on this device (IndexedDB): answers read, the outbox, receipts, drafts, listening positions. */

const NAME = 'tieng-lang'
const VERSION = 1

/** An answer of the server, kept to be shown at once and offline. */
export type SavedRead = { key: string; data: unknown; etag: string | null; saved_at: string }

export type OutboxState =
  | 'waiting' // for the network or its turn
  | 'sending'
  | 'sending_photos' // the text has its tracking code; photos are still going
  | 'needs_mending' // the server refused something the resident can put right
  | 'needs_sign_in' // made while signed in; never goes out anonymously
  | 'sent'

export type OutboxPhoto = {
  name: string
  type: string
  bytes: ArrayBuffer
  /** Address of the upload once the server knows it. */
  url: string | null
  offset: number
  state: 'waiting' | 'sent' | 'refused'
}

export type Receipt = {
  tracking_code: string
  pin: string
  state: string
  next_step: string
  due_at: string | null
  submitted_at: string
  legal_hint: string | null
}

export type OutboxItem = {
  /** Made by the client; sent as Idempotency-Key, so that a repeated sending is one piece of feedback. */
  id: string
  state: OutboxState
  body: Record<string, unknown>
  commune_name: string
  /** Title of the article or broadcast it is about. */
  subject_title: string
  photos: OutboxPhoto[]
  /** Resident who wrote it while signed in, or null. */
  owner: string | null
  created_at: string
  attempts: number
  /** Epoch milliseconds before which it is not tried again. */
  not_before: number
  problem: { status: number; code: string; detail: string; errors: Record<string, string[]> } | null
  receipt: Receipt | null
}

/** Feedback sent from this device. */
export type SentCode = Receipt & {
  kind: string
  excerpt: string
  commune: string
  commune_name: string
  /** Its name and number are erased on the server: there is nothing left to ask for. */
  nameless?: true
}

export type SavedPlace = { id: string; seconds: number; duration: number; updated_at: string }

export type Download = { id: string; url: string; bytes: number; title: string; saved_at: string; item: unknown }

type Stores = {
  reads: SavedRead
  outbox: OutboxItem
  codes: SentCode
  drafts: unknown
  places: SavedPlace
  downloads: Download
  settings: unknown
}
type Store = keyof Stores

/** Store and the property that is its key; null where the key is given beside the value. */
const STORES: Record<Store, string | null> = {
  reads: 'key',
  outbox: 'id',
  codes: 'tracking_code',
  drafts: null,
  places: 'id',
  downloads: 'id',
  settings: null,
}

const answer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

const done = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = transaction.onerror = () => reject(transaction.error)
  })

/** The few things asked of IndexedDB, as promises; a write is there when its promise is fulfilled. */
export class Database {
  constructor(readonly raw: IDBDatabase) {}

  get<S extends Store>(store: S, key: string): Promise<Stores[S] | undefined> {
    return answer(this.raw.transaction(store).objectStore(store).get(key))
  }

  getAll<S extends Store>(store: S): Promise<Stores[S][]> {
    return answer(this.raw.transaction(store).objectStore(store).getAll())
  }

  put<S extends Store>(store: S, value: Stores[S], key?: string): Promise<void> {
    return this.write([store], (open) => open(store).put(value, key))
  }

  delete(store: Store, key: string): Promise<void> {
    return this.write([store], (open) => open(store).delete(key))
  }

  /** Several writes that happen together or not at all. */
  write(stores: Store[], work: (open: (store: Store) => IDBObjectStore) => void): Promise<void> {
    const transaction = this.raw.transaction(stores, 'readwrite')
    const end = done(transaction)
    work((store) => transaction.objectStore(store))
    return end
  }
}

let opened: Promise<Database> | null = null

export function database(): Promise<Database> {
  opened ??= open().catch((cause) => {
    opened = null
    throw cause
  })
  return opened
}

async function open(): Promise<Database> {
  const request = indexedDB.open(NAME, VERSION)
  request.onupgradeneeded = () => {
    for (const [store, keyPath] of Object.entries(STORES))
      request.result.createObjectStore(store, keyPath ? { keyPath } : {})
  }
  const raw = await answer(request)
  // Another tab wants to erase or upgrade, or the browser gave up: let go, and open again at the next use.
  raw.onversionchange = raw.onclose = () => {
    raw.close()
    opened = null
  }
  return new Database(raw)
}

/** Everything this app keeps on the device, gone; the caller reloads the page. */
export async function eraseDevice(): Promise<void> {
  if (opened) (await opened).raw.close()
  opened = null
  await answer(indexedDB.deleteDatabase(NAME))
  if ('caches' in globalThis) for (const name of ['tl-audio', 'tl-images']) await caches.delete(name)
  localStorage.clear()
}
