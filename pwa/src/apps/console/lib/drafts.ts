/**
 * Unfinished words, kept on this machine for each person, so that no crash, reload or conflict loses them. Offices share
 * machines: they go when that person signs out, and when another one signs in.
 */

const PREFIX = 'tl_draft:'
const KEPT_DAYS = 30

type Kept = { value: unknown; at: number }

export type Drafts = {
  /** The kept value, or undefined. */
  read: <T>(field: string) => T | undefined
  keep: (field: string, value: unknown) => void
  drop: (field: string) => void
  dropAll: () => void
  any: () => boolean
}

/** Drafts of one thing ("case:0193…") of one member of staff. Empty text is no draft. */
export function draftsOf(owner: string, thing: string, store: Storage = localStorage): Drafts {
  const root = `${PREFIX}${owner}:${thing}:`
  const keys = () => Object.keys(store).filter((key) => key.startsWith(root))
  return {
    read<T>(field: string): T | undefined {
      const text = store.getItem(root + field)
      if (text === null) return undefined
      try {
        return (JSON.parse(text) as Kept).value as T
      } catch {
        return undefined
      }
    },
    keep(field, value) {
      if (value === '' || value === null || value === undefined) store.removeItem(root + field)
      else put(store, root + field, JSON.stringify({ value, at: Date.now() } satisfies Kept))
    },
    drop: (field) => store.removeItem(root + field),
    dropAll: () => {
      for (const key of keys()) store.removeItem(key)
    },
    any: () => keys().length > 0,
  }
}

/** A full store gives up its oldest drafts rather than the words being typed. */
function put(store: Storage, key: string, text: string): void {
  for (;;) {
    try {
      store.setItem(key, text)
      return
    } catch {
      const oldest = ages(store)
        .filter(([other]) => other !== key)
        .sort((a, b) => a[1] - b[1])[0]
      if (!oldest) return
      store.removeItem(oldest[0])
    }
  }
}

function ages(store: Storage): [string, number][] {
  return Object.keys(store)
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => {
      try {
        return [key, (JSON.parse(store.getItem(key) ?? '') as Kept).at ?? 0]
      } catch {
        return [key, 0]
      }
    })
}

/** Removes everybody's drafts, or everybody's but one person's. */
export function dropDrafts({ but = '' }: { but?: string } = {}, store: Storage = localStorage): void {
  for (const [key] of ages(store)) if (!but || !key.startsWith(`${PREFIX}${but}:`)) store.removeItem(key)
}

/** Removes what nobody came back to for a month. */
export function pruneDrafts(store: Storage = localStorage, now = Date.now()): void {
  for (const [key, at] of ages(store)) if (now - at > KEPT_DAYS * 86_400_000) store.removeItem(key)
}
