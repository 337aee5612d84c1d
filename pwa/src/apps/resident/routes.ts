/** Which screen an address shows. Home comes with the first JavaScript, the others when one is asked for: those for reading together, those for writing together, the rest each alone. */
import type { Component } from 'svelte'
import { readingWords, settingsWords, writingWords } from './i18n/later.ts'
import Home from './screens/Home.svelte'

// biome-ignore lint/suspicious/noExplicitAny: each screen has its own props, made from the address below
type Screen = Component<any>
type Found = { load: () => Promise<Screen> | Screen; props: Record<string, string> }

const reading = () => import('./reading.ts')
const writing = () => import('./writing.ts')

const FILES = {
  choose: () => import('./screens/Choose.svelte').then((file) => file.default),
  article: () => reading().then((file) => file.article),
  listen: () => reading().then((file) => file.listen),
  outcomes: () => reading().then((file) => file.outcomes),
  outcome: () => reading().then((file) => file.outcome),
  broadcast: () => import('./screens/Broadcast.svelte').then((file) => file.default),
  send: () => writing().then((file) => file.prepareSend().then(() => file.send)),
  track: () => writing().then((file) => file.track),
  tracked: () => writing().then((file) => file.tracked),
  mine: () => writing().then((file) => file.mine),
  settings: () => import('./screens/Settings.svelte').then((file) => file.default),
} satisfies Record<string, () => Promise<Screen>>

type Name = keyof typeof FILES

const READING = new Set<Name>(['article', 'listen', 'outcomes', 'outcome', 'broadcast'])

const TABLE: [RegExp, Name | 'home', string[]][] = [
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

/** What has been loaded is drawn at once. */
const loaded = new Map<Name | 'home', Screen>([['home', Home]])

/** Words first: a screen reads some of them as it starts. */
async function load(name: Name): Promise<Screen> {
  const words = [readingWords]
  if (!READING.has(name)) words.push(writingWords)
  if (name === 'settings' || name === 'choose') words.push(settingsWords)
  const [screen] = await Promise.all([FILES[name](), ...words.map((add) => add())])
  loaded.set(name, screen)
  return screen
}

export function find(path: string): Found | null {
  for (const [pattern, name, names] of TABLE) {
    const match = pattern.exec(path)
    if (match) {
      const props = names.map((key, at) => [key, decodeURIComponent(match[at + 1] ?? '')])
      return { load: () => loaded.get(name) ?? load(name as Name), props: Object.fromEntries(props) }
    }
  }
  return null
}
