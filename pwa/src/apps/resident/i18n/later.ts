/** The words that come with the later screens, in the language of the page. */
import { addCatalogue, type Loaders, language } from '../../../core/i18n.ts'

const screens: Loaders = { vi: () => import('./vi.screens.ts'), en: () => import('./en.screens.ts') }
const settings: Loaders = { vi: () => import('./vi.settings.ts'), en: () => import('./en.settings.ts') }

const add = (loaders: Loaders) => async () => addCatalogue((await loaders[language()]()).default)

export const screenWords = add(screens)
export const settingsWords = add(settings)
