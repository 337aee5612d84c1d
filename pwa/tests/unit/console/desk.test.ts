/** One case on the desk: two officials, lost races, and words that stay. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Desk, newEvents } from '../../../src/apps/console/cases/desk.svelte.ts'
import catalogue from '../../../src/apps/console/i18n/vi.json'
import { sendAllNow, toasts } from '../../../src/apps/console/lib/toasts.svelte.ts'
import type { CaseDetail, CaseEvent } from '../../../src/apps/console/types.ts'
import { useCatalogue } from '../../../src/core/i18n.ts'
import { server } from '../server.ts'

const event = (
  id: string,
  seq: number,
  at: string,
  name: string,
  type: CaseEvent['type'],
  summary: string,
): CaseEvent => ({
  id,
  seq,
  at,
  actor: { id: null, name },
  type,
  summary,
  detail: {},
  from_state: null,
  to_state: null,
})
const opened = event('e1', 1, '2026-11-20T01:00:00Z', 'Hệ thống', 'opened', 'Nhận')
const theirs = event('e2', 2, '2026-11-20T02:00:00Z', 'Dũng', 'assigned', 'Giao xử lý')
const make = (changes: Partial<CaseDetail> = {}) =>
  ({
    id: 'c1',
    tracking_code: 'GL-7K4M-92QX',
    version: 3,
    events: [opened],
    allowed_moves: ['reply', 'start'].map((move) => ({ move, label: move, requires: [] })),
    ...changes,
  }) as CaseDetail

beforeEach(() => {
  localStorage.clear()
  toasts.list = []
  useCatalogue('vi', catalogue)
})
afterEach(() => vi.unstubAllGlobals())

async function deskWith(moves: Parameters<typeof server>[0], later: Partial<CaseDetail>) {
  let reads = 0
  const network = server({ 'GET /api/v1/cases/c1': () => ({ json: make(reads++ ? later : {}) }), ...moves })
  const desk = new Desk('c1')
  await desk.load()
  desk.drafts.keep('move-reply', { text: 'Xã đã nhận.' })
  return { desk, network }
}

describe('a move', () => {
  test('is sent with the version that was read; its draft is used up', async () => {
    const { desk, network } = await deskWith(
      { 'POST /api/v1/cases/c1/moves/start': () => ({ json: { version: 4 } }) },
      { version: 4 },
    )
    const then = vi.fn()
    desk.perform([{ move: 'start', body: {} }], 'start', ['move-reply'], then)
    await vi.waitFor(() => expect(then).toHaveBeenCalled())
    expect(network.of('POST')[0]?.headers['If-Match']).toBe('"3"')
    expect(desk.item?.version).toBe(4)
    expect(desk.drafts.any()).toBe(false)
  })

  test('several follow each other, each on the version the last one made', async () => {
    let version = 3
    const next = () => ({ json: { version: ++version } })
    const { desk, network } = await deskWith(
      { 'POST /api/v1/cases/c1/moves/classify': next, 'POST /api/v1/cases/c1/moves/assign': next },
      {},
    )
    const then = vi.fn()
    desk.perform(
      [
        { move: 'classify', body: {} },
        { move: 'assign', body: {} },
      ],
      'triage',
      [],
      then,
    )
    await vi.waitFor(() => expect(then).toHaveBeenCalled())
    expect(network.of('POST').map(({ headers }) => headers['If-Match'])).toEqual(['"3"', '"4"'])
  })

  test('that loses the race changes nothing: what is new is shown, the words stay', async () => {
    const { desk } = await deskWith(
      { 'POST /api/v1/cases/c1/moves/reply': () => ({ status: 412, json: { code: 'stale' } }) },
      { version: 4, events: [opened, theirs] },
    )
    desk.perform([{ move: 'reply', body: { text: 'Xã đã nhận.' } }], 'reply', ['move-reply'], () => undefined)
    expect(desk.waiting).toBe('reply')
    sendAllNow()
    await vi.waitFor(() => expect(desk.conflict).not.toBeNull())
    expect(desk.conflict).toEqual({ events: [theirs], possible: true, move: 'reply' })
    expect(desk.item?.version).toBe(4)
    expect(desk.drafts.read('move-reply')).toEqual({ text: 'Xã đã nhận.' })
    expect(desk.busy).toBe(false)
  })

  test('that is no longer possible says so', async () => {
    const { desk } = await deskWith(
      { 'POST /api/v1/cases/c1/moves/start': () => ({ status: 412, json: { code: 'stale' } }) },
      { version: 4, allowed_moves: [], events: [opened, theirs] },
    )
    desk.perform([{ move: 'start', body: {} }], 'start', [], () => undefined)
    await vi.waitFor(() => expect(desk.conflict?.possible).toBe(false))
  })

  test('that fails after its page was left calls back with a notice that stays', async () => {
    const { desk } = await deskWith({ 'POST /api/v1/cases/c1/moves/reply': () => 'away' }, {})
    desk.gone = true
    desk.perform([{ move: 'reply', body: {} }], 'reply', ['move-reply'], () => undefined)
    sendAllNow()
    await vi.waitFor(() => expect(toasts.list.at(-1)?.tone).toBe('alert'))
    expect(toasts.list.at(-1)?.text).toContain('GL-7K4M-92QX')
    expect(desk.drafts.any()).toBe(true)
  })
})

test('new events are those that were not there before', () => {
  expect(newEvents([opened], [opened, theirs])).toEqual([theirs])
  expect(newEvents([opened], [opened])).toEqual([])
})
