/**
 * One rule being written. What a person types is kept on this machine until the server has it; under If-Match, so that nothing
 * somebody else saved is overwritten before the writer chose.
 */
import { newUuid } from '../../../core/text.ts'
import { get, Problem, send } from '../lib/call.ts'
import { type Drafts, draftsOf } from '../lib/drafts.ts'
import { session } from '../lib/session.svelte.ts'
import { type Draft, draftOf, faultsOf, type Rule, readDraft, type Table, type Trial } from './rules.ts'

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
const draftsFor = (thing: string): Drafts => draftsOf(session.me?.id ?? '', `rule:${thing}`)

export class RuleDesk {
  /** The rule that the form is about, as the server had it; null while it is new. */
  base = $state.raw<Rule | null>(null)
  draft: Draft
  restored = $state(false)
  wrong = $state.raw<Record<string, string>>({})
  refused = $state.raw<unknown>(null)
  conflict = $state.raw<Rule | null>(null)
  trial = $state.raw<Trial | null>(null)
  busy = $state<'' | 'try' | 'save'>('')
  readonly #drafts: Drafts
  readonly #place: number
  #key = newUuid()

  constructor(
    rule: Rule | null,
    readonly unit: string,
    place: number,
  ) {
    this.#place = place
    this.#drafts = draftsFor(rule?.id ?? `new:${unit}`)
    // What was typed is about the rule as it was then; whatever became of it since is followed below.
    this.base = rule && (this.#drafts.read<Rule>('begun') ?? rule)
    const plain = draftOf(this.base, place)
    const kept = this.#drafts.read<Draft>('draft')
    const draft = {
      ...plain,
      ...kept,
      position: rule ? plain.position : this.#within(kept?.position ?? plain.position),
    }
    this.draft = $state(draft)
    this.restored = !same(draft, plain)
    if (rule) this.follow(rule)
  }

  #within(position: string): string {
    return String(Math.min(Number(position) || this.#place, this.#place))
  }

  get dirty(): boolean {
    return !same($state.snapshot(this.draft), draftOf(this.base, this.#place))
  }

  /** Called after every change of the draft: it is kept, and what was tried is no longer what stands here. */
  changed(): void {
    this.trial = null
    if (this.dirty) {
      this.#drafts.keep('draft', $state.snapshot(this.draft))
      this.#drafts.keep('begun', this.base)
    } else this.#drafts.dropAll()
  }

  startOver(): void {
    this.draft = draftOf(this.base, this.#place)
    this.restored = false
    this.wrong = {}
  }

  /** The rule was read again: moved or switched off it says the same, and what is being written goes on. */
  follow(rule: Rule): void {
    if (this.busy || rule.version === this.base?.version) return
    const untouched = !this.dirty
    const says = ({ conditions, name, department }: Rule) => ({ conditions, name, department: department?.code })
    if (!untouched && this.base && !same(says(rule), says(this.base))) {
      this.conflict = rule
      return
    }
    this.base = rule
    if (untouched) this.startOver()
  }

  /** What stands in the form goes over what somebody else saved; their version stays in the history. */
  keepMine(): Promise<string | null> {
    if (this.conflict) this.base = this.conflict
    this.conflict = null
    return this.save()
  }

  takeTheirs(): void {
    if (this.conflict) this.base = this.conflict
    this.conflict = null
    this.startOver()
    this.#drafts.dropAll()
  }

  /** False when a field cannot be read: `wrong` says which. */
  #readable(): boolean {
    this.wrong = readDraft(this.draft).wrong
    return Object.keys(this.wrong).length === 0
  }

  #body(draft: Draft) {
    return { name: draft.name.trim(), conditions: readDraft(draft).conditions, department: draft.department || null }
  }

  async tryIt(): Promise<void> {
    if (this.busy || !this.#readable()) return
    const asked = $state.snapshot(this.draft)
    await this.#ask('try', async () => {
      const where = this.base ? {} : { position: Number(asked.position) }
      const body = { ...this.#body(asked), unit: this.unit, rule_id: this.base?.id ?? null, active: true, ...where }
      const { data } = await send<Trial>('POST', '/routing-rules/trial', body)
      if (same(asked, $state.snapshot(this.draft))) this.trial = data
    })
  }

  /** The id of the rule when the server has it. */
  async save(): Promise<string | null> {
    if (this.busy || this.conflict || !this.#readable()) return null
    const sent = $state.snapshot(this.draft)
    let id: string | null = null
    await this.#ask('save', async () => {
      const { base } = this
      const { data } = base
        ? await send<Rule>('PATCH', `/routing-rules/${base.id}`, this.#body(sent), { ifMatch: base.version })
        : await send<Rule>(
            'POST',
            '/routing-rules',
            { ...this.#body(sent), unit: this.unit, position: Number(sent.position) },
            { idempotencyKey: this.#key },
          )
      id = data.id
      this.#saved(data, sent)
    })
    return id
  }

  /** What was typed while the answer was on its way is kept as a draft of the rule that there is now. */
  #saved(rule: Rule, sent: Draft): void {
    const now = $state.snapshot(this.draft)
    const more = !same(now, sent)
    if (!this.base) {
      this.#drafts.dropAll()
      if (more) draftsFor(rule.id).keep('draft', now)
      return
    }
    this.base = rule
    if (!more) this.startOver()
    this.changed()
  }

  async #ask(what: 'try' | 'save', work: () => Promise<void>): Promise<void> {
    this.busy = what
    this.refused = null
    try {
      await work()
    } catch (cause) {
      await this.#failed(cause)
    } finally {
      this.busy = ''
    }
  }

  async #failed(cause: unknown): Promise<void> {
    this.refused = cause
    // No answer may mean that it arrived: the same key then finds the rule instead of making a second one.
    if (!(cause instanceof Problem)) return
    this.#key = newUuid()
    this.wrong = faultsOf(cause.errors)
    if (cause.status !== 412) return
    const table = await get<Table>('/routing-rules', { query: { unit: this.unit } }).catch(() => null)
    this.conflict = table?.items.find(({ id }) => id === this.base?.id) ?? null
    if (this.conflict) this.refused = null
  }
}
