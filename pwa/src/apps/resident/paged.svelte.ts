/** A keyset list that grows: the first page through Resource (offline too), the next ones on demand. */
import { get } from '../../core/api.ts'
import { drawing, pause } from './first.ts'
import type { Page } from './parts/types.ts'
import { type Asked, Resource } from './resource.svelte.ts'

/** How many of a list that came with the page are drawn at a time: a slow telephone stays awake in between. */
const STEP = 2

export class Paged<T> {
  first: Resource<Page<T>>
  busy = $state(false)
  failed = $state(false)
  #ask: () => Asked | null
  #added = $state.raw<T[]>([])
  #next = $state.raw<string | null | undefined>(undefined)
  #drawn = $state(Number.POSITIVE_INFINITY)
  /** Counts the questions: an answer to an earlier one is not part of this list. */
  #turn = 0

  constructor(ask: () => Asked | null, first?: Page<T>) {
    this.#ask = ask
    this.first = new Resource<Page<T>>(() => {
      const asked = ask()
      this.#turn += 1
      this.busy = false
      this.failed = false
      this.#added = []
      this.#next = undefined
      return asked
    }, first)
    if (first) drawing.push(this.#draw(first.items.length))
  }

  async #draw(length: number): Promise<void> {
    for (this.#drawn = STEP; this.#drawn < length; this.#drawn += STEP) await pause()
    this.#drawn = Number.POSITIVE_INFINITY
  }

  get items(): T[] {
    return [...(this.first.data?.items ?? []), ...this.#added].slice(0, this.#drawn)
  }

  get next(): string | null {
    return this.#next === undefined ? (this.first.data?.next_cursor ?? null) : this.#next
  }

  more = async (): Promise<void> => {
    const asked = this.#ask()
    if (!asked || !this.next) return
    const turn = this.#turn
    this.busy = true
    this.failed = false
    try {
      const page = await get<Page<T>>(asked.path, { query: { ...asked.query, cursor: this.next } })
      if (turn !== this.#turn) return
      this.#added = [...this.#added, ...page.items]
      this.#next = page.next_cursor
    } catch {
      if (turn === this.#turn) this.failed = true
    } finally {
      if (turn === this.#turn) this.busy = false
    }
  }
}
