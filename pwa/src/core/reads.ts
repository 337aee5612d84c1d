/** Reads that work offline: the saved answer at once, then the fresh one (If-None-Match) when the network gives it. */
import { Problem, request, type SendOptions, Unreachable, url } from './api.ts'
import { database, type SavedRead } from './db.ts'
import { language } from './i18n.ts'

export type Read<T> = { data: T; saved_at: string; fresh: boolean }

const KEPT = 400

const keyOf = (path: string, options: SendOptions) => `${language()} ${url(path, options.query)}`

async function saved(key: string): Promise<SavedRead | undefined> {
  // Private windows may forbid IndexedDB: reading still works, only nothing is kept.
  return database()
    .then((db) => db.get('reads', key))
    .catch(() => undefined)
}

async function keep(read: SavedRead): Promise<void> {
  await database()
    .then((db) => db.put('reads', read))
    .catch(() => undefined)
}

/**
 * Calls `show` once or twice: with the saved answer if there is one, then with the server's.
 * True when the second came. Throws Unreachable only when nothing was saved; Problem always (a withdrawn page must not live on).
 */
export async function read<T>(
  path: string,
  show: (read: Read<T>) => void,
  options: SendOptions = {},
): Promise<boolean> {
  const key = keyOf(path, options)
  const old = await saved(key)
  if (old) show({ data: old.data as T, saved_at: old.saved_at, fresh: false })
  try {
    const headers = old?.etag ? { ...options.headers, 'If-None-Match': old.etag } : options.headers
    const answer = await request<T>('GET', path, undefined, { ...options, headers })
    const unchanged = answer.status === 304 && old
    const data = unchanged ? (old.data as T) : answer.data
    const now = new Date().toISOString()
    show({ data, saved_at: now, fresh: true })
    await keep({ key, data, etag: answer.etag ?? old?.etag ?? null, saved_at: now })
    return true
  } catch (problem) {
    if (problem instanceof Problem && [404, 410].includes(problem.status)) await forget(key)
    if (problem instanceof Unreachable && old) return false
    if (problem instanceof Problem && problem.status >= 500 && old) return false
    throw problem
  }
}

/** Puts an answer aside that came another way (the first screen's JSON, written into the page by the server). */
export async function keepRead(path: string, data: unknown, options: SendOptions = {}): Promise<void> {
  await keep({ key: keyOf(path, options), data, etag: null, saved_at: new Date().toISOString() })
}

async function forget(key: string): Promise<void> {
  await database()
    .then((db) => db.delete('reads', key))
    .catch(() => undefined)
}

/** Drops the oldest saved answers beyond a few hundred; called once in a while when idle. */
export async function pruneReads(): Promise<void> {
  const db = await database()
  const all = await db.getAll('reads')
  if (all.length <= KEPT) return
  all.sort((a, b) => a.saved_at.localeCompare(b.saved_at))
  for (const { key } of all.slice(0, all.length - KEPT)) await db.delete('reads', key)
}
