/** A rule as a sentence, as a form and as the server takes it. */
import { language, t } from '../../../core/i18n.ts'
import type { Schemas } from '../../../core/schema.d.ts'

export type Rule = Schemas['RoutingRule']
export type Table = Schemas['RoutingTable']
export type Trial = Schemas['RuleTrial']
export type Version = Schemas['RuleVersion']
export type Target = Schemas['NamedCode']
export type Conditions = Schemas['RuleConditions']

export const LISTS = ['category', 'kind', 'legal_type', 'urgency', 'policy', 'unit_codes', 'community_ids'] as const
export const PARTS = [...LISTS, 'keywords', 'radius', 'polygon', 'working_time'] as const
export type ListName = (typeof LISTS)[number]
export type Part = (typeof PARTS)[number]
export const isList = (part: Part): part is ListName => (LISTS as readonly string[]).includes(part)

export const MOST_KEYWORDS = 200
export const LONGEST_KEYWORD = 60
export const KINDS = ['report', 'proposal', 'policy_evaluation', 'question', 'praise']
export const LEGAL_TYPES = ['ordinary', 'complaint', 'denunciation']
export const URGENCIES = ['emergency', 'priority', 'normal']

/** What a list condition may name, with the words for it. */
export type Choice = { value: string; label: string }
export type Names = Record<ListName, Choice[]>

export function emptyNames(): Names {
  return {
    category: [],
    policy: [],
    unit_codes: [],
    community_ids: [],
    kind: KINDS.map((value) => ({ value, label: t(`kind.${value}`) })),
    legal_type: LEGAL_TYPES.map((value) => ({ value, label: t(`legal_type.${value}`) })),
    urgency: URGENCIES.map((value) => ({ value, label: t(`urgency.${value}`) })),
  }
}

const or = (values: string[]) => values.join(` ${t('rules.or')} `)

const numberOf = (value: unknown) =>
  typeof value === 'number' ? value.toLocaleString(language() === 'vi' ? 'vi-VN' : language()) : String(value)

function said(name: string, wanted: unknown, names: Names): string {
  if (name === 'keywords' && Array.isArray(wanted)) {
    const shown = wanted.slice(0, 8).map((word) => `“${word}”`)
    const more = wanted.length - shown.length
    return t('rules.says.keywords', { values: or(shown) }) + (more > 0 ? ` ${t('rules.more', { n: more })}` : '')
  }
  if (name === 'working_time') return t(wanted ? 'rules.says.working' : 'rules.says.outside')
  if (name === 'polygon') return t('rules.says.polygon')
  if (name === 'radius') {
    const { metres, latitude, longitude } = (wanted ?? {}) as Record<string, unknown>
    return t('rules.says.radius', {
      metres: numberOf(metres),
      latitude: String(latitude),
      longitude: String(longitude),
    })
  }
  const known = names[name as ListName]
  if (!known || !Array.isArray(wanted)) return t('rules.says.unknown', { name })
  const values = wanted.map((value) => known.find((each) => each.value === value)?.label ?? String(value))
  return t(`rules.says.${name}`, { values: or(values) })
}

/** "Nếu lĩnh vực là Y tế và có từ “tiêm chủng” thì chuyển Trạm y tế". */
export function sentence(conditions: Record<string, unknown>, department: Target | null, names: Names): string {
  const to = department?.name ?? t('rules.front_desk')
  const found = [
    ...PARTS.filter((name) => name in conditions),
    ...Object.keys(conditions).filter((name) => !PARTS.includes(name as Part)),
  ]
  if (found.length === 0) return t('rules.always', { department: to })
  const parts = found.map((name) => said(name, conditions[name], names))
  return t('rules.sentence', { conditions: parts.join(` ${t('rules.and')} `), department: to })
}

/** The form: every condition as it is typed; `parts` are those that are open. */
export type Draft = {
  name: string
  department: string
  position: string
  parts: Part[]
  lists: Record<ListName, string[]>
  keywords: string[]
  latitude: string
  longitude: string
  metres: string
  polygon: string
  working: 'in' | 'out'
}

export function draftOf(rule: Rule | null, position: number): Draft {
  const given = (rule?.conditions ?? {}) as Record<string, unknown>
  const list = (name: string) => (Array.isArray(given[name]) ? (given[name] as unknown[]).map(String) : [])
  const circle = (given.radius ?? {}) as Record<string, unknown>
  const text = (value: unknown) => (value === undefined ? '' : String(value))
  return {
    name: rule?.name ?? '',
    department: rule?.department?.code ?? '',
    position: String(position),
    parts: PARTS.filter((name) => name in given),
    lists: Object.fromEntries(LISTS.map((name) => [name, list(name)])) as Draft['lists'],
    keywords: list('keywords'),
    latitude: text(circle.latitude),
    longitude: text(circle.longitude),
    metres: text(circle.metres ?? 500),
    polygon: given.polygon ? JSON.stringify(given.polygon) : '',
    working: given.working_time === false ? 'out' : 'in',
  }
}

/** "13,98" and "13.98" are the same number; anything else is none. */
export function numberFrom(typed: string): number | null {
  const plain = typed.trim().replace(',', '.')
  const value = Number(plain)
  return plain !== '' && Number.isFinite(value) ? value : null
}

/** Whole metres, with or without marks between the thousands: "1500", "1.500", "100 000". */
export function metresFrom(typed: string): number | null {
  const plain = typed.trim()
  return /^(\d+|\d{1,3}([.,\s]\d{3})+)$/.test(plain) ? Number(plain.replace(/\D/g, '')) : null
}

/** The words with those that were typed, parted by commas; `left` are the ones that a rule does not take. */
export function withKeywords(words: string[], typed: string): { words: string[]; left: string[] } {
  const found = typed
    .split(/[,;\n]/)
    .map((word) => word.trim())
    .filter((word) => word && !words.includes(word))
  const fit = [...new Set(found.filter((word) => word.length <= LONGEST_KEYWORD))].slice(
    0,
    MOST_KEYWORDS - words.length,
  )
  return { words: [...words, ...fit], left: found.filter((word) => !fit.includes(word)) }
}

/** A geometry on its own, in a Feature or as the only one of a collection: what map tools give out. */
export function geometryFrom(typed: string): Record<string, unknown> | null {
  try {
    let found = JSON.parse(typed)
    if (found?.type === 'FeatureCollection' && found.features?.length === 1) found = found.features[0]
    if (found?.type === 'Feature') found = found.geometry
    const { type, coordinates } = found ?? {}
    return (type === 'Polygon' || type === 'MultiPolygon') && Array.isArray(coordinates) ? { type, coordinates } : null
  } catch {
    return null
  }
}

/** Communes that the rules of a table name. */
export const codesIn = (table: Table | null): string[] => [
  ...new Set((table?.items ?? []).flatMap(({ conditions }) => (conditions.unit_codes as string[] | undefined) ?? [])),
]

/** What the draft says, and which of its fields cannot be read, by code. */
export function readDraft(draft: Draft): { conditions: Record<string, unknown>; wrong: Record<string, string> } {
  const conditions: Record<string, unknown> = {}
  const wrong: Record<string, string> = draft.name.trim() ? {} : { name: 'required' }
  if (draft.parts.length === 0) wrong.conditions = 'no_condition'
  for (const part of draft.parts) {
    if (part === 'working_time') conditions[part] = draft.working === 'in'
    else if (part === 'keywords') {
      if (draft.keywords.length) conditions[part] = [...draft.keywords]
      else wrong[part] = 'required'
    } else if (part === 'radius') {
      const [latitude, longitude] = [numberFrom(draft.latitude), numberFrom(draft.longitude)]
      const metres = metresFrom(draft.metres)
      if (latitude === null || longitude === null || metres === null) wrong[part] = 'not_a_number'
      else conditions[part] = { latitude, longitude, metres }
    } else if (part === 'polygon') {
      const geometry = geometryFrom(draft.polygon)
      if (geometry) conditions[part] = geometry
      else wrong[part] = 'not_a_polygon'
    } else if (draft.lists[part].length) conditions[part] = [...draft.lists[part]]
    else wrong[part] = 'required'
  }
  return { conditions, wrong }
}

/** The first code that the server gave for each field, however deep it stands. */
export function faultsOf(errors: Record<string, unknown>): Record<string, string> {
  const found: Record<string, string> = {}
  const first = (value: unknown): string =>
    typeof value === 'string'
      ? value
      : value && typeof value === 'object'
        ? (Object.values(value).map(first).find(Boolean) ?? '')
        : ''
  for (const [key, value] of Object.entries(errors)) {
    const nested = key === 'conditions' && value && !Array.isArray(value) ? (value as Record<string, unknown>) : null
    if (nested) for (const [name, inner] of Object.entries(nested)) found[name] = first(inner)
    else found[key.replace(/^conditions\./, '')] = first(value)
  }
  return found
}
