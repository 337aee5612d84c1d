import { mount } from 'svelte'
import { loadLanguage, preferredLanguage } from '../../core/i18n.ts'
import '../../ui/tokens.css'
import '../../ui/base.css'
import './app.css'
import App from './App.svelte'
import './install.svelte.ts'

// A new build took away a file this page still asks for: load the page anew, once.
addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('tl_reloaded') ?? 0)
  if (Date.now() - last < 60_000) return
  event.preventDefault()
  sessionStorage.setItem('tl_reloaded', String(Date.now()))
  location.reload()
})

void loadLanguage(preferredLanguage(), { vi: () => import('./i18n/vi.ts'), en: () => import('./i18n/en.ts') }).then(
  () => {
    const target = document.getElementById('app') as HTMLElement
    target.replaceChildren()
    mount(App, { target })
    const idle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 1500))
    idle(() => void import('./later.ts').then(({ begin }) => begin()))
  },
)
