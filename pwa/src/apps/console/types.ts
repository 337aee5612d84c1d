/** Short names for the shapes of the API; the shapes themselves are made from its description (`make openapi`). */
import type { Schemas } from '../../core/schema.d.ts'

export type Named = Schemas['NamedRef']
/** A unit as the lists name it, without its level. */
export type UnitRef = Schemas['UnitRef']
export type Unit = Schemas['UnitView']
export type Page<Item> = { items: Item[]; next_cursor: string | null }

export type Me = Schemas['StaffMe']
export type Grant = Schemas['GrantView']
export type RoleName = Grant['role']
export type Permission = Me['permissions'][number]
export type StaffItem = Schemas['StaffView']
export type Session = Schemas['SessionView']
export type InboxItem = Schemas['InboxItem']
export type OutboxHealth = Schemas['OutboxHealth']
export type Device = Schemas['DeviceItem']
export type Category = Schemas['FeedbackCategory']

export type CaseItem = Schemas['CaseItem']
export type CaseCounts = Schemas['CaseCounts']
export type CaseState = CaseItem['state']
export type Urgency = CaseItem['urgency']
export type LegalType = CaseItem['legal_type']
export type View = 'all' | 'mine' | 'department' | 'unassigned' | 'overdue' | 'due_soon' | 'closed'

export type ArticleItem = Schemas['DeskItem']
export type ArticleDetail = Schemas['DeskArticle']
export type ArticleText = Required<Schemas['ArticleWords']>
export type ArticlePlace = Schemas['DeskPlace']

export type BroadcastItem = Schemas['BroadcastsDeskItem']
export type BroadcastDetail = Schemas['DeskBroadcast']
export type Rendition = Schemas['Rendition']

/** `missing`, of cases only: facts that still stand in the way of the move. */
export type AllowedMove = Schemas['AllowedMove'] & Partial<Pick<Schemas['CaseMove'], 'missing'>>

/** What the histories of cases, articles and broadcasts have in common. */
export type HistoryEvent = {
  id?: string
  at: string
  type: string
  actor: { id: string | null; name: string }
  summary: string
  detail: Record<string, unknown> | null
  reason?: string | null
  note?: string
}

export type CaseEvent = Schemas['CaseEvent']
export type CaseFile = Schemas['_File']
export type Message = Schemas['_CaseMessage']

/** What its description leaves open: the classifier's guess, and which rule brought the case here. */
export type CaseDetail = Omit<Schemas['Case'], 'suggestion' | 'routing'> & {
  suggestion: {
    category?: string
    kind?: string
    legal_type?: LegalType
    urgency?: Urgency
    reasons: { field: string; label: string; value: string; words?: string[] }[]
  }
  routing: {
    rule: string | null
    reason: string
    matched: Record<string, string>
    failed: { rule: string; why: string }[]
  }
}

export type Publication = Omit<Schemas['Publication'], 'attachments' | 'warnings'> & {
  attachments: (CaseFile & { from: 'feedback' | 'evidence'; selected: boolean })[]
  warnings: { code: string; text: string }[]
}
