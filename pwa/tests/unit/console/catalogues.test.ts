/** Both languages of the console say the same things, and nothing on a screen shows a bare key. */
import { expect, test } from 'vitest'
import { FIELDS } from '../../../src/apps/console/cases/fields.ts'
import { LEGAL_TYPES, SORTS, STATES, URGENCIES, VIEWS } from '../../../src/apps/console/cases/filters.ts'
import { LOOKS } from '../../../src/apps/console/cases/moves.ts'
import en from '../../../src/apps/console/i18n/en.json'
import vi from '../../../src/apps/console/i18n/vi.json'
import { AREAS } from '../../../src/apps/console/routes.ts'

const known: Record<string, string> = vi
const english: Record<string, string> = en
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

test('vi and en have the same keys and placeholders', () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort())
  for (const [key, text] of Object.entries(known)) {
    expect(text.trim(), key).not.toBe('')
    expect(placeholders(english[key] ?? ''), key).toEqual(placeholders(text))
  }
})

test('every key named in the sources is in the catalogue', () => {
  const sources = import.meta.glob<string>('../../../src/apps/console/**/*.{svelte,ts}', {
    eager: true,
    query: '?raw',
    import: 'default',
  })
  const named = Object.values(sources).flatMap((source) =>
    [...source.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1] ?? ''),
  )
  expect(named.length).toBeGreaterThan(300)
  expect(named.filter((key) => !(key in known))).toEqual([])
})

test('every name that a table makes into a key has its text', () => {
  const keys = [
    ...VIEWS.flatMap((view) => [`view.${view}`, `queue.empty_${view}`]),
    ...SORTS.map((sort) => `sort.${sort}`),
    ...STATES.map((state) => `case.state.${state}`),
    ...URGENCIES.map((urgency) => `urgency.${urgency}`),
    ...LEGAL_TYPES.flatMap((type) => [`legal_type.${type}`, `legal_type.${type}_hint`]),
    ...Object.keys(LOOKS).flatMap((move) => [`move.${move}`, `did.${move}`]),
    ...Object.entries(FIELDS).flatMap(([move, fields]) => [
      ...(move === 'approve' ? [] : [`do.${move}`]),
      ...fields.map(({ name }) => `${move}.${name}`),
    ]),
    ...AREAS.map(({ area }) => `nav.${area}`),
  ]
  expect(keys.filter((key) => !(key in known))).toEqual([])
})
