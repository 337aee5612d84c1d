/** Every screen: its address, what one needs to see it, where it stands in the navigation. Loaded when first visited. */
import type { Component } from 'svelte'
import type { Params } from './lib/match.ts'
import type { Permission } from './types.ts'

export type Screen = Component<{ params: Params }>
/** Screens without parameters take none; handing them some does no harm. */
type Loaded = { default: Screen | Component<Record<string, never>> }

export type Route = {
  path: string
  /** Which entry of the navigation is lit. */
  area: string
  /** Any one of these opens it; an empty list means any member of staff. */
  needs: Permission[]
  load: () => Promise<Loaded>
  /** Keep the same screen alive while only the parameters change. */
  stay?: boolean
}

const ARTICLES: Permission[] = ['articles:read', 'articles:write', 'articles:edit', 'articles:approve']
const BROADCASTS: Permission[] = ['broadcasts:read', 'broadcasts:write', 'broadcasts:approve']

export const ROUTES: Route[] = [
  { path: '/console/inbox', area: 'inbox', needs: [], load: () => import('./inbox/InboxPage.svelte') },
  { path: '/console/cases', area: 'cases', needs: ['cases:read'], load: () => import('./cases/QueuePage.svelte') },
  { path: '/console/cases/:id', area: 'cases', needs: ['cases:read'], load: () => import('./cases/CasePage.svelte') },
  {
    path: '/console/cases/:id/publication',
    area: 'cases',
    needs: ['cases:publish', 'cases:approve'],
    load: () => import('./cases/PublicationPage.svelte'),
  },
  {
    path: '/console/articles',
    area: 'articles',
    needs: ARTICLES,
    load: () => import('./articles/ArticlesPage.svelte'),
  },
  {
    path: '/console/articles/:id',
    area: 'articles',
    needs: ARTICLES,
    load: () => import('./articles/ArticlePage.svelte'),
  },
  { path: '/console/rules', area: 'rules', needs: ['rules:manage'], load: () => import('./rules/RulesPage.svelte') },
  {
    path: '/console/rules/:id',
    area: 'rules',
    needs: ['rules:manage'],
    load: () => import('./rules/RulesPage.svelte'),
    stay: true,
  },
  {
    path: '/console/policies',
    area: 'policies',
    needs: ['policies:manage'],
    load: () => import('./policies/PoliciesPage.svelte'),
  },
  {
    path: '/console/policies/:id',
    area: 'policies',
    needs: ['policies:manage'],
    load: () => import('./policies/PolicyPage.svelte'),
  },
  {
    path: '/console/broadcasts',
    area: 'broadcasts',
    needs: BROADCASTS,
    load: () => import('./broadcasts/BroadcastsPage.svelte'),
  },
  {
    path: '/console/broadcasts/:id',
    area: 'broadcasts',
    needs: BROADCASTS,
    load: () => import('./broadcasts/BroadcastPage.svelte'),
  },
  {
    path: '/console/devices',
    area: 'devices',
    needs: ['devices:manage'],
    load: () => import('./devices/DevicesPage.svelte'),
  },
  { path: '/console/staff', area: 'staff', needs: ['staff:manage'], load: () => import('./people/StaffPage.svelte') },
  {
    path: '/console/staff/:id',
    area: 'staff',
    needs: ['staff:manage'],
    load: () => import('./people/StaffPage.svelte'),
    stay: true,
  },
  {
    path: '/console/portals',
    area: 'portals',
    needs: ['portals:manage'],
    load: () => import('./portals/PortalsPage.svelte'),
  },
  {
    path: '/console/portals/:id',
    area: 'portals',
    needs: ['portals:manage'],
    load: () => import('./portals/PortalsPage.svelte'),
    stay: true,
  },
  {
    path: '/console/calendar',
    area: 'calendar',
    needs: ['calendar:manage'],
    load: () => import('./calendar/CalendarPage.svelte'),
  },
  { path: '/console/outbox', area: 'outbox', needs: ['outbox:read'], load: () => import('./outbox/OutboxPage.svelte') },
  { path: '/console/account', area: 'account', needs: [], load: () => import('./account/AccountPage.svelte') },
]

/** The navigation, top to bottom; `key` follows "g". */
export const AREAS: { area: string; path: string; icon: string; key: string; needs: Permission[] }[] = [
  { area: 'inbox', path: '/console/inbox', icon: 'inbox', key: 'i', needs: [] },
  { area: 'cases', path: '/console/cases', icon: 'list-checks', key: 'c', needs: ['cases:read'] },
  { area: 'articles', path: '/console/articles', icon: 'newspaper', key: 'a', needs: ARTICLES },
  { area: 'rules', path: '/console/rules', icon: 'route', key: 'r', needs: ['rules:manage'] },
  { area: 'policies', path: '/console/policies', icon: 'book-open', key: 'l', needs: ['policies:manage'] },
  { area: 'broadcasts', path: '/console/broadcasts', icon: 'megaphone', key: 'b', needs: BROADCASTS },
  { area: 'devices', path: '/console/devices', icon: 'radio', key: 'd', needs: ['devices:manage'] },
  { area: 'staff', path: '/console/staff', icon: 'users', key: 's', needs: ['staff:manage'] },
  { area: 'portals', path: '/console/portals', icon: 'globe', key: 'p', needs: ['portals:manage'] },
  { area: 'calendar', path: '/console/calendar', icon: 'calendar-days', key: 'w', needs: ['calendar:manage'] },
  { area: 'outbox', path: '/console/outbox', icon: 'send', key: 'o', needs: ['outbox:read'] },
]
