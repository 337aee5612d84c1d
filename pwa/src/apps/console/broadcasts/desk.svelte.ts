/**
 * One broadcast on the desk. Its words are changed under the version that their writer began on: when somebody else was faster,
 * that is said, what they changed comes under what was typed here, and nothing goes out before the writer saves once more.
 */
import { type FieldErrors, get, Problem, send } from '../lib/call.ts'
import { type Drafts, draftsOf } from '../lib/drafts.ts'
import { rebased, same } from '../lib/rebase.ts'
import { session } from '../lib/session.svelte.ts'
import type { BroadcastDetail } from '../types.ts'

export type Words = { title: string; words: string }
/** What somebody began to write on, as it is kept beside the words; what was kept by older builds knows no state. */
type Begun = Words & { state?: BroadcastDetail['state']; seen: number }

const FIELDS = ['title', 'words', 'begun']

const wordsOf = (item: BroadcastDetail): Words => ({ title: item.title, words: item.transcript ?? '' })
const begunOn = (item: BroadcastDetail): Begun => ({ ...wordsOf(item), state: item.state, seen: item.events.length })

export class BroadcastDesk {
  item = $state.raw<BroadcastDetail | null>(null)
  problem = $state.raw<unknown>(null)
  refused = $state.raw<unknown>(null)
  errors = $state.raw<FieldErrors>({})
  busy = $state('')
  /** How much of the sound was listened to. */
  heard = $state(0)
  /** What somebody else did meanwhile; null when nobody was faster. */
  news = $state.raw<BroadcastDetail['events'] | null>(null)
  editing = $state(false)
  mine = $state<Words>({ title: '', words: '' })
  readonly drafts: Drafts
  #begun: Begun | null = null
  /** Of what the words here are saved onto, whatever is read again meanwhile. */
  #version = 0

  constructor(readonly id: string) {
    this.drafts = draftsOf(session.me?.id ?? '', `broadcast:${id}`)
  }

  async load(): Promise<void> {
    this.problem = null
    try {
      const fresh = await get<BroadcastDetail>(`/console/broadcasts/${this.id}`)
      if (fresh.rendition?.sha256 !== this.item?.rendition?.sha256) this.heard = 0
      this.item = fresh
      if (this.editing && this.#begun && !fresh.can_edit) this.news = fresh.events.slice(this.#begun.seen)
    } catch (cause) {
      this.problem = cause
    }
  }

  /** What was typed before a reload is typed on. */
  async open(): Promise<void> {
    await this.load()
    if (this.drafts.read('begun')) this.edit()
  }

  edit(): void {
    const { item, drafts } = this
    if (!item?.can_edit) return
    const now = wordsOf(item)
    this.mine = { title: drafts.read<string>('title') ?? now.title, words: drafts.read<string>('words') ?? now.words }
    this.#goOn(item, drafts.read<Begun>('begun') ?? begunOn(item))
    this.editing = true
  }

  /** The words here go on from what stands now; true when somebody else changed something, which is then said. */
  #goOn(item: BroadcastDetail, { title, words, state, seen }: Begun): boolean {
    const theirs = wordsOf(item)
    const changed = !same({ title, words }, theirs) || (state ?? item.state) !== item.state
    if (changed) this.news = item.events.slice(seen)
    this.mine = rebased({ title, words }, $state.snapshot(this.mine), theirs)
    this.#begun = begunOn(item)
    this.#version = item.version
    return changed
  }

  /** Called after every change of `mine`. */
  changed(): void {
    this.drafts.keep('title', this.mine.title)
    this.drafts.keep('words', this.mine.words)
    this.drafts.keep('begun', this.#begun)
  }

  leave(): void {
    this.editing = false
    this.news = null
    for (const field of FIELDS) this.drafts.drop(field)
  }

  /** True when the server has every word. */
  async save(): Promise<boolean> {
    const begun = this.#begun
    if (!begun || this.busy) return false
    const [title, text] = [this.mine.title.trim(), this.mine.words.trim()]
    const body = {
      ...(title === begun.title ? {} : { title }),
      ...(this.item?.is_synthetic && text !== begun.words ? { text } : {}),
    }
    if (Object.keys(body).length > 0) {
      const version = this.#version
      let again = false
      const sent = await this.#ask(
        'edit',
        () => send('PATCH', `/console/broadcasts/${this.id}`, body, { ifMatch: version }),
        (item) => {
          if (item.can_edit && item.version !== version) again = !this.#goOn(item, begun)
          else this.news = item.events.slice(begun.seen)
        },
      )
      if (!sent) return again ? this.save() : false
    }
    this.leave()
    return true
  }

  move(name: string, body: Record<string, unknown>): Promise<boolean> {
    return this.#ask(name, () =>
      send('POST', `/console/broadcasts/${this.id}/${name}`, body, { ifMatch: this.item?.version }),
    )
  }

  render(): Promise<boolean> {
    return this.#ask('render', () =>
      send('POST', `/console/broadcasts/${this.id}/rendition`, undefined, { ifMatch: this.item?.version }),
    )
  }

  /** `overtaken` is told when somebody else was faster, with what stands now and how many events were known here. */
  async #ask(
    name: string,
    work: () => Promise<unknown>,
    overtaken = (item: BroadcastDetail, seen: number) => {
      this.news = item.events.slice(seen)
    },
  ): Promise<boolean> {
    this.busy = name
    this.refused = null
    this.errors = {}
    this.news = null
    const seen = this.item?.events.length ?? 0
    try {
      await work()
      await this.load()
      return true
    } catch (cause) {
      const stale = cause instanceof Problem && cause.status === 412
      if (stale) await this.load()
      if (stale && this.item && !this.problem) overtaken(this.item, seen)
      else {
        this.refused = cause
        if (cause instanceof Problem) this.errors = cause.errors
      }
      return false
    } finally {
      this.busy = ''
    }
  }
}
