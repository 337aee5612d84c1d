/** What the app keeps on this device (IndexedDB): answers read, the outbox, receipts, drafts, listening positions. */
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from 'idb'

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
export type SentCode = Receipt & { kind: string; excerpt: string; commune: string; commune_name: string }

export type SavedPlace = { id: string; seconds: number; duration: number; updated_at: string }

export type Download = { id: string; url: string; bytes: number; title: string; saved_at: string; item: unknown }

interface Schema extends DBSchema {
  reads: { key: string; value: SavedRead }
  outbox: { key: string; value: OutboxItem }
  codes: { key: string; value: SentCode }
  drafts: { key: string; value: unknown }
  places: { key: string; value: SavedPlace }
  downloads: { key: string; value: Download }
  settings: { key: string; value: unknown }
}

export type Database = IDBPDatabase<Schema>

let opened: Promise<Database> | null = null

export function database(): Promise<Database> {
  opened ??= openDB<Schema>(NAME, VERSION, {
    upgrade(db) {
      db.createObjectStore('reads', { keyPath: 'key' })
      db.createObjectStore('outbox', { keyPath: 'id' })
      db.createObjectStore('codes', { keyPath: 'tracking_code' })
      db.createObjectStore('drafts')
      db.createObjectStore('places', { keyPath: 'id' })
      db.createObjectStore('downloads', { keyPath: 'id' })
      db.createObjectStore('settings')
    },
    // Another tab wants to erase or upgrade: let go, and open again at the next use.
    blocking(_old, _new, event) {
      ;(event.target as IDBDatabase).close()
      opened = null
    },
    terminated() {
      opened = null
    },
  }).catch((cause) => {
    opened = null
    throw cause
  })
  return opened
}

/** Everything this app keeps on the device, gone; the caller reloads the page. */
export async function eraseDevice(): Promise<void> {
  if (opened) (await opened).close()
  opened = null
  await deleteDB(NAME)
  if ('caches' in globalThis)
    for (const name of await caches.keys()) if (!name.includes('precache')) await caches.delete(name)
  localStorage.clear()
}
