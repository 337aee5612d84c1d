import { mount, tick } from 'svelte'
import { loadLanguage, preferredLanguage } from '../../core/i18n.ts'
import '../../ui/tokens.css'
import '../../ui/base.css'
import '../../ui/highland.css'
import './app.css'
import App from './App.svelte'
import { drawing, first, pause } from './first.ts'
import { find } from './routes.ts'
import { app, setCommune } from './state.svelte.ts'
import { fields, typeAgain } from './typed.ts'
import './install.svelte.ts'

// A new build took away a file this page still asks for: load the page anew, once.
addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('tl_reloaded') ?? 0)
  if (Date.now() - last < 60_000) return
  event.preventDefault()
  sessionStorage.setItem('tl_reloaded', String(Date.now()))
  location.reload()
})

const words = loadLanguage(preferredLanguage(), { vi: () => import('./i18n/vi.ts'), en: () => import('./i18n/en.ts') })
const front = location.pathname === '/' && app.commune !== null && !location.search.includes('choose')
const screen = words.then(() => (front ? undefined : find(location.pathname)?.load())).catch(() => undefined)

// What the server drew stays until the screen of this address can take its place, all at once.
void Promise.all([words, screen]).then(async () => {
  if (first.commune) setCommune(first.commune, app.commune === null)
  const drawn = document.getElementById('app') as HTMLElement
  const target = drawn.cloneNode(false) as HTMLElement
  await pause()
  mount(App, { target })
  await Promise.all(drawing)
  await tick()
  // A picture that is there already does not wait to be scrolled to: it would be gone for a moment.
  const there = new Set(
    [...drawn.querySelectorAll('img')].filter((image) => image.naturalWidth).map((image) => image.src),
  )
  for (const image of target.querySelectorAll('img')) if (there.has(image.src)) image.loading = 'eager'
  const typed = fields(drawn)
  drawn.replaceWith(target)
  typeAgain(typed)
  const idle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 1500))
  idle(() => void import('./later.ts').then(({ begin }) => begin()))
})
