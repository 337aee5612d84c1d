/**
 * One case on the desk: what is known of it, what is being done to it, and what happens when somebody else was faster.
 *
 * A move is sent with the version that was read. A stale one (412) changes nothing: the case is read again, what is new since
 * then is kept in `conflict`, and the words of the form stay where they are.
 */
import { t } from '../../../core/i18n.ts'
import { explain, type FieldErrors, get, Problem, send, Unreachable } from '../lib/call.ts'
import { type Drafts, draftsOf } from '../lib/drafts.ts'
import { go } from '../lib/router.svelte.ts'
import { session } from '../lib/session.svelte.ts'
import { deferred, say } from '../lib/toasts.svelte.ts'
import type { CaseDetail, CaseEvent } from '../types.ts'
import { lookOf, type Step } from './moves.ts'
import { takeAhead } from './worklist.svelte.ts'

export type Conflict = { events: CaseEvent[]; possible: boolean; move: string }

/** Events of `after` that `before` did not have. Pure. */
export function newEvents(before: CaseEvent[], after: CaseEvent[]): CaseEvent[] {
  const known = new Set(before.map((event) => event.id))
  return after.filter((event) => !known.has(event.id))
}

export class Desk {
  item = $state.raw<CaseDetail | null>(null)
  problem = $state.raw<unknown>(null)
  /** The move being sent, or waiting in its seconds of grace. */
  sending = $state('')
  waiting = $state('')
  refused = $state.raw<unknown>(null)
  errors = $state.raw<FieldErrors>({})
  conflict = $state.raw<Conflict | null>(null)
  gone = false
  readonly drafts: Drafts

  constructor(readonly id: string) {
    this.drafts = draftsOf(session.me?.id ?? '', `case:${id}`)
  }

  async load(): Promise<void> {
    this.problem = null
    try {
      this.item = await (takeAhead<CaseDetail>(this.id) ?? get<CaseDetail>(`/cases/${this.id}`))
    } catch (problem) {
      this.problem = problem
    }
  }

  can(move: string): boolean {
    return this.item?.allowed_moves.some((entry) => entry.move === move) ?? false
  }

  get busy(): boolean {
    return this.sending !== '' || this.waiting !== ''
  }

  /** Sends the steps, or lets them wait while they can be taken back. `fields` are the drafts they use up. */
  perform(steps: Step[], name: string, fields: string[], then: () => void): void {
    const code = this.item?.tracking_code ?? ''
    const seconds = Math.max(0, ...steps.map((step) => lookOf(step.move).undoFor))
    this.conflict = null
    this.refused = null
    this.errors = {}
    if (!seconds) {
      this.#run(steps, name, fields, then)
      return
    }
    this.waiting = name
    deferred(
      t('case.waiting', { move: t(`move.${name}`), code }),
      seconds,
      t('action.undo'),
      () => {
        this.waiting = ''
        return this.#run(steps, name, fields, then)
      },
      () => {
        this.waiting = ''
      },
    )
  }

  async #run(steps: Step[], name: string, fields: string[], then: () => void): Promise<boolean> {
    let version = this.item?.version
    this.sending = name
    let at = name
    let done = 0
    try {
      for (const step of steps) {
        at = step.move
        const answer = await send<{ version?: number } | undefined>(
          'POST',
          `/cases/${this.id}/moves/${step.move}`,
          step.body,
          {
            ifMatch: version,
          },
        )
        done += 1
        version = answer.data?.version ?? versionIn(answer.etag) ?? (await this.#fresh()).version
      }
      for (const field of fields) this.drafts.drop(field)
      say(t('case.done', { move: t(`did.${name}`), code: this.item?.tracking_code ?? '' }))
      await this.#refresh()
      then()
      return true
    } catch (problem) {
      await this.#failed(problem, at, done > 0)
      return false
    } finally {
      this.sending = ''
    }
  }

  async #failed(problem: unknown, move: string, partly: boolean): Promise<void> {
    if (problem instanceof Problem && problem.status === 412) {
      await this.#clash(move)
    } else {
      this.refused = problem
      if (problem instanceof Problem) this.errors = problem.errors
      if (partly || (problem instanceof Problem && problem.status === 409)) await this.#refresh()
    }
    if (!this.gone) return
    const code = this.item?.tracking_code ?? ''
    const why = this.conflict ? t('conflict.title') : explain(problem)
    const open = { label: t('case.open'), run: () => go(`/console/cases/${this.id}`) }
    say(t('case.failed', { move: t(`move.${move}`), code, why }), { tone: 'alert', action: open })
  }

  async #clash(move: string): Promise<void> {
    const before = this.item?.events ?? []
    const fresh = await this.#fresh().catch(() => null)
    if (!fresh) {
      this.refused = new Unreachable()
      return
    }
    this.item = fresh
    this.conflict = { events: newEvents(before, fresh.events), possible: this.can(move), move }
  }

  async #refresh(): Promise<void> {
    const fresh = await this.#fresh().catch(() => null)
    if (fresh) this.item = fresh
  }

  #fresh(): Promise<CaseDetail> {
    return get<CaseDetail>(`/cases/${this.id}`)
  }
}

function versionIn(etag: string | null): number | undefined {
  const digits = /^(?:W\/)?"(\d+)/.exec(etag ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}
