/** The officials' console: language first, then the app. */
import '../../ui/tokens.css'
import '../../ui/base.css'
import '../../ui/forms.css'
import './console.css'
import { mount } from 'svelte'
import { loadLanguage, preferredLanguage } from '../../core/i18n.ts'
import App from './App.svelte'

// A new version was put up while this tab was open: its old pieces are gone, one reload brings the new ones. Without a network a
// reload would only take away what is open.
addEventListener('vite:preloadError', async () => {
  const last = Number(sessionStorage.getItem('tl_reloaded') ?? 0)
  if (Date.now() - last < 30_000) return
  const there = await fetch('/healthz', { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  )
  if (!there) return
  sessionStorage.setItem('tl_reloaded', String(Date.now()))
  location.reload()
})

await loadLanguage(preferredLanguage(), {
  vi: () => import('./i18n/vi.json'),
  en: () => import('./i18n/en.json'),
})

mount(App, { target: document.getElementById('app') as HTMLElement })
