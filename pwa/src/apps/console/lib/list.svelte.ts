/** A list that is read page by page. An answer that comes after the question has changed is dropped. */
import type { Page } from '../types.ts'
import { get, type Query } from './call.ts'

export class List<Item> {
  /** Null until the first answer. */
  items = $state.raw<Item[] | null>(null)
  cursor = $state<string | null>(null)
  busy = $state(false)
  problem = $state.raw<unknown>(null)
  #query: Query = {}
  #turn = 0

  constructor(
    readonly path: string,
    readonly limit = 40,
  ) {}

  /** From the start, with another question when one is given; what stands stays until the answer is there. */
  load(query: Query = this.#query): Promise<void> {
    this.#query = query
    return this.#read(null)
  }

  more(): Promise<void> {
    return this.cursor && !this.busy ? this.#read(this.cursor) : Promise.resolve()
  }

  async #read(from: string | null): Promise<void> {
    const turn = ++this.#turn
    this.busy = true
    this.problem = null
    try {
      const page = await get<Page<Item>>(this.path, { query: { ...this.#query, cursor: from, limit: this.limit } })
      if (turn !== this.#turn) return
      this.items = from ? [...(this.items ?? []), ...page.items] : page.items
      this.cursor = page.next_cursor
    } catch (cause) {
      if (turn === this.#turn) this.problem = cause
    } finally {
      if (turn === this.#turn) this.busy = false
    }
  }
}
