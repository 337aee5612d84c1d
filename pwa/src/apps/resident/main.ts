import { mount } from 'svelte'
import { loadLanguage, preferredLanguage } from '../../core/i18n.ts'
import '../../ui/tokens.css'
import '../../ui/base.css'
import '../../ui/highland.css'
import './app.css'
import App from './App.svelte'
import { first } from './first.ts'
import { find } from './routes.ts'
import { app, setCommune } from './state.svelte.ts'
import './install.svelte.ts'

// A new build took away a file this page still asks for: load the page anew, once.
addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('tl_reloaded') ?? 0)
  if (Date.now() - last < 60_000) return
  event.preventDefault()
  sessionStorage.setItem('tl_reloaded', String(Date.now()))
  location.reload()
})

// What the server drew stays until the screen of this address can take its place.
const words = loadLanguage(preferredLanguage(), { vi: () => import('./i18n/vi.ts'), en: () => import('./i18n/en.ts') })
const front = location.pathname === '/' && app.commune !== null && !location.search.includes('choose')
const screen = words.then(() => (front ? undefined : find(location.pathname)?.load())).catch(() => undefined)

void Promise.all([words, screen]).then(() => {
  if (first.commune) setCommune(first.commune, app.commune === null)
  const target = document.getElementById('app') as HTMLElement
  target.replaceChildren()
  mount(App, { target })
  const idle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 1500))
  idle(() => void import('./later.ts').then(({ begin }) => begin()))
})
