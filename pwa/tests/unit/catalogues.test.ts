/** Both languages say the same things, with the same placeholders. */
import { expect, test } from 'vitest'

const modules = import.meta.glob<{ default: Record<string, string> }>('../../src/apps/resident/i18n/*.ts', {
  eager: true,
})

const entries = (name: string) => modules[`../../src/apps/resident/i18n/${name}.ts`]?.default ?? {}
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

test.each(['', '.reading', '.writing', '.settings'])('vi and en%s have the same keys and placeholders', (part) => {
  const [vi, en] = [entries(`vi${part}`), entries(`en${part}`)]
  expect(Object.keys(vi).length).toBeGreaterThan(10)
  expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort())
  for (const [key, text] of Object.entries(vi)) {
    expect(text.trim(), key).not.toBe('')
    expect(placeholders(en[key] ?? ''), key).toEqual(placeholders(text))
  }
})

const reading = { ...entries('vi'), ...entries('vi.reading') }
const named = (source: string) => [...source.matchAll(/\bt\('([^']+)'/g)].map((match) => match[1] ?? '')

test('a screen on which a resident reads needs no words for writing', () => {
  const sources = import.meta.glob<string>(
    [
      '../../src/apps/resident/screens/{Article,Listen,Broadcast,Outcome,Outcomes}.svelte',
      '../../src/apps/resident/parts/{OfCommune,OutcomeCard,Printed,Files,Stale,Trouble,HomeMore}.svelte',
    ],
    { eager: true, query: '?raw', import: 'default' },
  )
  const wanted = Object.values(sources).flatMap(named)
  expect(wanted.length).toBeGreaterThan(50)
  expect(wanted.filter((key) => !(key in reading))).toEqual([])
})

test('every key named in the app is in the catalogue', () => {
  const sources = import.meta.glob<string>('../../src/apps/resident/**/*.{svelte,ts}', {
    eager: true,
    query: '?raw',
    import: 'default',
  })
  const known = { ...entries('vi'), ...reading, ...entries('vi.writing'), ...entries('vi.settings') }
  const wanted = Object.entries(sources)
    .filter(([path]) => !path.includes('/i18n/'))
    .flatMap(([, source]) => named(source))
  expect(wanted.length).toBeGreaterThan(100)
  expect(wanted.filter((key) => !(key in known))).toEqual([])
})
