/** Which screen an address shows. Home comes with the first JavaScript, the others when they are asked for. */
import type { Component } from 'svelte'
import { addCatalogue, language } from '../../core/i18n.ts'
import Home from './screens/Home.svelte'

// biome-ignore lint/suspicious/noExplicitAny: each screen has its own props, made from the address below
type Screen = Component<any>
type Found = { load: () => Promise<Screen> | Screen; props: Record<string, string>; name: string }

const screenWords = { vi: () => import('./i18n/vi.screens.ts'), en: () => import('./i18n/en.screens.ts') }
let words: Promise<void> | null = null

const lazy = (load: () => Promise<{ default: Screen }>) => async () => {
  words ??= screenWords[language()]().then((module) => addCatalogue(module.default))
  const [module] = await Promise.all([load(), words])
  return module.default
}

const TABLE: [RegExp, string, () => Promise<Screen> | Screen, string[]][] = [
  [/^\/$/, 'choose', lazy(() => import('./screens/Choose.svelte')), []],
  [/^\/c\/([^/]+)\/?$/, 'home', () => Home, ['code']],
  [/^\/c\/([^/]+)\/a\/([^/]+)$/, 'article', lazy(() => import('./screens/Article.svelte')), ['code', 'id']],
  [/^\/c\/([^/]+)\/listen$/, 'listen', lazy(() => import('./screens/Listen.svelte')), ['code']],
  [/^\/c\/([^/]+)\/listen\/([^/]+)$/, 'broadcast', lazy(() => import('./screens/Broadcast.svelte')), ['code', 'id']],
  [/^\/c\/([^/]+)\/outcomes$/, 'outcomes', lazy(() => import('./screens/Outcomes.svelte')), ['code']],
  [/^\/c\/([^/]+)\/outcomes\/([^/]+)$/, 'outcome', lazy(() => import('./screens/Outcome.svelte')), ['code', 'id']],
  [/^\/send$/, 'send', lazy(() => import('./screens/Send.svelte')), []],
  [/^\/track$/, 'track', lazy(() => import('./screens/Track.svelte')), []],
  [/^\/track\/([^/]+)$/, 'tracked', lazy(() => import('./screens/Tracked.svelte')), ['code']],
  [/^\/mine$/, 'mine', lazy(() => import('./screens/Mine.svelte')), []],
  [/^\/settings$/, 'settings', lazy(() => import('./screens/Settings.svelte')), []],
]

export function find(path: string): Found | null {
  for (const [pattern, name, load, names] of TABLE) {
    const match = pattern.exec(path)
    if (match) {
      const props = names.map((key, at) => [key, decodeURIComponent(match[at + 1] ?? '')])
      return { load, name, props: Object.fromEntries(props) }
    }
  }
  return null
}
