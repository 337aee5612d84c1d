/** What must be filled before the next step; ids are those of the fields, texts come from the catalogue. */
import type { FieldErrors } from '../../../core/api.ts'
import { t } from '../../../core/i18n.ts'
import { type Draft, MOST_TEXT, vietnamesePhone } from '../draft.svelte.ts'

export type Fault = { id: string; text: string }

export function faults(step: number, draft: Draft, signedIn: boolean): Fault[] {
  const found: Fault[] = []
  const say = (id: string, key: string, params = {}) => found.push({ id, text: t(`error.${key}`, params) })
  if (step === 1) {
    if (!draft.kind) say('kind', 'kind')
    if (!draft.text.trim()) say('text', 'text_empty')
    if (draft.text.length > MOST_TEXT) say('text', 'text_long', { most: MOST_TEXT })
    if (!draft.commune) say('send-commune', 'commune')
  }
  if (step === 2) {
    if (draft.identity !== 'anonymous' && !signedIn) {
      if (draft.identity === 'named' && !draft.name.trim() && !draft.phone.trim()) say('name', 'name')
      if (draft.phone.trim() && !vietnamesePhone(draft.phone)) say('phone', 'phone')
    }
    if (!draft.consented) say('consent', 'consent')
  }
  return found
}

/** Where a field of the API stands on the form: step and id. */
const PLACES: Record<string, [number, string]> = {
  kind: [1, 'kind'],
  text: [1, 'text'],
  commune: [1, 'send-commune'],
  community_id: [1, 'community'],
  category: [1, 'category'],
  policy: [1, 'policy'],
  place_text: [1, 'place'],
  latitude: [1, 'place'],
  longitude: [1, 'place'],
  name: [2, 'name'],
  phone: [2, 'phone'],
  identity: [2, 'identity'],
  consent_version: [2, 'consent'],
  upload_ids: [2, 'photos'],
}

/** What to do about a field, where the server's code tells more than that something is wrong. */
const REASONS: Record<string, string> = {
  'text.too_long': 'text_too_long',
  'commune.unknown': 'commune_unknown',
  'consent_version.outdated': 'consent_outdated',
}

function reason(field: string, codes: string[]): string {
  const known = codes.map((code) => REASONS[`${field}.${code}`]).find(Boolean)
  if (known) return t(`error.${known}`)
  return t(field === 'phone' || field === 'name' ? `error.${field}` : 'error.field')
}

/** What the server refused, as faults of the form with the step each is mended on. */
export function refusals(errors: FieldErrors): (Fault & { step: number })[] {
  const found = new Map<string, Fault & { step: number }>()
  for (const [field, codes] of Object.entries(errors)) {
    const [step, id] = PLACES[field] ?? [1, 'text']
    if (!found.has(id)) found.set(id, { step, id, text: reason(field, codes) })
  }
  return [...found.values()].sort((a, b) => a.step - b.step)
}
