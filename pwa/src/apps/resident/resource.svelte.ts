/** One answer of the server as state of a screen: what is saved first, then what is fresh, and honest about which. */
import { Problem, type Query } from '../../core/api.ts'
import { read } from '../../core/reads.ts'
import { answered, isFresh } from './first.ts'

export type Asked = { path: string; query?: Query; headers?: Record<string, string> }

export class Resource<T> {
  data = $state.raw<T | undefined>(undefined)
  state = $state<'loading' | 'ready' | 'missing' | 'unreachable' | 'failed'>('loading')
  savedAt = $state('')
  /** What the server said when it is missing or failed. */
  problem = $state.raw<Problem | null>(null)
  /** True when only the saved answer could be shown. */
  stale = $state(false)
  #asked: Asked | null = null
  #turn = 0

  /**
   * `ask` is read again whenever the state it uses changes; null means not yet. `first` came with the page and is not asked
   * for once more. Call while a component starts.
   */
  constructor(ask: () => Asked | null, first?: T) {
    this.data = first
    if (first !== undefined) this.state = 'ready'
    $effect(() => {
      const asked = ask()
      const same = JSON.stringify(asked) === JSON.stringify(this.#asked)
      if (!asked || same) return
      const begun = this.#asked !== null
      this.#asked = asked
      if (begun) this.data = undefined
      if (begun || first === undefined || !isFresh()) void this.reload()
      else answered.push({ ...asked, data: first })
    })
  }

  reload = async (): Promise<void> => {
    const asked = this.#asked
    if (!asked) return
    const turn = ++this.#turn
    if (this.data === undefined) this.state = 'loading'
    try {
      const fresh = await read<T>(
        asked.path,
        (shown) => {
          if (turn !== this.#turn) return
          this.data = shown.data
          this.savedAt = shown.saved_at
          this.state = 'ready'
        },
        { query: asked.query, headers: asked.headers },
      )
      if (turn === this.#turn) this.stale = !fresh
    } catch (problem) {
      if (turn !== this.#turn) return
      const gone = problem instanceof Problem && [404, 410].includes(problem.status)
      this.problem = problem instanceof Problem ? problem : null
      if (gone || this.data === undefined) {
        this.data = undefined
        this.state = gone ? 'missing' : problem instanceof Problem ? 'failed' : 'unreachable'
      } else this.stale = true
    }
  }
}
