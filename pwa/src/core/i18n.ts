/** Interface text: one flat catalogue per language and app, loaded lazily; changing the language reloads the page. */
import { readCookie, writeCookie } from './text.ts'

export type Catalogue = Readonly<Record<string, string>>
export type Language = 'vi' | 'en'
export type Loaders = Record<Language, () => Promise<{ default: Catalogue }>>

export const LANGUAGES: readonly Language[] = ['vi', 'en']

let current: Language = 'vi'
let catalogue: Catalogue = {}

export const language = (): Language => current

/** The language the reader chose, else the browser's when it is one of ours, else Vietnamese. */
export function preferredLanguage(): Language {
  const chosen = readCookie('tl_lang')
  if (chosen === 'vi' || chosen === 'en') return chosen
  const spoken = document.documentElement.lang
  return spoken === 'en' ? 'en' : 'vi'
}

export function rememberLanguage(lang: Language): void {
  writeCookie('tl_lang', lang)
}

export async function loadLanguage(lang: Language, loaders: Loaders): Promise<void> {
  useCatalogue(lang, (await loaders[lang]()).default)
  document.documentElement.lang = lang
}

export function useCatalogue(lang: Language, entries: Catalogue): void {
  current = lang
  catalogue = entries
}

/** Adds the words of screens that are loaded later. */
export function addCatalogue(entries: Catalogue): void {
  catalogue = { ...catalogue, ...entries }
}

/** The text of a key with `{name}` placeholders filled; an unknown key shows itself, so that it is seen and mended. */
export function t(key: string, params: Record<string, string | number> = {}): string {
  const text = catalogue[key]
  if (text === undefined) return key
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))
}

/** True when the catalogue has the key: for texts named by what the server sends, such as states. */
export const has = (key: string): boolean => key in catalogue
