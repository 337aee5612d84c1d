/** Both languages say the same things, with the same placeholders. */
import { expect, test } from 'vitest'

const modules = import.meta.glob<{ default: Record<string, string> }>('../../src/apps/resident/i18n/*.ts', {
  eager: true,
})

const entries = (name: string) => modules[`../../src/apps/resident/i18n/${name}.ts`]?.default ?? {}
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

test.each(['', '.screens', '.settings'])('vi and en%s have the same keys and placeholders', (part) => {
  const [vi, en] = [entries(`vi${part}`), entries(`en${part}`)]
  expect(Object.keys(vi).length).toBeGreaterThan(10)
  expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort())
  for (const [key, text] of Object.entries(vi)) {
    expect(text.trim(), key).not.toBe('')
    expect(placeholders(en[key] ?? ''), key).toEqual(placeholders(text))
  }
})

test('every key named in the app is in the catalogue', () => {
  const sources = import.meta.glob<string>('../../src/apps/resident/**/*.{svelte,ts}', {
    eager: true,
    query: '?raw',
    import: 'default',
  })
  const known = { ...entries('vi'), ...entries('vi.screens'), ...entries('vi.settings') }
  const named = Object.entries(sources)
    .filter(([path]) => !path.includes('/i18n/'))
    .flatMap(([, source]) => [...source.matchAll(/\bt\('([^']+)'/g)].map((match) => match[1] ?? ''))
  expect(named.length).toBeGreaterThan(100)
  expect(named.filter((key) => !(key in known))).toEqual([])
})
