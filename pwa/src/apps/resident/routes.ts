/** Which screen an address shows. Home comes with the first JavaScript, the others together when one is asked for (settings, the choice of a commune and the audio player apart). */
import type { Component } from 'svelte'
import { screenWords, settingsWords } from './i18n/later.ts'
import Home from './screens/Home.svelte'

// biome-ignore lint/suspicious/noExplicitAny: each screen has its own props, made from the address below
type Screen = Component<any>
type Screens = typeof import('./screens.ts') & { settings: Screen; broadcast: Screen; choose: Screen }
type Found = { load: () => Promise<Screen> | Screen; props: Record<string, string> }

const TABLE: [RegExp, keyof Screens | 'home', string[]][] = [
  [/^\/$/, 'choose', []],
  [/^\/c\/([^/]+)\/?$/, 'home', ['code']],
  [/^\/c\/([^/]+)\/a\/([^/]+)$/, 'article', ['code', 'id']],
  [/^\/c\/([^/]+)\/listen$/, 'listen', ['code']],
  [/^\/c\/([^/]+)\/listen\/([^/]+)$/, 'broadcast', ['code', 'id']],
  [/^\/c\/([^/]+)\/outcomes$/, 'outcomes', ['code']],
  [/^\/c\/([^/]+)\/outcomes\/([^/]+)$/, 'outcome', ['code', 'id']],
  [/^\/send$/, 'send', []],
  [/^\/track$/, 'track', []],
  [/^\/track\/([^/]+)$/, 'tracked', ['code']],
  [/^\/mine$/, 'mine', []],
  [/^\/settings$/, 'settings', []],
]

/** Words first: a screen reads some of them as it starts. */
async function loaded(name: keyof Screens): Promise<Screen> {
  if (name === 'settings') {
    const [{ default: settings }] = await Promise.all([
      import('./screens/Settings.svelte'),
      screenWords(),
      settingsWords(),
    ])
    return settings
  }
  if (name === 'broadcast') {
    const [{ default: broadcast }] = await Promise.all([import('./screens/Broadcast.svelte'), screenWords()])
    return broadcast
  }
  if (name === 'choose') {
    const [{ default: choose }] = await Promise.all([import('./screens/Choose.svelte'), screenWords(), settingsWords()])
    return choose
  }
  const [screens] = await Promise.all([import('./screens.ts'), screenWords()])
  return screens[name]
}

export function find(path: string): Found | null {
  for (const [pattern, name, names] of TABLE) {
    const match = pattern.exec(path)
    if (match) {
      const props = names.map((key, at) => [key, decodeURIComponent(match[at + 1] ?? '')])
      return { load: () => (name === 'home' ? Home : loaded(name)), props: Object.fromEntries(props) }
    }
  }
  return null
}
