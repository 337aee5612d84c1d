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
export type AllowedMove = Schemas['Move'] & { missing?: { need: string; label: string }[] }

/** What the histories of cases, articles and broadcasts have in common. */
export type HistoryEvent = {
  id?: string
  at: string
  type: string
  actor: { id: string | null; name: string }
  summary: string
  detail: Record<string, unknown>
  reason?: string | null
  note?: string
}

// A case in full: its description names these members, docs/moderation.md and the server's `moderation/detail.py` what is in them.

export type CaseFile = {
  id: string
  kind: Schemas['Upload']['kind']
  state: Schemas['Upload']['state']
  name: string
  url: string | null
  thumbnail_url: string | null
}

export type CaseEvent = HistoryEvent & {
  id: string
  seq: number
  from_state: CaseState | null
  to_state: CaseState | null
}

/** `public`: its author would have everybody read it; whoever drafts the public version decides. */
export type Message = Omit<Schemas['FeedbackMessage'], 'attachments'> & {
  public: boolean
  author: { id: string; name: string | null } | null
  attachments: CaseFile[]
}

export type Clock = {
  stage: 'intake' | 'handling' | null
  started_at: string | null
  due_at: string
  paused: boolean
  paused_since: string | null
  round_the_clock: boolean
  policy: string
  allowance_minutes: number | null
  elapsed_minutes: number | null
  /** By the unit's own calendar; absent or null while nothing runs. */
  working_minutes_left?: number | null
  entries: {
    stage: string
    move: string
    label: string
    at: string
    minutes: number | null
    reason: string | null
    actor: { id: string; name: string | null } | null
  }[]
  explanation: { day: string; counted_minutes: number; paused_minutes: number; why: string; why_code: string }[]
}

type Shared =
  | 'awaiting'
  | 'unit'
  | 'category'
  | 'category_label'
  | 'kind'
  | 'urgency'
  | 'complex'
  | 'legal_type'
  | 'legal_confirmed'
  | 'lead_department'
  | 'assignee'
  | 'due_at'
  | 'intake_due_at'
  | 'is_overdue'
  | 'created_at'

export type CaseDetail = Pick<Schemas['Case'], 'id' | 'version' | 'tracking_code' | 'state' | 'text'> &
  Pick<CaseItem, Shared> & {
    place_text: string | null
    latitude: number | null
    longitude: number | null
    accuracy_m: number | null
    community: Named | null
    subject: { kind: string; id: string } | null
    policy: string | null
    channel: string
    language: string
    submitted_unit: UnitRef
    legal_confirmed_by: { id: string; name: string | null } | null
    restricted: boolean
    suggestion: {
      category?: string
      kind?: string
      legal_type?: LegalType
      urgency?: Urgency
      reasons: { field: string; label: string; value: string; words?: string[] }[]
    }
    transfers: number
    routing: {
      rule: string | null
      reason: string
      matched: Record<string, string>
      failed: { rule: string; why: string }[]
    }
    clock: Clock
    outcome: Schemas['Publication']['outcome']
    reply: string | null
    planned_on: string | null
    other_body: string | null
    resolved_by: { id: string; name: string | null } | null
    approved_by: { id: string; name: string | null } | null
    published_at: string | null
    previewed: boolean
    attachments: CaseFile[]
    evidence: (CaseFile & { role: string })[]
    messages: Message[]
    events: CaseEvent[]
    allowed_moves: AllowedMove[]
    reporter: {
      identity: 'named' | 'hidden' | 'anonymous'
      has_name: boolean
      has_phone: boolean
      readable: boolean
    }
  }

export type Publication = Omit<Schemas['Publication'], 'attachments' | 'warnings'> & {
  attachments: (CaseFile & { from: 'feedback' | 'evidence'; selected: boolean })[]
  warnings: { code: string; text: string }[]
}
