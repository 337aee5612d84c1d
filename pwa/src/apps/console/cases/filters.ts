/** The queue's filters and their place in the address, so that a copied link shows the same list. Pure. */
import { language } from '../../../core/i18n.ts'
import type { Query } from '../lib/call.ts'
import type { CaseState, View } from '../types.ts'

export const VIEWS: View[] = ['mine', 'department', 'unassigned', 'due_soon', 'overdue', 'all', 'closed']
export const SORTS = ['due', '-created', 'urgency'] as const
export const STATES: CaseState[] = [
  'received',
  'needs_information',
  'forwarded',
  'in_progress',
  'awaiting_approval',
  'reopened',
  'resolved',
  'rejected',
  'diverted',
  'merged',
  'withdrawn',
  'closed',
]
export const URGENCIES = ['normal', 'priority', 'emergency'] as const
export const LEGAL_TYPES = ['ordinary', 'complaint', 'denunciation'] as const
export const FILTERS = ['state', 'category', 'urgency', 'legal_type', 'department', 'q'] as const
export const PAGE_SIZE = 50

export type Filter = (typeof FILTERS)[number]
export type QueueQuery = { view: View; sort: (typeof SORTS)[number] } & Partial<Record<Filter, string>>

/** What the address asks for; anything unknown falls back to what a person would expect. */
export function readQueue(query: URLSearchParams, usual: View): QueueQuery {
  const view = query.get('view') as View | null
  const sort = query.get('sort') as QueueQuery['sort'] | null
  const asked: QueueQuery = {
    view: view && VIEWS.includes(view) ? view : usual,
    sort: sort && SORTS.includes(sort) ? sort : 'due',
  }
  for (const name of FILTERS) {
    const value = query.get(name)?.trim()
    if (value) asked[name] = value
  }
  return asked
}

/** The same as parameters of the API; `commune` narrows a province's view. */
export const apiQuery = (asked: QueueQuery, commune: string | undefined, cursor?: string | null): Query => ({
  ...asked,
  commune,
  cursor,
  limit: PAGE_SIZE,
})

/** Counts take the same filters; which view is open does not matter to them. */
export function countsQuery({ view: _view, sort: _sort, ...filters }: QueueQuery, commune: string | undefined): Query {
  return { ...filters, commune }
}

export const filtersOn = (asked: QueueQuery): number => FILTERS.filter((name) => asked[name]).length

/** A number of cases as people read it: "2.000+" when there may be more. */
export const numberOf = (count: number, atLeast = false): string =>
  new Intl.NumberFormat(language()).format(count) + (atLeast ? '+' : '')
