/** The queue's data: one page after the other, the counts beside it, and how many came in since. */
import { get } from '../lib/call.ts'
import { here } from '../lib/router.svelte.ts'
import type { CaseCounts, CaseItem, Page } from '../types.ts'
import { withClock } from './due.ts'
import { apiQuery, countsQuery, type QueueQuery } from './filters.ts'
import { keepWorklist } from './worklist.svelte.ts'

const SLOW_MS = 250

export class Queue {
  items = $state.raw<CaseItem[]>([])
  cursor = $state<string | null>(null)
  counts = $state.raw<CaseCounts | null>(null)
  loading = $state(true)
  /** It takes long enough to say so. */
  slow = $state(false)
  busyMore = $state(false)
  problem = $state.raw<unknown>(null)
  /** Cases that came into this view since it was read. */
  newer = $state(0)
  #asked: QueueQuery = { view: 'all', sort: 'due' }
  #commune: string | undefined
  #turn = 0

  /** Reads the first page and the counts; true unless another question overtook it or it failed. */
  async load(asked: QueueQuery = this.#asked, commune: string | undefined = this.#commune): Promise<boolean> {
    this.#asked = asked
    this.#commune = commune
    const turn = ++this.#turn
    this.problem = null
    this.loading = true
    this.newer = 0
    const late = setTimeout(() => {
      if (turn === this.#turn) this.slow = true
    }, SLOW_MS)
    try {
      const [page, counts] = await Promise.all([
        get<Page<CaseItem>>('/cases', { query: apiQuery(asked, commune) }),
        this.#count(),
      ])
      if (turn !== this.#turn) return false
      this.counts = counts
      this.items = page.items
      this.cursor = page.next_cursor
      this.#remember()
      return true
    } catch (cause) {
      if (turn === this.#turn) this.problem = cause
      return false
    } finally {
      clearTimeout(late)
      if (turn === this.#turn) {
        this.loading = false
        this.slow = false
      }
    }
  }

  /** A look at the numbers and the clocks; what came in is offered, never pushed under somebody's cursor. */
  async recount(): Promise<void> {
    const { view } = this.#asked
    const turn = this.#turn
    const answers = await Promise.all([this.#count(), this.#again()]).catch(() => null)
    if (!answers || turn !== this.#turn) return
    const [counts, rows] = answers
    const before = this.counts?.by_view[view]
    const after = counts.by_view[view]
    this.counts = counts
    this.items = this.items.map((row) => withClock(row, rows.get(row.id)))
    if (before !== undefined && after !== undefined && after > before) this.newer += after - before
  }

  /** The rows that stand here as they are now: as many pages as were opened. */
  async #again(): Promise<Map<string, CaseItem>> {
    const [asked, commune, turn] = [this.#asked, this.#commune, this.#turn]
    const rows = new Map<string, CaseItem>()
    let cursor: string | null = null
    do {
      const page: Page<CaseItem> = await get('/cases', { query: apiQuery(asked, commune, cursor) })
      for (const row of page.items) rows.set(row.id, row)
      cursor = page.next_cursor
    } while (cursor && rows.size < this.items.length && turn === this.#turn)
    return rows
  }

  async more(): Promise<void> {
    if (!this.cursor || this.busyMore) return
    this.busyMore = true
    const turn = this.#turn
    try {
      const query = apiQuery(this.#asked, this.#commune, this.cursor)
      const page = await get<Page<CaseItem>>('/cases', { query })
      if (turn !== this.#turn) return
      this.items = [...this.items, ...page.items]
      this.cursor = page.next_cursor
      this.#remember()
    } catch (cause) {
      this.problem = cause
    } finally {
      this.busyMore = false
    }
  }

  #count(): Promise<CaseCounts> {
    return get<CaseCounts>('/cases/counts', { query: countsQuery(this.#asked, this.#commune) })
  }

  #remember(): void {
    const query = apiQuery(this.#asked, this.#commune)
    keepWorklist({ ids: this.items.map((item) => item.id), cursor: this.cursor, query, search: here.search })
  }
}
