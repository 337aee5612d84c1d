/** The queue that stays open all day: its clocks go on, its rows stay where they are. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Queue } from '../../../src/apps/console/cases/queue.svelte.ts'
import type { CaseItem } from '../../../src/apps/console/types.ts'
import { server } from '../server.ts'

const row = (id: string, minutes: number, more: Partial<CaseItem> = {}) =>
  ({
    id,
    version: 1,
    state: 'in_progress',
    stage: 'handling',
    excerpt: `Việc ${id}`,
    is_overdue: false,
    paused: false,
    due_at: '2026-11-20T09:30:00Z',
    intake_due_at: '2026-11-18T09:30:00Z',
    working_minutes_left: minutes,
    recounting: false,
    ...more,
  }) as unknown as CaseItem

beforeEach(() => sessionStorage.clear())
afterEach(() => vi.unstubAllGlobals())

/** Pages of rows as the server has them now, and how many cases it counts. */
async function open() {
  const now = {
    pages: [[row('a', 240), row('b', 300)], [row('c', 600)]],
    count: 3,
    away: false,
    held: Promise.resolve(),
  }
  const network = server({
    'GET /api/v1/cases/counts*': () => ({ json: { by_view: { all: now.count }, at_least: [] } }),
    'GET /api/v1/cases*': async ({ path }) => {
      if (now.away) return 'away'
      if (path.includes('view=mine')) return { json: { items: [row('a', 5)], next_cursor: null } }
      await now.held
      const page = Number(new URLSearchParams(path.split('?')[1]).get('cursor') ?? 0)
      return { json: { items: now.pages[page] ?? [], next_cursor: page + 1 < now.pages.length ? `${page + 1}` : null } }
    },
  })
  const queue = new Queue()
  await queue.load({ view: 'all', sort: 'due' }, undefined)
  return { queue, now, network }
}
const shown = (queue: Queue) => queue.items.map(({ id, working_minutes_left: left }) => [id, left])

test('a look at the numbers moves the clocks of every page that was opened, and nothing else', async () => {
  const { queue, now } = await open()
  await queue.more()
  now.pages = [
    [row('new', 10), row('b', 90, { version: 2, excerpt: 'khác' })],
    [row('a', 30, { is_overdue: true }), row('c', 390)],
  ]
  now.count = 4
  await queue.recount()
  expect(shown(queue)).toEqual([
    ['a', 30],
    ['b', 90],
    ['c', 390],
  ])
  expect([queue.items[0]?.is_overdue, queue.items[1]?.version, queue.items[1]?.excerpt]).toEqual([true, 1, 'Việc b'])
  expect(queue.newer).toBe(1)
})

test('only as many pages are read as stand here', async () => {
  const { queue, network } = await open()
  const before = network.of('GET /api/v1/cases?').length
  await queue.recount()
  expect(network.of('GET /api/v1/cases?').length - before).toBe(1)
})

test('two looks at once offer what came in once', async () => {
  const { queue, now } = await open()
  now.count = 5
  await Promise.all([queue.recount(), queue.recount()])
  expect(queue.newer).toBe(2)
})

test('a look that finds no network, or another question, changes nothing', async () => {
  const { queue, now } = await open()
  now.away = true
  await queue.recount()
  expect([shown(queue)[0], queue.problem]).toEqual([['a', 240], null])
  now.away = false
  now.pages = [[row('a', 30)]]
  let release = () => {}
  now.held = new Promise((done) => {
    release = done
  })
  const looking = queue.recount()
  await queue.load({ view: 'mine', sort: 'due' }, undefined)
  release()
  await looking
  expect(shown(queue)).toEqual([['a', 5]])
})
