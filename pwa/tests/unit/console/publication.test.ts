/** A public version goes out as it was read, and no word typed beside it is lost. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PublicationDesk } from '../../../src/apps/console/cases/publication.svelte.ts'
import catalogue from '../../../src/apps/console/i18n/vi.json'
import { sendAllNow, toasts } from '../../../src/apps/console/lib/toasts.svelte.ts'
import { useCatalogue } from '../../../src/core/i18n.ts'
import { server } from '../server.ts'

const ITEM = { id: 'c1', tracking_code: 'TL-1', version: 4, events: [], allowed_moves: [{ move: 'publish' }] }
const WORDS = {
  title: 'Đèn đường',
  masked_text: 'Đèn hỏng',
  reply: 'Đã sửa',
  place_text: null,
  attachments: [],
  version: 5,
}

async function open(handlers: Parameters<typeof server>[0] = {}) {
  const network = server({
    'GET /api/v1/cases/c1': () => ({ json: ITEM }),
    'GET /api/v1/cases/c1/publication': () => ({ json: WORDS }),
    'PUT /api/v1/cases/c1/publication': () => ({ json: WORDS }),
    'POST /api/v1/cases/c1/moves/publish': () => ({ json: {} }),
    ...handlers,
  })
  const desk = new PublicationDesk('c1')
  await desk.load()
  return { desk, network }
}

beforeEach(() => {
  localStorage.clear()
  toasts.list = []
  useCatalogue('vi', catalogue)
})
afterEach(() => vi.unstubAllGlobals())

test('what somebody else changed meanwhile has to be read again', async () => {
  const { desk, network } = await open({
    'PUT /api/v1/cases/c1/publication': () => ({ status: 412, json: { code: 'stale' } }),
  })
  desk.read = true
  expect(await desk.publish(() => undefined)).toBe(false)
  expect(desk.read).toBe(false)
  expect(desk.conflict).toEqual([])
  expect(await desk.publish(() => undefined)).toBe(false)
  expect(network.of('PUT')).toHaveLength(1)
})

test('words typed while the draft is on its way are kept and not published', async () => {
  const { desk, network } = await open({
    'PUT /api/v1/cases/c1/publication': () => {
      desk.draft.reply = 'Đã sửa xong hôm qua'
      desk.changed()
      return { json: WORDS }
    },
  })
  desk.read = true
  expect(await desk.publish(() => undefined)).toBe(false)
  expect([desk.waiting, network.of('POST')]).toEqual([false, []])
  const { desk: again } = await open()
  expect(again.draft.reply).toBe('Đã sửa xong hôm qua')
})

test('in the seconds of grace nothing is saved over it, and whoever left is not called back', async () => {
  const { desk, network } = await open()
  const then = vi.fn()
  desk.read = true
  expect(await desk.publish(then)).toBe(true)
  expect(desk.waiting).toBe(true)
  expect(await desk.save()).toBeNull()
  desk.gone = true
  expect(await sendAllNow()).toBe(true)
  expect(network.of('POST /api/v1/cases/c1/moves/publish')).toHaveLength(1)
  expect(then).not.toHaveBeenCalled()
})

test('one that could not go out tells whoever waits for it', async () => {
  const { desk } = await open({ 'POST /api/v1/cases/c1/moves/publish': () => 'away' })
  desk.read = true
  await desk.publish(() => undefined)
  expect(await sendAllNow()).toBe(false)
  expect([desk.waiting, toasts.list.at(-1)?.tone]).toEqual([false, 'alert'])
})
