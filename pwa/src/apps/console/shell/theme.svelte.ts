/** Light, dark or as the system has it; the boot script reads the same key before anything is painted. */
const KEY = 'tl_theme'

class Theme {
  chosen = $state(localStorage.getItem(KEY) ?? '')
}

export const theme = new Theme()

export function chooseTheme(chosen: '' | 'light' | 'dark'): void {
  theme.chosen = chosen
  if (chosen) {
    localStorage.setItem(KEY, chosen)
    document.documentElement.dataset.theme = chosen
  } else {
    localStorage.removeItem(KEY)
    delete document.documentElement.dataset.theme
  }
}
