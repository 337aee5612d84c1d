/** A list whose filter changes while its next page is on the way. */
import { flushSync } from 'svelte'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Paged } from '../../src/apps/resident/paged.svelte.ts'
import { eraseDevice } from '../../src/core/db.ts'
import { server } from './server.ts'

beforeEach(eraseDevice)
afterEach(() => vi.unstubAllGlobals())

test('the rows of the earlier filter are not added to the later one', async () => {
  let answer: (value?: unknown) => void = () => undefined
  server({
    'GET /api/v1/list?of=a': () => ({ json: { items: ['a1'], next_cursor: 'two' } }),
    'GET /api/v1/list?of=a&cursor=two': async () => {
      await new Promise((done) => {
        answer = done
      })
      return { json: { items: ['a2'], next_cursor: null } }
    },
    'GET /api/v1/list?of=b': () => ({ json: { items: ['b1'], next_cursor: 'two' } }),
    'GET /api/v1/list?of=b&cursor=two': () => ({ json: { items: ['b2'], next_cursor: null } }),
  })
  let of = $state('a')
  let list: Paged<string> | undefined
  const end = $effect.root(() => {
    list = new Paged<string>(() => ({ path: '/list', query: { of } }))
  })
  flushSync()
  await vi.waitFor(() => expect(list?.items).toEqual(['a1']))
  const late = list?.more()
  of = 'b'
  flushSync()
  await vi.waitFor(() => expect(list?.items).toEqual(['b1']))
  answer()
  await late
  expect(list?.items).toEqual(['b1'])
  expect(list?.busy).toBe(false)
  await list?.more()
  expect(list?.items).toEqual(['b1', 'b2'])
  end()
})
