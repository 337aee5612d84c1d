/**
 * An article being written. Every change is kept on this machine at once and, while the text may be changed, on the server a few
 * seconds later under If-Match. When somebody else saved first, nothing is overwritten: the writer sees it and chooses.
 */
import { newUuid } from '../../../core/text.ts'
import { type FieldErrors, get, Problem, send } from '../lib/call.ts'
import { type Drafts, draftsOf } from '../lib/drafts.ts'
import { rebased, same } from '../lib/rebase.ts'
import { session } from '../lib/session.svelte.ts'
import type { ArticleDetail, ArticleText, HistoryEvent, Urgency } from '../types.ts'

export type Place = { unit: string; community_id: string | null }
export type Content = {
  category: string
  priority: Urgency
  texts: Record<string, ArticleText>
  scope: Place[]
  valid_from: string | null
  valid_to: string | null
}
/** The version that the words here were begun on. */
type Begun = { version: number; content: Content; seen: number }
export type Status = 'clean' | 'dirty' | 'saving' | 'failed'

const AUTOSAVE_MS = 5000

export const emptyText = (): ArticleText => ({ title: '', summary: '', body_html: '' })

export function contentOf(item: ArticleDetail): Content {
  return {
    category: item.category.slug,
    priority: item.priority,
    texts: Object.fromEntries(
      Object.entries(item.texts).map(([language, text]) => [language, { ...emptyText(), ...text }]),
    ),
    scope: item.scope.map((place) => ({ unit: place.unit.code, community_id: place.community?.id ?? null })),
    valid_from: item.valid_from,
    valid_to: item.valid_to,
  }
}

/** What differs, by top-level name: the body of a PATCH. */
export function changes(before: Content, after: Content): Partial<Content> {
  const names = Object.keys(after) as (keyof Content)[]
  return Object.fromEntries(
    names
      .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      .map((name) => [name, after[name]]),
  )
}

/** The server keeps no text without a title; until there is one the words wait here. */
export const storable = (content: Content): boolean =>
  Object.values(content.texts).length > 0 && Object.values(content.texts).every(({ title }) => title.trim() !== '')

export class ArticleDesk {
  item = $state.raw<ArticleDetail | null>(null)
  content = $state<Content>({
    category: '',
    priority: 'normal',
    texts: { vi: emptyText() },
    scope: [],
    valid_from: null,
    valid_to: null,
  })
  status = $state<Status>('clean')
  savedAt = $state('')
  restored = $state(false)
  problem = $state.raw<unknown>(null)
  refused = $state.raw<unknown>(null)
  errors = $state.raw<FieldErrors>({})
  conflict = $state.raw<{ events: HistoryEvent[]; theirs: Content } | null>(null)
  busy = $state('')
  readonly drafts: Drafts
  #server: Content | null = null
  #key = newUuid()
  #timer: ReturnType<typeof setTimeout> | undefined
  #saving: Promise<boolean> | null = null

  constructor(
    readonly id: string | null,
    readonly unit: string,
  ) {
    this.drafts = draftsOf(session.me?.id ?? '', `article:${id ?? `new:${unit}`}`)
  }

  get editable(): boolean {
    return this.id === null || (this.item?.can_edit ?? false)
  }

  async load(): Promise<void> {
    this.problem = null
    try {
      if (this.id) this.#take(await get<ArticleDetail>(`/console/articles/${this.id}`))
      const kept = this.drafts.read<Content>('content')
      if (kept && this.editable && JSON.stringify(kept) !== JSON.stringify(this.content)) {
        const begun = this.drafts.read<Begun>('begun')
        // Another version with the same words was returned or given a file: nothing stands against writing on.
        if (begun && this.item && begun.version !== this.item.version && !same(begun.content, contentOf(this.item))) {
          this.#server = begun.content
          this.conflict = { events: this.item.events.slice(begun.seen), theirs: contentOf(this.item) }
        }
        this.content = { ...this.content, ...kept }
        this.restored = true
        this.status = 'dirty'
      }
    } catch (cause) {
      this.problem = cause
    }
  }

  #take(item: ArticleDetail): void {
    this.item = item
    this.#server = contentOf(item)
    this.content = contentOf(item)
    this.status = 'clean'
  }

  #forget(): void {
    this.drafts.drop('content')
    this.drafts.drop('begun')
  }

  /** Called after every change of `content`. */
  changed(): void {
    const now = $state.snapshot(this.content) as Content
    if (
      this.#server
        ? JSON.stringify(now) === JSON.stringify(this.#server)
        : !Object.values(now.texts).some((text) => text.title || text.body_html)
    ) {
      if (this.status === 'dirty') this.status = 'clean'
      this.#forget()
      return
    }
    this.drafts.keep('content', now)
    if (this.item && this.#server && !this.conflict) {
      const { version, events } = this.item
      this.drafts.keep('begun', { version, content: this.#server, seen: events.length } satisfies Begun)
    }
    if (this.status !== 'saving') this.status = 'dirty'
    clearTimeout(this.#timer)
    if (this.id && this.editable && !this.conflict) this.#timer = setTimeout(() => this.save(), AUTOSAVE_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
    if (this.id && this.status === 'dirty' && !this.conflict) this.save()
  }

  /** True when the server has every word. One saving at a time. */
  save(): Promise<boolean> {
    this.#saving ??= this.#save().finally(() => {
      this.#saving = null
    })
    return this.#saving
  }

  async #save(): Promise<boolean> {
    clearTimeout(this.#timer)
    const now = $state.snapshot(this.content) as Content
    if (!this.item || !this.#server || this.conflict) return false
    const body = changes(this.#server, now)
    if (Object.keys(body).length === 0) {
      this.status = 'clean'
      return true
    }
    if (!storable(now) || !this.editable) return false
    this.status = 'saving'
    this.errors = {}
    this.refused = null
    try {
      const answer = await send<ArticleDetail>('PATCH', `/console/articles/${this.id}`, body, {
        ifMatch: this.item.version,
      })
      this.item = answer.data
      // The server may have cleaned the text; what the writer sees is replaced only if nothing was typed meanwhile.
      this.#server = now
      this.savedAt = new Date().toISOString()
      this.restored = false
      this.status = 'clean'
      if (JSON.stringify($state.snapshot(this.content)) === JSON.stringify(now)) this.#forget()
      else this.changed()
      return true
    } catch (cause) {
      this.status = 'failed'
      const fresh = await this.#standing(cause)
      if (fresh && this.#movedOn(fresh)) return this.#save()
      this.#failed(cause, fresh)
      return false
    }
  }

  /** What is there now, when `cause` says that somebody else was faster. */
  async #standing(cause: unknown): Promise<ArticleDetail | null> {
    if (!(cause instanceof Problem && cause.status === 412)) return null
    return get<ArticleDetail>(`/console/articles/${this.id}`).catch(() => null)
  }

  /** Goes along with another version that has the same words and may be written on: nothing stands against saving. */
  #movedOn(fresh: ArticleDetail): boolean {
    const before = this.item
    if (!before || !fresh.can_edit || fresh.version === before.version) return false
    if (!same(contentOf(before), contentOf(fresh))) return false
    this.item = fresh
    return true
  }

  #failed(cause: unknown, fresh: ArticleDetail | null): void {
    if (fresh) {
      this.conflict = { events: fresh.events.slice(this.item?.events.length ?? 0), theirs: contentOf(fresh) }
      this.item = fresh
      return
    }
    this.refused = cause
    if (cause instanceof Problem) this.errors = cause.errors
  }

  keepMine(): void {
    if (!this.conflict) return
    const { theirs } = this.conflict
    this.content = rebased(this.#server ?? theirs, $state.snapshot(this.content) as Content, theirs)
    this.#server = theirs
    this.conflict = null
    this.save()
  }

  takeTheirs(): void {
    if (!this.item) return
    this.conflict = null
    this.#take(this.item)
    this.#forget()
  }

  /** Makes the article; returns its id, or null when it was refused. */
  async create(): Promise<string | null> {
    this.busy = 'create'
    this.errors = {}
    this.refused = null
    try {
      const content = $state.snapshot(this.content) as Content
      const body = { unit: this.unit, ...content }
      const answer = await send<ArticleDetail>('POST', '/console/articles', body, { idempotencyKey: this.#key })
      this.#forget()
      return answer.data.id
    } catch (cause) {
      if (cause instanceof Problem) this.#key = newUuid()
      this.#failed(cause, null)
      return null
    } finally {
      this.busy = ''
    }
  }

  async move(move: string, body: Record<string, unknown>): Promise<boolean> {
    if (!this.item) return false
    this.busy = move
    this.errors = {}
    this.refused = null
    try {
      if (this.editable && this.status !== 'clean' && !(await this.save())) return false
      const answer = await send<ArticleDetail>('POST', `/console/articles/${this.id}/${move}`, body, {
        ifMatch: this.item.version,
      })
      this.#take(answer.data)
      return true
    } catch (cause) {
      this.#failed(cause, await this.#standing(cause))
      return false
    } finally {
      this.busy = ''
    }
  }

  async file(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<boolean> {
    if (!this.item) return false
    this.refused = null
    try {
      if (this.status === 'dirty') await this.save()
      const answer = await send<ArticleDetail>(method, `/console/articles/${this.id}/assets${path}`, body, {
        ifMatch: this.item.version,
      })
      this.item = answer.data ?? (await get<ArticleDetail>(`/console/articles/${this.id}`))
      return true
    } catch (cause) {
      this.#failed(cause, await this.#standing(cause))
      return false
    }
  }
}
