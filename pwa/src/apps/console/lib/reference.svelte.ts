/** Lists that change rarely (categories, departments, roles): fetched once per visit and shared by the screens. */
import type { Schemas } from '../../../core/schema.d.ts'
import type { Category } from '../types.ts'
import { get } from './call.ts'

const kept = new Map<string, Promise<unknown>>()

function once<T>(key: string, load: () => Promise<T>): Promise<T> {
  const known = kept.get(key) as Promise<T> | undefined
  if (known) return known
  const work = load()
  kept.set(key, work)
  work.catch(() => kept.delete(key))
  return work
}

const items = async <T>(path: string, query = {}): Promise<T[]> => (await get<{ items: T[] }>(path, { query })).items

export type Department = Schemas['DepartmentView']
export type Colleague = Schemas['Handler']
export type Template = Schemas['ReplyTemplate']

export const feedbackCategories = () => once('feedback-categories', () => items<Category>('/feedback-categories'))
export const policyNames = () => once('policies', () => items<Schemas['Policy']>('/policies'))
export const articleCategories = () => once('categories', () => items<Category>('/categories'))
export const departments = (unit: string) =>
  once(`departments ${unit}`, () => items<Department>('/departments', { unit }))
export const templates = () => once('templates', () => items<Template>('/reply-templates'))
export const communities = (commune: string) =>
  once(`communities ${commune}`, () => items<Schemas['Community']>(`/communes/${commune}/communities`))

/** The name of a commune, which a rule knows by its code. */
export const communeName = async (code: string): Promise<string> => {
  const found = await once(`commune ${code}`, () => items<Schemas['Commune']>('/communes', { q: code, limit: 1 }))
  return found.find((commune) => commune.code === code)?.full_name ?? code
}

/** People of a department whom a case may be given to. */
export const handlers = (caseId: string, department: string): Promise<Colleague[]> =>
  once(`handlers ${department}`, () => items<Colleague>(`/cases/${caseId}/handlers/${department}`)).catch(() => [])
