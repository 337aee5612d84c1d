/** What every screen knows: the commune, whether the network answers, how the resident likes to read. */
import { readCookie, writeCookie } from '../../core/text.ts'

export type Commune = {
  code: string
  name: string
  full_name: string
  province?: { code: string; name: string }
  languages?: string[]
  hotline?: string | null
}

const KEY = 'tl_commune'

function remembered(): Commune | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Commune | null
    if (kept) return kept
  } catch {
    // A private window without storage: the cookie still tells the code.
  }
  const code = readCookie(KEY)
  return code ? { code, name: code, full_name: code } : null
}

export const app = $state({ commune: remembered(), online: navigator.onLine })

/** `home`: the resident chose it; otherwise it is only being looked at and the next visit starts at home. */
export function setCommune(commune: Commune, home = true): void {
  app.commune = commune
  if (!home) return
  writeCookie(KEY, commune.code)
  try {
    const { code, name, full_name, province, languages } = commune
    localStorage.setItem(KEY, JSON.stringify({ code, name, full_name, province, languages }))
  } catch {
    // Not kept: chosen again at the next visit.
  }
}

export type Theme = 'system' | 'light' | 'dark'

export const theme = (): Theme => (document.documentElement.dataset.theme as Theme | undefined) ?? 'system'
export const textSize = (): string => document.documentElement.dataset.size ?? '100'

function remember(key: 'theme' | 'size', value: string, usual: string): void {
  if (value === usual) delete document.documentElement.dataset[key]
  else document.documentElement.dataset[key] = value
  try {
    if (value === usual) localStorage.removeItem(`tl_${key}`)
    else localStorage.setItem(`tl_${key}`, value)
  } catch {
    // Holds for this visit only.
  }
}

export const setTheme = (value: Theme): void => remember('theme', value, 'system')
export const setTextSize = (value: string): void => remember('size', value, '100')

addEventListener('online', () => {
  app.online = true
})
addEventListener('offline', () => {
  app.online = false
})
