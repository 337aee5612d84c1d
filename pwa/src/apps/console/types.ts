/** What the console's own addresses of the API answer with. Only the fields the screens touch are named. */

export type Named = { id: string; name: string }
export type Unit = { code: string; name: string; level?: 'province' | 'commune'; id?: string }
export type Page<Item> = { items: Item[]; next_cursor: string | null }

export type RoleName =
  | 'triage_officer'
  | 'handler'
  | 'drafter'
  | 'editor'
  | 'approver'
  | 'broadcast_operator'
  | 'device_technician'
  | 'one_stop_desk'
  | 'village_head'
  | 'commune_leader'
  | 'province_supervisor'
  | 'administrator'
  | 'portal_client'

export type Permission =
  | 'articles:read'
  | 'articles:write'
  | 'articles:edit'
  | 'articles:approve'
  | 'cases:read'
  | 'cases:triage'
  | 'cases:handle'
  | 'cases:approve'
  | 'cases:publish'
  | 'cases:identity'
  | 'cases:assisted'
  | 'broadcasts:read'
  | 'broadcasts:write'
  | 'broadcasts:approve'
  | 'devices:manage'
  | 'staff:manage'
  | 'outbox:read'
  | 'places:manage'
  | 'portals:manage'

export type Grant = { id?: string; role: RoleName; unit: Unit; department: Named | null; community?: Named | null }

export type Me = {
  id: string
  name: string
  username: string
  language: string
  has_totp?: boolean
  recovery_codes_left?: number
  must_change_password?: boolean
  grants: Grant[]
  permissions: Permission[]
}

export type CaseState =
  | 'received'
  | 'needs_information'
  | 'forwarded'
  | 'in_progress'
  | 'awaiting_approval'
  | 'resolved'
  | 'rejected'
  | 'diverted'
  | 'merged'
  | 'reopened'
  | 'withdrawn'
  | 'closed'

export type Urgency = 'normal' | 'priority' | 'emergency'
export type LegalType = 'ordinary' | 'complaint' | 'denunciation'
export type Outcome = 'done' | 'partly_done' | 'planned' | 'not_possible' | 'other_body'
export type View = 'all' | 'mine' | 'department' | 'unassigned' | 'overdue' | 'due_soon' | 'closed'

export type CaseItem = {
  id: string
  tracking_code: string
  excerpt: string
  state: CaseState
  kind: string
  category: string | null
  urgency: Urgency
  legal_type: LegalType | null
  legal_confirmed: boolean
  lead_department: Named | null
  assignee: Named | null
  unit: Unit
  due_at: string | null
  is_overdue: boolean
  intake_due_at: string | null
  created_at: string
  has_photos: boolean
  awaiting: 'triage' | 'handler' | 'resident' | 'leader' | null
  published?: boolean
  version: number
}

export type CaseCounts = {
  by_view: Partial<Record<View, number>>
  by_state: Partial<Record<CaseState, number>>
  by_category?: Record<string, number>
  by_urgency?: Partial<Record<Urgency, number>>
  by_legal_type?: Record<string, number>
}

export type Attachment = {
  id?: string
  name?: string
  url: string | null
  thumbnail_url?: string | null
  content_type?: string
  kind?: string
  bytes?: number
  width?: number
  height?: number
  state?: string
}

export type Message = {
  id: string
  from: 'official' | 'resident'
  kind: 'question' | 'reply' | 'answer'
  text: string
  at: string
  author?: Named | null
  attachments?: Attachment[]
}

export type CaseEvent = {
  id?: string
  at: string
  actor: { id?: string | null; name: string | null } | null
  type: string
  summary: string
  detail?: Record<string, unknown> | string | null
  reason?: string | null
  note?: string | null
}

/** `requires`: fields the move asks for; `missing`: facts that still stand in its way. */
export type AllowedMove = {
  move: string
  label: string
  requires: string[]
  missing?: { need: string; label: string }[]
}

export type ClockDay = { day: string; counted_minutes: number; paused_minutes?: number; why: string }
export type ClockEntry = { move: string; label: string; at: string; reason: string | null; actor: Named | null }

export type CaseDetail = CaseItem & {
  text: string
  attachments: Attachment[]
  evidence: Attachment[]
  community?: Named | null
  place_text?: string | null
  latitude?: number | null
  longitude?: number | null
  accuracy_m?: number | null
  policy?: string | null
  channel?: string | null
  complex?: boolean
  submitted_unit?: Unit | null
  suggestion: {
    category: string | null
    kind: string | null
    legal_type: LegalType | null
    urgency: Urgency | null
    reasons: { field: string; label: string; value: string; words?: string[] }[]
  } | null
  routing: {
    rule: string | null
    reason: string | null
    matched?: Record<string, string>
    failed?: { rule?: string; name?: string }[]
  } | null
  clock: {
    stage: 'intake' | 'handling' | null
    elapsed_minutes?: number | null
    allowance_minutes?: number | null
    started_at: string | null
    due_at: string | null
    paused: boolean
    entries: ClockEntry[]
    explanation: ClockDay[]
  } | null
  events: CaseEvent[]
  messages: Message[]
  allowed_moves: AllowedMove[]
  reporter: {
    identity: 'named' | 'hidden' | 'anonymous'
    has_phone: boolean
    has_name?: boolean
    readable?: boolean
  } | null
  outcome?: Outcome | null
  reply?: string | null
  planned_on?: string | null
  other_body?: string | null
  published_at?: string | null
}

export type MaskSpan = { start: number; end: number; kind: string; detector: string }
export type Publication = {
  original_text: string
  title: string
  masked_text: string
  spans: MaskSpan[]
  reply: string
  attachments: (Attachment & { id: string; selected?: boolean; from?: string })[]
  warnings: { code: string; text: string }[]
  place_text?: string | null
  drafted?: boolean
  published?: boolean
  version?: number
}

export type Category = { slug: string; label: string }

export type ArticleState =
  | 'draft'
  | 'submitted'
  | 'returned'
  | 'approved'
  | 'scheduled'
  | 'published'
  | 'correcting'
  | 'correction_submitted'
  | 'withdrawn'
  | 'cancelled'

export type ArticleItem = {
  id: string
  slug: string
  title: string
  summary: string
  state: ArticleState
  priority: Urgency
  category: Category
  unit: Unit
  author: Named
  languages: string[]
  publish_at: string | null
  published_at: string | null
  valid_from: string | null
  valid_to: string | null
  needs_review: boolean
  updated_at: string
  version: number
}

export type ArticleText = { title: string; summary: string; body_html: string }
export type ArticlePlace = { unit: Unit; community: Named | null }
export type ArticleFile = {
  id: string
  upload_id: string
  name: string
  alt: string
  content_type: string | null
  bytes: number
  state: string
  url: string | null
}
export type ArticleVersion = {
  number: number
  at: string
  actor: { id: string | null; name: string }
  note: string | null
  published_at: string | null
}

export type ArticleDetail = ArticleItem & {
  texts: Record<string, ArticleText>
  scope: ArticlePlace[]
  cover: ArticleFile | null
  attachments: ArticleFile[]
  correction_note: string | null
  withdrawn_at: string | null
  expired_at: string | null
  can_edit: boolean
  allowed_moves: AllowedMove[]
  events: CaseEvent[]
  versions: ArticleVersion[]
  public_url: string | null
}

export type RenditionState = 'queued' | 'processing' | 'ready' | 'failed'
export type Rendition = {
  state: RenditionState
  reason?: string | null
  reason_label?: string | null
  sha256?: string | null
  bytes?: number | null
  duration_ms?: number | null
  content_type?: string | null
  loudness_lufs?: number | null
  url?: string | null
  peaks?: number[] | null
}

export type BroadcastItem = {
  id: string
  title: string
  language: string
  priority: Urgency
  state: string
  is_synthetic: boolean
  unit: Unit
  programme: Named | null
  author: Named | null
  scheduled_at: string | null
  aired_at: string | null
  audio_state: RenditionState | null
  duration_ms: number | null
  updated_at: string
  version: number
}

export type BroadcastDetail = BroadcastItem & {
  transcript: string | null
  rendition: Rendition | null
  segments: { kind: 'speech' | 'recording'; text: string; upload_id: string | null; voice: string }[]
  state_reason: string
  can_edit: boolean
  public_url: string | null
  allowed_moves: AllowedMove[]
  events: CaseEvent[]
  approved_sha256?: string | null
}

export type Device = {
  id: string
  name: string
  kind: 'speaker_cluster' | 'public_display'
  unit: Unit
  community: Named | null
  place_text?: string
  status: 'awaiting' | 'active' | 'revoked'
  enrolled_at?: string | null
  online: boolean
  last_seen_at: string | null
  software?: string | null
  revoked_at?: string | null
  version?: number
}

export type StaffItem = {
  id: string
  username: string
  name: string
  active: boolean
  language?: string
  email?: string | null
  phone_masked?: string | null
  has_totp?: boolean
  must_change_password?: boolean
  unit?: Unit
  grants: Grant[]
  version?: number
}

export type InboxItem = {
  id: string
  kind: string
  title: string
  body: string
  link: string | null
  urgent?: boolean
  created_at: string
  read_at: string | null
}

export type OutboxHealth = {
  by_channel: {
    channel: string
    queued: number
    leased: number
    sent_24h: number
    failed_24h: number
    dropped_24h: number
    oldest_queued_seconds: number | null
  }[]
  pending_messages?: number
  paused_hosts: { host: string; until: string; reason?: string }[]
}

export type Session = {
  id: string
  created_at: string
  last_used_at: string
  device_label: string
  client: string
  current: boolean
}
