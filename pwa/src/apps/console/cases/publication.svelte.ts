/**
 * The public version of one case while it is written: what the server proposes or kept, what a person makes of it, and the
 * moment it goes out. Every word is kept on this machine until the server has it.
 */
import { t } from '../../../core/i18n.ts'
import { type FieldErrors, get, Problem, send } from '../lib/call.ts'
import { type Drafts, draftsOf } from '../lib/drafts.ts'
import { session } from '../lib/session.svelte.ts'
import { deferred, say } from '../lib/toasts.svelte.ts'
import type { CaseDetail, CaseEvent, Publication } from '../types.ts'
import { newEvents } from './desk.svelte.ts'

export type PublicDraft = {
  title: string
  masked_text: string
  reply: string
  place_text: string
  attachment_ids: string[]
}

/** The public version that the words here were begun on. */
type Begun = { saved: string; seen: number }

const UNDO_SECONDS = 8
const EMPTY: PublicDraft = { title: '', masked_text: '', reply: '', place_text: '', attachment_ids: [] }

const draftOf = (from: Publication): PublicDraft => ({
  title: from.title,
  masked_text: from.masked_text,
  reply: from.reply,
  place_text: from.place_text ?? '',
  attachment_ids: from.attachments.filter((file) => file.selected).map((file) => file.id),
})

/** Digits that look like a telephone, identity card or account number still standing in a text. */
export const bareNumber = (text: string): string => /(?:\d[\s.-]?){9,}/.exec(text)?.[0].trim() ?? ''

export class PublicationDesk {
  item = $state.raw<CaseDetail | null>(null)
  server = $state.raw<Publication | null>(null)
  draft = $state<PublicDraft>({ ...EMPTY })
  /** Words typed earlier were found on this machine. */
  restored = $state(false)
  /** A person said that they read the preview as it stands now. */
  read = $state(false)
  problem = $state.raw<unknown>(null)
  refused = $state.raw<unknown>(null)
  errors = $state.raw<FieldErrors>({})
  /** What another official did meanwhile; null when nobody did. */
  conflict = $state.raw<CaseEvent[] | null>(null)
  busy = $state(false)
  /** In the seconds of grace: what goes out is what was read, so nothing is written meanwhile. */
  waiting = $state(false)
  /** The page was left: nobody is taken back to it from somewhere else. */
  gone = false
  readonly #drafts: Drafts
  #saved = ''

  constructor(readonly id: string) {
    this.#drafts = draftsOf(session.me?.id ?? '', `publication:${id}`)
  }

  async load(): Promise<void> {
    this.problem = null
    try {
      const [item, server] = await this.#fresh()
      const theirs = draftOf(server)
      const kept = this.#drafts.read<PublicDraft>('draft')
      const begun = this.#drafts.read<Begun>('begun')
      if (kept && begun && begun.saved !== JSON.stringify(theirs)) this.conflict = item.events.slice(begun.seen)
      this.item = item
      this.server = server
      this.restored = kept !== undefined && JSON.stringify(kept) !== JSON.stringify(theirs)
      this.draft = { ...theirs, ...kept }
      this.#saved = JSON.stringify(theirs)
    } catch (cause) {
      this.problem = cause
    }
  }

  #fresh(): Promise<[CaseDetail, Publication]> {
    return Promise.all([get<CaseDetail>(`/cases/${this.id}`), get<Publication>(`/cases/${this.id}/publication`)])
  }

  get mayPublish(): boolean {
    return this.item?.allowed_moves.some(({ move }) => move === 'publish') ?? false
  }

  /** Called after every change of the draft: it is kept here, and the preview counts as unread. */
  changed(): void {
    const now = $state.snapshot(this.draft)
    if (!this.#saved) return
    this.read = false
    if (JSON.stringify(now) === this.#saved) this.#drafts.dropAll()
    else this.#keep(now)
  }

  #keep(draft: PublicDraft): void {
    this.#drafts.keep('draft', draft)
    const seen = this.item?.events.length ?? 0
    if (!this.conflict) this.#drafts.keep('begun', { saved: this.#saved, seen } satisfies Begun)
  }

  startOver(): void {
    if (!this.server) return
    const before = $state.snapshot(this.draft)
    this.draft = draftOf(this.server)
    this.restored = false
    this.conflict = null
    const undo = () => {
      this.draft = before
    }
    say(t('publication.started_over'), { action: { label: t('action.undo'), run: undo } })
  }

  /** Sends the draft; the version to publish, or null when it was refused. */
  async save(): Promise<number | null> {
    if (!this.item || this.busy || this.waiting) return null
    this.refused = null
    this.errors = {}
    this.conflict = null
    this.busy = true
    const sent = $state.snapshot(this.draft)
    try {
      const body = { ...sent, place_text: sent.place_text.trim() || null }
      const { data } = await send<Publication>('PUT', `/cases/${this.id}/publication`, body, {
        ifMatch: this.item.version,
      })
      this.server = data
      this.item = { ...this.item, version: data.version }
      this.#saved = JSON.stringify(sent)
      this.restored = false
      // What was typed while this was on its way is kept, and not what anybody agreed to publish.
      if (JSON.stringify($state.snapshot(this.draft)) === this.#saved) this.#drafts.dropAll()
      else this.changed()
      return data.version
    } catch (cause) {
      await this.#failed(cause)
      return null
    } finally {
      this.busy = false
    }
  }

  /** Nothing typed is lost to somebody who was faster: the case is read again, the draft stays as it is. */
  async #failed(cause: unknown): Promise<void> {
    if (!(cause instanceof Problem && cause.status === 412)) {
      this.refused = cause
      if (cause instanceof Problem) this.errors = cause.errors
      return
    }
    this.read = false
    const before = this.item?.events ?? []
    try {
      const [item, server] = await this.#fresh()
      this.conflict = newEvents(before, item.events)
      this.item = item
      this.server = server
      this.#saved = JSON.stringify(draftOf(server))
      this.#keep($state.snapshot(this.draft))
    } catch (problem) {
      this.refused = problem
    }
  }

  /** Saves, waits the seconds of grace, publishes. False when something has to be done first. */
  async publish(then: () => void): Promise<boolean> {
    if (this.busy || this.waiting) return true
    if (!this.read) {
      this.errors = { read: ['required'] }
      return false
    }
    const version = await this.save()
    if (version === null || !this.read) return false
    this.waiting = true
    const code = this.item?.tracking_code ?? ''
    const goOut = async (): Promise<boolean> => {
      try {
        await send('POST', `/cases/${this.id}/moves/publish`, {}, { ifMatch: version })
        say(t('case.done', { move: t('did.publish'), code }))
        if (!this.gone) then()
        return true
      } catch (cause) {
        await this.#failed(cause)
        const why = this.conflict ? t('conflict.title') : ''
        say(t('case.failed', { move: t('move.publish'), code, why }), { tone: 'alert' })
        return false
      } finally {
        this.waiting = false
      }
    }
    const takenBack = () => {
      this.waiting = false
    }
    deferred(t('case.waiting', { move: t('move.publish'), code }), UNDO_SECONDS, t('action.undo'), goOut, takenBack)
    return true
  }
}
