/** The words of a broadcast: written on by one person while another saves, approves, or the sound gets ready. */
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import BroadcastPage from '../../../src/apps/console/broadcasts/BroadcastPage.svelte'
import { BroadcastDesk } from '../../../src/apps/console/broadcasts/desk.svelte.ts'
import catalogue from '../../../src/apps/console/i18n/vi.json'
import type { BroadcastDetail } from '../../../src/apps/console/types.ts'
import { useCatalogue } from '../../../src/core/i18n.ts'
import { server } from '../server.ts'

const event = (summary: string) => ({ summary }) as unknown as BroadcastDetail['events'][number]
const make = (changes: Partial<BroadcastDetail> = {}) =>
  ({
    id: 'b1',
    title: 'Lịch cúp điện',
    transcript: 'Thứ Ba cúp điện.',
    is_synthetic: true,
    state: 'draft',
    version: 2,
    can_edit: true,
    events: [event('made')],
    allowed_moves: [],
    rendition: null,
    ...changes,
  }) as unknown as BroadcastDetail

beforeEach(() => {
  localStorage.clear()
  useCatalogue('vi', catalogue)
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

/** A server that has `stands.item`, and takes a change only on its version. */
async function open(item = make()) {
  const stands = { item }
  const network = server({
    'GET /api/v1/console/broadcasts/b1': () => ({ json: stands.item }),
    'PATCH /api/v1/console/broadcasts/b1': ({ headers, body }) => {
      if (headers['If-Match'] !== `"${stands.item.version}"`) return { status: 412, json: { code: 'stale' } }
      const { title = stands.item.title, text = stands.item.transcript } = body as { title?: string; text?: string }
      stands.item = { ...stands.item, title, transcript: text, version: stands.item.version + 1 }
      return { json: stands.item }
    },
  })
  const desk = new BroadcastDesk('b1')
  await desk.open()
  const type = (words: string) => {
    desk.mine.words = words
    desk.changed()
  }
  return { desk, stands, network, type }
}
const versions = (network: ReturnType<typeof server>) => network.of('PATCH').map(({ headers }) => headers['If-Match'])

describe('words being changed', () => {
  test('only what was changed is sent, on the version it was begun on', async () => {
    const { desk, network, type } = await open()
    desk.edit()
    type('Thứ Tư cúp điện.')
    expect(await desk.save()).toBe(true)
    expect(network.of('PATCH').map(({ body }) => body)).toEqual([{ text: 'Thứ Tư cúp điện.' }])
    expect([versions(network), desk.editing, desk.drafts.any()]).toEqual([['"2"'], false, false])
  })

  test('a title that somebody saved meanwhile stays, when it is read while one writes', async () => {
    const { desk, stands, network, type } = await open()
    desk.edit()
    type('Thứ Tư cúp điện.')
    stands.item = make({ title: 'Cúp điện tuần này', version: 3, events: [event('made'), event('edited')] })
    await desk.load()
    expect(await desk.save()).toBe(false)
    expect(desk.news?.map(({ summary }) => summary)).toEqual(['edited'])
    expect(desk.mine).toEqual({ title: 'Cúp điện tuần này', words: 'Thứ Tư cúp điện.' })
    expect(await desk.save()).toBe(true)
    expect(versions(network)).toEqual(['"2"', '"3"'])
    expect([stands.item.title, stands.item.transcript]).toEqual(['Cúp điện tuần này', 'Thứ Tư cúp điện.'])
  })

  test('a title that somebody saved before a reload stays, and is said', async () => {
    const first = await open()
    first.desk.edit()
    first.type('Thứ Tư cúp điện.')
    const { desk, stands } = await open(
      make({ title: 'Cúp điện tuần này', version: 3, events: [event('made'), event('edited')] }),
    )
    expect(desk.news?.map(({ summary }) => summary)).toEqual(['edited'])
    expect(await desk.save()).toBe(true)
    expect([stands.item.title, stands.item.transcript]).toEqual(['Cúp điện tuần này', 'Thứ Tư cúp điện.'])
  })

  test('a version that moved on with the same words is no conflict', async () => {
    const { desk, stands, network, type } = await open()
    desk.edit()
    type('Thứ Tư cúp điện.')
    stands.item = make({ version: 3 })
    expect(await desk.save()).toBe(true)
    expect([versions(network), desk.news]).toEqual([['"2"', '"3"'], null])
  })

  test('an approval given meanwhile is said before new words take it back', async () => {
    const { desk, stands, type } = await open(make({ state: 'submitted' }))
    desk.edit()
    type('Thứ Tư cúp điện.')
    stands.item = make({ state: 'approved', version: 3, events: [event('made'), event('approved')] })
    expect(await desk.save()).toBe(false)
    expect(desk.news?.map(({ summary }) => summary)).toEqual(['approved'])
    expect(stands.item.transcript).toBe('Thứ Ba cúp điện.')
    const again = await open(stands.item)
    expect(again.desk.news?.map(({ summary }) => summary)).toEqual(['approved'])
    expect(again.desk.mine.words).toBe('Thứ Tư cúp điện.')
  })

  test('what can no longer be changed is shown, not hidden behind a form; what was typed is kept', async () => {
    const first = await open()
    first.desk.edit()
    first.type('Thứ Tư cúp điện.')
    first.stands.item = make({ can_edit: false, version: 3, events: [event('made'), event('aired')] })
    expect(await first.desk.save()).toBe(false)
    expect(first.desk.news?.map(({ summary }) => summary)).toEqual(['aired'])
    const { desk } = await open(first.stands.item)
    expect([desk.editing, desk.drafts.read('words')]).toEqual([false, 'Thứ Tư cúp điện.'])
  })

  test('what older builds kept is typed on without a question when nothing was changed', async () => {
    const { desk } = await open()
    desk.drafts.keep('words', 'Thứ Tư cúp điện.')
    desk.drafts.keep('begun', { title: 'Lịch cúp điện', words: 'Thứ Ba cúp điện.', seen: 1 })
    const again = await open(make({ version: 3 }))
    expect([again.desk.editing, again.desk.news, again.desk.mine.words]).toEqual([true, null, 'Thứ Tư cúp điện.'])
  })
})

describe('the page', () => {
  const full = (changes: Partial<BroadcastDetail> = {}) =>
    make({
      language: 'vi',
      priority: 'normal',
      unit: { code: '23798', name: 'Xã Ayun' } as BroadcastDetail['unit'],
      events: [],
      ...changes,
    })

  test('takes new words through its form', async () => {
    const { desk, stands } = await open(full())
    render(BroadcastPage, { params: { id: 'b1' } })
    await fireEvent.click(await screen.findByRole('button', { name: 'Sửa' }))
    await fireEvent.input(screen.getByRole('textbox', { name: 'Lời đọc' }), { target: { value: 'Thứ Tư cúp điện.' } })
    expect(desk.drafts.read('words')).toBe('Thứ Tư cúp điện.')
    await fireEvent.click(screen.getByRole('button', { name: 'Lưu' }))
    await waitFor(() => expect(screen.queryByRole('textbox')).toBeNull())
    expect(stands.item.transcript).toBe('Thứ Tư cúp điện.')
    expect(screen.getByText('Thứ Tư cúp điện.')).toBeTruthy()
    expect(desk.drafts.any()).toBe(false)
  })

  test('shows the words when they were approved away from under a draft', async () => {
    const first = await open(full())
    first.desk.edit()
    first.type('Thứ Tư cúp điện.')
    await open(full({ can_edit: false, version: 3 }))
    render(BroadcastPage, { params: { id: 'b1' } })
    expect(await screen.findByText('Thứ Ba cúp điện.')).toBeTruthy()
    expect(screen.queryByRole('textbox')).toBeNull()
  })
})
