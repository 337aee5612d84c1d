/** Shapes of the public API, as the resident app uses them. */
export type Page<T> = { items: T[]; next_cursor: string | null }
export type Unit = { code: string; name: string; level?: 'province' | 'commune' }
export type Picture = { url: string; width: number; height: number; alt?: string }
export type Category = { slug: string; label: string }

export type ArticleItem = {
  id: string
  slug: string
  title: string
  summary: string
  category: Category
  priority: 'normal' | 'priority' | 'emergency'
  published_at: string
  valid_to: string | null
  unit: Unit
  language: string
  languages: string[]
  cover: Picture | null
  corrected_at: string | null
  communities: { id: string; name: string }[]
}

export type Article = ArticleItem & {
  body_html: string
  attachments: { name: string; url: string; content_type: string; bytes: number }[]
  correction_note: string | null
}

export type CommuneDetail = {
  code: string
  name: string
  full_name: string
  kind: string
  province: { code: string; name: string }
  latitude: number
  longitude: number
  staffed: boolean
  hotline?: string | null
  languages?: string[]
  valid_from?: string | null
  valid_to?: string | null
}

export type CommuneFound = CommuneDetail & {
  matched: {
    name: string
    code: string
    valid_from: string | null
    valid_to: string | null
    reason: 'current' | 'former_name' | 'former_code' | 'merged_into'
  } | null
}

export type Broadcast = {
  id: string
  title: string
  summary: string | null
  language: string
  programme: { id: string; name: string } | null
  aired_at: string
  duration_ms: number
  audio: { url: string; bytes: number; content_type: string; sha256: string }
  is_synthetic: boolean
  transcript_available: boolean
  transcript?: string | null
  unit: Unit
}

export type PublicFile = {
  kind: string
  url: string
  content_type: string
  bytes: number
  width?: number
  height?: number
  name?: string
}

export type MyFeedback = Tracking & { excerpt: string }

export type OutcomeItem = {
  id: string
  title: string
  text: string
  kind: string
  category: Category | null
  outcome: 'done' | 'partly_done' | 'planned' | 'not_possible' | 'other_body'
  outcome_label: string
  reply: string
  published_at: string
  submitted_on: string
  handled_days: number | null
  place_text: string | null
  photos: PublicFile[]
  evidence: PublicFile[]
  planned_on: string | null
  other_body: string | null
  unit: Unit
}

/** A file of the sender's; `url` is there once it is clean. */
export type SentFile = { id: string; kind: string; state: string; url: string | null }

export type Message = {
  id: string
  from: 'official' | 'resident'
  kind: 'question' | 'reply' | 'answer'
  text: string
  at: string
  attachments: SentFile[]
}

export type Tracking = {
  tracking_code: string
  state: string
  state_label: string
  next_step: string
  due_at: string | null
  is_overdue: boolean
  submitted_at: string
  updated_at: string
  kind: string
  category: Category | null
  commune: { code: string; name: string }
  timeline: { at: string; label: string }[]
  public_url: string | null
  text?: string
  messages?: Message[]
  awaiting_answer?: boolean
  attachments?: SentFile[]
  place_text?: string | null
  reason?: string | null
  merged_into?: string | null
}

export type Me = {
  kind: 'resident' | 'staff'
  resident?: { id: string; name: string | null; phone_masked: string; commune: Unit | null } | null
  staff?: { id: string; name: string } | null
}
