/** The list one is working through: filled by the queue, walked by the case page, alive across a reload. */
import { get, type Query } from '../lib/call.ts'
import type { CaseItem, Page } from '../types.ts'

type Kept = { ids: string[]; cursor: string | null; query: Query; search: string }

const KEY = 'tl_console_worklist'

class Worklist {
  kept = $state.raw<Kept>(read())
}

function read(): Kept {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '') as Kept
    if (Array.isArray(kept.ids)) return kept
  } catch {
    // Nothing kept, or not ours: start empty.
  }
  return { ids: [], cursor: null, query: {}, search: '' }
}

export const worklist = new Worklist()

export function keepWorklist(kept: Kept): void {
  worklist.kept = kept
  sessionStorage.setItem(KEY, JSON.stringify(kept))
}

export type Neighbours = { at: number; total: number; more: boolean; previous: string | null; next: string | null }

export function neighbours(id: string): Neighbours {
  const { ids, cursor } = worklist.kept
  const at = ids.indexOf(id)
  return {
    at,
    total: ids.length,
    more: cursor !== null,
    previous: at > 0 ? (ids[at - 1] ?? null) : null,
    next: at >= 0 ? (ids[at + 1] ?? null) : (ids[0] ?? null),
  }
}

/** The case after this one, asking the server for the next page when the list ends here. */
export async function nextOf(id: string): Promise<string | null> {
  const here = neighbours(id)
  if (here.next || !here.more || here.at < 0) return here.next
  const { ids, query, cursor, search } = worklist.kept
  const page = await get<Page<CaseItem>>('/cases', { query: { ...query, cursor } })
  keepWorklist({ ids: [...ids, ...page.items.map((item) => item.id)], cursor: page.next_cursor, query, search })
  return neighbours(id).next
}

// Details fetched ahead while a row has the focus, so that Enter and "next" show the case at once.
const ahead = new Map<string, { at: number; work: Promise<unknown> }>()
const FRESH_MS = 15_000

export function fetchAhead(id: string, load: () => Promise<unknown>): void {
  const known = ahead.get(id)
  if (known && Date.now() - known.at < FRESH_MS) return
  const work = load()
  work.catch(() => ahead.delete(id))
  ahead.set(id, { at: Date.now(), work })
  if (ahead.size > 8) ahead.delete(ahead.keys().next().value ?? '')
}

export function takeAhead<T>(id: string): Promise<T> | null {
  const known = ahead.get(id)
  ahead.delete(id)
  return known && Date.now() - known.at < FRESH_MS ? (known.work as Promise<T>) : null
}
