/** Lists that change rarely (categories, departments, roles): fetched once per visit and shared by the screens. */

import type { Category, Named } from '../types.ts'
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

export type Department = Named & { code?: string; unit?: { code: string; name: string }; is_front_desk?: boolean }
export type Colleague = Named
export type Template = { id: string; name: string; body: string; language?: string }

export const feedbackCategories = () => once('feedback-categories', () => items<Category>('/feedback-categories'))
export const policyNames = () => once('policies', () => items<{ slug: string; name: string }>('/policies'))
export const articleCategories = () => once('categories', () => items<Category>('/categories'))
export const departments = (unit: string) =>
  once(`departments ${unit}`, () => items<Department>('/departments', { unit }))
export const templates = () => once('templates', () => items<Template>('/reply-templates'))
export const communities = (commune: string) =>
  once(`communities ${commune}`, () =>
    items<Named & { code?: string; kind?: string }>(`/communes/${commune}/communities`),
  )

/** People of a department whom a case may be given to. */
export const handlers = (caseId: string, department: string): Promise<Colleague[]> =>
  once(`handlers ${department}`, () => items<Colleague>(`/cases/${caseId}/handlers/${department}`)).catch(() => [])
