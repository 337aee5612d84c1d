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
export type Colleague = Named & { username?: string; department?: Named | null; departments?: string[] }
export type Template = { id: string; name: string; body: string; language?: string }

export const feedbackCategories = () => once('feedback-categories', () => items<Category>('/feedback-categories'))
export const articleCategories = () => once('categories', () => items<Category>('/categories'))
export const departments = (unit: string) =>
  once(`departments ${unit}`, () => items<Department>('/departments', { unit }))
export const roles = () =>
  once('roles', () => items<{ role?: string; name?: string; slug?: string; label?: string }>('/roles'))
export const templates = () => once('templates', () => items<Template>('/reply-templates'))
export const communities = (commune: string) =>
  once(`communities ${commune}`, () =>
    items<Named & { code?: string; kind?: string }>(`/communes/${commune}/communities`),
  )

/** People of a department one may assign to; empty where the caller may not know them. */
export const colleagues = (unit: string, department: string): Promise<Colleague[]> =>
  once(`colleagues ${department}`, () => items<Colleague>('/assignees', { unit, department })).catch(() => [])
