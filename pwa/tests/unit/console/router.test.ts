import { afterEach, beforeEach, expect, test } from 'vitest'
import { go, here, queryOf, setQuery, startRouter } from '../../../src/apps/console/lib/router.svelte.ts'

let stop: () => void

beforeEach(() => {
  stop = startRouter()
  go('/console/cases?view=overdue&q=x')
})
afterEach(() => stop())

test('a filter changes the query and nothing else', () => {
  setQuery({ q: null, state: 'received' })
  expect(here.path).toBe('/console/cases')
  expect(here.search).toBe('?view=overdue&state=received')
})

test('a screen that is left keeps the query that was its own', () => {
  const query = queryOf('/console/cases')
  expect(query().get('view')).toBe('overdue')
  go('/console/cases/1')
  expect(here.search).toBe('')
  expect(query().get('view')).toBe('overdue')
})

test('links of the console are followed here, others are left alone', () => {
  document.body.innerHTML = '<a id="own" href="/console/staff">a</a><a id="other" href="/c/23798">b</a>'
  const press = (id: string) => {
    const event = new MouseEvent('click', { bubbles: true, cancelable: true, button: 0 })
    document.getElementById(id)?.dispatchEvent(event)
    return event.defaultPrevented
  }
  expect(press('own')).toBe(true)
  expect(here.path).toBe('/console/staff')
  document.getElementById('other')?.addEventListener('click', (event) => event.preventDefault())
  press('other')
  expect(here.path).toBe('/console/staff')
})
