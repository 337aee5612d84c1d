/** The words that come with the later screens, in the language of the page. */
import { addCatalogue, type Loaders, language } from '../../../core/i18n.ts'

const reading: Loaders = { vi: () => import('./vi.reading.ts'), en: () => import('./en.reading.ts') }
const writing: Loaders = { vi: () => import('./vi.writing.ts'), en: () => import('./en.writing.ts') }
const settings: Loaders = { vi: () => import('./vi.settings.ts'), en: () => import('./en.settings.ts') }

const add = (loaders: Loaders) => async () => addCatalogue((await loaders[language()]()).default)

export const readingWords = add(reading)
export const writingWords = add(writing)
export const settingsWords = add(settings)
