import { mount } from 'svelte'
import { loadLanguage, preferredLanguage } from '../../core/i18n.ts'
import '../../ui/tokens.css'
import '../../ui/base.css'
import App from './App.svelte'

void loadLanguage(preferredLanguage(), { vi: () => import('./i18n/vi.ts'), en: () => import('./i18n/en.ts') }).then(
  () => mount(App, { target: document.getElementById('app') as HTMLElement }),
)
