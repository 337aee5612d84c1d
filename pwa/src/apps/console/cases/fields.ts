/** What each move asks for, as data: one form draws them all. Names are those of the API's body. */
import type { CaseDetail } from '../types.ts'

export type FieldSpec = {
  name: string
  kind: 'long' | 'line' | 'radio' | 'date' | 'check' | 'files' | 'department' | 'commune'
  required?: boolean
  max?: number
  options?: readonly string[]
  /** Offers the reply templates. */
  templates?: boolean
  /** Shown only when another field has this value. */
  when?: [name: string, value: string]
  /** Shorter than this is questioned, never refused. */
  shortBelow?: number
}

export const OUTCOMES = ['done', 'partly_done', 'planned', 'not_possible', 'other_body'] as const
export const CLOSE_REASONS = ['spam', 'abuse', 'duplicate'] as const

const reason: FieldSpec = { name: 'reason', kind: 'long', required: true, max: 1000 }

export const FIELDS: Record<string, FieldSpec[]> = {
  ask: [{ name: 'text', kind: 'long', required: true, max: 4000, templates: true }],
  reply: [
    { name: 'text', kind: 'long', required: true, max: 4000, templates: true, shortBelow: 30 },
    { name: 'public', kind: 'check' },
  ],
  resolve: [
    { name: 'outcome', kind: 'radio', required: true, options: OUTCOMES },
    { name: 'reply', kind: 'long', required: true, max: 4000, templates: true, shortBelow: 60 },
    { name: 'planned_on', kind: 'date', required: true, when: ['outcome', 'planned'] },
    { name: 'other_body', kind: 'line', required: true, max: 200, when: ['outcome', 'other_body'] },
    { name: 'evidence_upload_ids', kind: 'files' },
  ],
  approve: [{ name: 'override_reason', kind: 'long', required: true, max: 400 }],
  return: [reason],
  reject: [reason, { name: 'reply', kind: 'long', required: true, max: 4000, templates: true, shortBelow: 60 }],
  close: [
    { name: 'reason', kind: 'radio', required: true, options: CLOSE_REASONS },
    { name: 'note', kind: 'line', max: 400 },
  ],
  transfer: [
    { name: 'department_id', kind: 'department' },
    { name: 'unit_code', kind: 'commune' },
    { ...reason, max: 400 },
  ],
  merge: [{ name: 'into', kind: 'line', required: true, max: 40 }],
  reopen: [{ ...reason, required: false }],
  unpublish: [reason],
}

export type Values = Record<string, string | boolean>

/** Fields to draw now; a move this table does not know gets a text per thing it requires. */
export function fieldsOf(move: string, requires: string[], values: Values): FieldSpec[] {
  const known = FIELDS[move] ?? requires.map((name): FieldSpec => ({ name, kind: 'long', required: true }))
  return known.filter(({ when }) => !when || values[when[0]] === when[1])
}

/** Names of the fields that still miss something, each with the key of its message. */
export function missing(
  move: string,
  fields: FieldSpec[],
  values: Values,
  files: number,
  evidence: number,
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { name, required } of fields) {
    if (required && !String(values[name] ?? '').trim()) found[name] = 'required'
  }
  if (move === 'resolve' && values.outcome === 'done' && files + evidence === 0) found.evidence_upload_ids = 'evidence'
  if (move === 'transfer' && !values.department_id && !values.unit_code) found.department_id = 'target'
  return found
}

/** The body to send: only the fields that are shown and filled. */
export function bodyOf(fields: FieldSpec[], values: Values, fileIds: string[]): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const { name, kind } of fields) {
    const value = values[name]
    if (kind === 'files') body[name] = fileIds
    else if (kind === 'check') body[name] = value === true
    else if (typeof value === 'string' && value.trim()) body[name] = value.trim()
  }
  return body
}

/** Fills `{tracking_code}` and the like; what is not known stays to be seen and mended. */
export function fillTemplate(
  body: string,
  item: Pick<CaseDetail, 'tracking_code' | 'unit' | 'lead_department'>,
): string {
  const known: Record<string, string | undefined> = {
    tracking_code: item.tracking_code,
    unit: item.unit.name,
    department: item.lead_department?.name ?? undefined,
  }
  return body.replace(/\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole)
}
