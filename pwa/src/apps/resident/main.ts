import { mount, tick } from 'svelte'
import { loadLanguage, preferredLanguage } from '../../core/i18n.ts'
import '../../ui/tokens.css'
import '../../ui/base.css'
import '../../ui/highland.css'
import './app.css'
import App from './App.svelte'
import { answered, drawing, first, isFresh, pause } from './first.ts'
import { find } from './routes.ts'
import { app, setCommune } from './state.svelte.ts'
import { bringBack, fields, haveRoom, isChanged, keepTyped, typeAgain } from './typed.ts'
import './install.svelte.ts'

const drawn = document.getElementById('app') as HTMLElement
const isServers = (): boolean => drawn.isConnected && drawn.firstElementChild !== null

/**
 * The page anew once the network answers: a file that did not come, or that a new build took away, is not asked for again
 * in the same page. What was typed into the server's page is kept; in the app it waits until nothing stands in a field.
 */
async function anew(): Promise<void> {
  const long = Date.now() - Number(sessionStorage.getItem('tl_reloaded')) > 60_000
  const there = long && (await fetch('/healthz', { cache: 'no-store' }).catch(() => undefined))?.ok
  const servers = isServers()
  if (there && (servers || !fields(document.body).some(isChanged))) {
    sessionStorage.setItem('tl_reloaded', String(Date.now()))
    if (servers) keepTyped(drawn)
    location.reload()
  } else if (servers) setTimeout(anew, 4000)
}
addEventListener('vite:preloadError', anew)
bringBack(drawn)

/** What the server drew stays until the screen of this address can take its place, all at once. */
async function takeOver(): Promise<void> {
  await loadLanguage(preferredLanguage(), { vi: () => import('./i18n/vi.ts'), en: () => import('./i18n/en.ts') })
  const front = location.pathname === '/' && app.commune && !location.search.includes('choose')
  try {
    if (!front) await find(location.pathname)?.load()
  } catch {
    // What the server drew can be read; an empty page says what is wrong.
    if (isServers()) return
  }
  const { commune } = first
  if (commune) {
    setCommune(commune, app.commune === null)
    if (isFresh()) answered.push({ path: `/communes/${commune.code}`, data: commune })
  }
  const target = drawn.cloneNode(false) as HTMLElement
  await pause()
  mount(App, { target })
  await Promise.all(drawing)
  await tick()
  // Words for which there is no field yet are not taken from under the writer's hands.
  while (!haveRoom(fields(drawn), target)) await pause(250)
  // A picture that is there already does not wait to be scrolled to: it would be gone for a moment.
  const there = new Set(
    [...drawn.querySelectorAll('img')].filter((image) => image.naturalWidth).map((image) => image.src),
  )
  for (const image of target.querySelectorAll('img')) if (there.has(image.src)) image.loading = 'eager'
  const typed = fields(drawn)
  const stops = (page: HTMLElement) => [...page.querySelectorAll<HTMLElement>('a, button, summary')]
  const stop = stops(drawn).indexOf(document.activeElement as HTMLElement)
  drawn.replaceWith(target)
  // Whoever is on their way with the keyboard stays where they were.
  stops(target)[stop]?.focus({ preventScroll: true })
  typeAgain(typed)
  const idle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 1500))
  idle(() => void import('./later.ts').then(({ begin }) => begin()))
}
void takeOver()
