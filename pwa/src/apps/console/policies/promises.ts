/** The list of promises as it is edited: values in, values out. */
import type { Schemas } from '../../../core/schema.d.ts'

export type Policy = Schemas['PolicyDetail']
export type PolicyItem = Schemas['PolicyDeskItem']
export type Words = Required<Schemas['PolicyWords']>
export type Status = Schemas['PromiseIn']['status']

/** `key` tells rows apart while they have no id. */
export type Row = Schemas['PromiseIn'] & { key: string }

export type Content = {
  kind: Schemas['PolicyIn']['kind']
  number: string
  issuer: string
  issued_on: string
  valid_from: string
  valid_to: string
  texts: Record<string, Words>
  promises: Row[]
}

export const KINDS = ['programme', 'resolution', 'plan', 'regulation'] as const
export const STATUSES = ['planned', 'in_progress', 'done', 'dropped'] as const

export const emptyWords = (): Words => ({ name: '', summary: '', body: '' })

export const emptyContent = (): Content => ({
  kind: 'programme',
  number: '',
  issuer: '',
  issued_on: '',
  valid_from: '',
  valid_to: '',
  texts: { vi: emptyWords() },
  promises: [],
})

export const emptyRow = (key: string): Row => ({
  key,
  id: null,
  texts: { vi: '' },
  responsible: '',
  department_id: null,
  due_on: null,
  status: 'planned',
  note: '',
})

export function contentOf(policy: Policy): Content {
  const texts = Object.entries(policy.texts).map(([language, words]) => [language, { ...emptyWords(), ...words }])
  return {
    kind: policy.kind,
    number: policy.number ?? '',
    issuer: policy.issuer ?? '',
    issued_on: policy.issued_on ?? '',
    valid_from: policy.valid_from ?? '',
    valid_to: policy.valid_to ?? '',
    texts: Object.fromEntries(texts),
    promises: policy.promises.map(({ id, texts: said, responsible, department, due_on, status, note }) => ({
      key: id,
      id,
      texts: { ...said },
      responsible,
      department_id: department?.id ?? null,
      due_on,
      status,
      note,
    })),
  }
}

/** What is sent: empty days are none, a promise says nothing in languages it has no words in. */
export function bodyOf(content: Content) {
  return {
    kind: content.kind,
    number: content.number.trim() || null,
    issuer: content.issuer.trim() || null,
    issued_on: content.issued_on || null,
    valid_from: content.valid_from || null,
    valid_to: content.valid_to || null,
    texts: content.texts,
    promises: content.promises.map(({ key: _, ...promise }) => ({
      ...promise,
      due_on: promise.due_on || null,
      texts: Object.fromEntries(
        Object.entries(promise.texts).filter(([language, said]) => language === 'vi' || said.trim()),
      ),
    })),
  }
}

/** What differs, by top-level name: the body of a PATCH. */
export function changes(before: Content, after: Content): Record<string, unknown> {
  const [old, now] = [bodyOf(before), bodyOf(after)] as Record<string, unknown>[]
  return Object.fromEntries(
    Object.entries(now ?? {}).filter(([name, value]) => JSON.stringify(old?.[name]) !== JSON.stringify(value)),
  )
}

/** The row at `index` one place up (-1) or down (1); the list itself when it stands at that end. */
export function moved<T>(rows: T[], index: number, by: -1 | 1): T[] {
  const target = index + by
  const row = rows[index]
  if (row === undefined || target < 0 || target >= rows.length) return rows
  const rest = rows.filter((_, place) => place !== index)
  return [...rest.slice(0, target), row, ...rest.slice(target)]
}

/** Due before `today` ("2026-11-22") and still open; the server counts alike. */
export const isLate = ({ status, due_on }: { status: Status; due_on: string | null }, today: string): boolean =>
  (status === 'planned' || status === 'in_progress') && Boolean(due_on) && (due_on ?? '') < today

/** Ids of the fields that keep the policy from being saved, in the order of the page. */
export function lacking(content: Content): string[] {
  const unnamed = Object.values(content.texts).some(({ name }) => !name.trim())
  const backwards = content.valid_from && content.valid_to && content.valid_to < content.valid_from
  return [
    ...(unnamed ? ['policy-name'] : []),
    ...content.promises.filter(({ texts }) => !texts.vi?.trim()).map(({ key }) => `promise-${key}`),
    ...(backwards ? ['valid_to'] : []),
  ]
}
