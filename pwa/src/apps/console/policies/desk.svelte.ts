/**
 * A policy being edited. What a person types is kept on this machine; it goes to the server when they say so, because what is public
 * changes with it. Under If-Match: when somebody else saved first, nothing is overwritten before the writer chose.
 */
import { newUuid } from '../../../core/text.ts'
import { type FieldErrors, get, Problem, send } from '../lib/call.ts'
import { type Drafts, draftsOf } from '../lib/drafts.ts'
import { rebased } from '../lib/rebase.ts'
import { session } from '../lib/session.svelte.ts'
import { bodyOf, type Content, changes, contentOf, emptyContent, lacking, type Policy } from './promises.ts'

/** What the words here were begun on. */
type Begun = { version: number; state: Policy['state']; content: Content; seen: number }

const differ = (before: Content, after: Content): boolean => Object.keys(changes(before, after)).length > 0

export class PolicyDesk {
  item = $state.raw<Policy | null>(null)
  content = $state<Content>(emptyContent())
  restored = $state(false)
  missed = $state.raw<string[]>([])
  problem = $state.raw<unknown>(null)
  refused = $state.raw<unknown>(null)
  errors = $state.raw<FieldErrors>({})
  conflict = $state.raw<Policy | null>(null)
  /** What happened since the words here were begun. */
  news = $state.raw<Policy['events']>([])
  busy = $state('')
  readonly drafts: Drafts
  #server = $state.raw<Content>(emptyContent())
  #key = newUuid()

  constructor(
    readonly id: string | null,
    readonly unit: string,
  ) {
    this.drafts = draftsOf(session.me?.id ?? '', `policy:${id ?? `new:${unit}`}`)
  }

  get editable(): boolean {
    return this.id === null || (this.item?.can_edit ?? false)
  }

  get dirty(): boolean {
    return differ(this.#server, this.content)
  }

  async load(): Promise<void> {
    this.problem = null
    try {
      if (this.id) this.#take(await get<Policy>(`/console/policies/${this.id}`))
      const kept = this.drafts.read<Content>('content')
      if (!kept || !this.editable) return
      const begun = this.drafts.read<Begun>('begun')
      const fresh = this.item
      const moved = begun && fresh && begun.version !== fresh.version
      if (moved && (begun.state !== fresh.state || differ(begun.content, contentOf(fresh)))) {
        this.#server = begun.content
        this.#clash(fresh, begun.seen)
      }
      this.content = { ...this.content, ...kept }
      this.restored = this.dirty
    } catch (cause) {
      this.problem = cause
    }
  }

  #take(item: Policy): void {
    this.item = item
    this.#server = contentOf(item)
    this.content = contentOf(item)
    this.restored = false
    this.conflict = null
  }

  /** Somebody else saved after these words were begun: both stay until the writer chooses. */
  #clash(theirs: Policy, seen: number): void {
    this.conflict = theirs
    this.news = theirs.events.slice(seen)
  }

  /** The server has `sent`. Whatever was typed while it was on its way stays on the page, and is unsaved. */
  #kept(item: Policy, sent: Content): void {
    const now = $state.snapshot(this.content)
    this.#take(item)
    if (!differ(sent, now)) {
      this.changed()
      return
    }
    const ids = new Map(sent.promises.map(({ key }, place) => [key, item.promises[place]?.id ?? null]))
    this.content = { ...now, promises: now.promises.map((row) => ({ ...row, id: row.id ?? ids.get(row.key) ?? null })) }
    this.changed()
  }

  /** Called after every change of `content`. */
  changed(): void {
    if (!this.dirty) {
      this.drafts.drop('content')
      this.drafts.drop('begun')
      return
    }
    this.drafts.keep('content', $state.snapshot(this.content))
    if (!this.item || this.conflict) return
    const { version, state, events } = this.item
    this.drafts.keep('begun', { version, state, content: this.#server, seen: events.length } satisfies Begun)
  }

  /** Saves, or makes a new one; gives back its id when the server has every word. */
  async save(): Promise<string | null> {
    this.missed = lacking(this.content)
    if (this.missed.length || this.busy || this.conflict) return null
    const body = this.id ? changes(this.#server, this.content) : { unit: this.unit, ...bodyOf(this.content) }
    if (Object.keys(body).length === 0) return this.id
    return this.#do('save', () =>
      this.id
        ? send<Policy>('PATCH', `/console/policies/${this.id}`, body, { ifMatch: this.item?.version })
        : send<Policy>('POST', '/console/policies', body, { idempotencyKey: this.#key }),
    )
  }

  /** What was typed goes first: nobody publishes something else than what they see. */
  async move(move: string, body: Record<string, unknown>): Promise<boolean> {
    while (this.editable && this.dirty) if (!(await this.save())) return false
    const done = await this.#do(move, () =>
      send<Policy>('POST', `/console/policies/${this.id}/${move}`, body, { ifMatch: this.item?.version }),
    )
    return done !== null
  }

  async #do(name: string, work: () => Promise<{ data: Policy }>): Promise<string | null> {
    this.busy = name
    this.errors = {}
    this.refused = null
    const sent = $state.snapshot(this.content)
    try {
      const { data } = await work()
      this.#kept(data, sent)
      return data.id
    } catch (cause) {
      // No answer may mean that it arrived: the same key then finds what was made instead of making a second one.
      if (cause instanceof Problem) this.#key = newUuid()
      if (cause instanceof Problem && cause.status === 412 && this.id) {
        const theirs = await get<Policy>(`/console/policies/${this.id}`).catch(() => null)
        if (theirs && name === 'save' && this.#movedOn(theirs)) return await this.#do(name, work)
        if (theirs) this.#clash(theirs, this.item?.events.length ?? 0)
      }
      if (!this.conflict) this.refused = cause
      if (cause instanceof Problem) this.errors = cause.errors
      return null
    } finally {
      this.busy = ''
    }
  }

  /**
   * Goes along with another version that has the same words: nothing stands against saving. What became public or was put away
   * meanwhile is another matter, and said first.
   */
  #movedOn(theirs: Policy): boolean {
    const before = this.item
    if (!before || !theirs.can_edit || theirs.version === before.version || theirs.state !== before.state) return false
    if (differ(contentOf(before), contentOf(theirs))) return false
    this.item = theirs
    return true
  }

  /** What I changed on top of theirs: shown as unsaved changes of what is on the server now. */
  keepMine(): void {
    if (!this.conflict) return
    const theirs = contentOf(this.conflict)
    this.content = rebased(this.#server, $state.snapshot(this.content), theirs)
    this.item = this.conflict
    this.#server = theirs
    this.conflict = null
    this.changed()
  }

  takeTheirs(): void {
    if (!this.conflict) return
    this.#take(this.conflict)
    this.changed()
  }
}
