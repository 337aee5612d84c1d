/** Writing an article: saved by itself, never over somebody else's words. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ArticleDesk, changes, contentOf, storable } from '../../../src/apps/console/articles/desk.svelte.ts'
import catalogue from '../../../src/apps/console/i18n/vi.json'
import type { ArticleDetail } from '../../../src/apps/console/types.ts'
import { useCatalogue } from '../../../src/core/i18n.ts'
import { server } from '../server.ts'

const unit = { code: '23798', name: 'Xã Ayun', level: 'commune' as const }
const make = (changes: Partial<ArticleDetail> = {}) =>
  ({
    id: 'a1',
    category: { slug: 'y_te', label: 'Y tế' },
    priority: 'normal',
    texts: { vi: { title: 'Lịch tiêm', summary: '', body_html: '<p>Thứ Ba</p>' } },
    scope: [{ unit, community: null }],
    valid_from: null,
    valid_to: null,
    version: 2,
    can_edit: true,
    events: [],
    allowed_moves: [],
    ...changes,
  }) as unknown as ArticleDetail

beforeEach(() => {
  localStorage.clear()
  useCatalogue('vi', catalogue)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function open(handlers: Parameters<typeof server>[0], item = make()) {
  const network = server({ 'GET /api/v1/console/articles/a1': () => ({ json: item }), ...handlers })
  const desk = new ArticleDesk('a1', '23798')
  await desk.load()
  return { desk, network }
}

describe('an article on the desk', () => {
  test('sends only what changed, with the version that was read', async () => {
    const { desk, network } = await open({
      'PATCH /api/v1/console/articles/a1': () => ({ json: make({ version: 3 }) }),
    })
    desk.content.priority = 'priority'
    desk.changed()
    expect(desk.drafts.any()).toBe(true)
    expect(await desk.save()).toBe(true)
    const [sent] = network.of('PATCH')
    expect(sent?.body).toEqual({ priority: 'priority' })
    expect(sent?.headers['If-Match']).toBe('"2"')
    expect(desk.item?.version).toBe(3)
    expect(desk.drafts.any()).toBe(false)
  })

  test('waits with saving until there is a title, and keeps the words here', async () => {
    const { desk, network } = await open({})
    desk.content.texts.jra = { title: '', summary: 'Hrơi', body_html: '' }
    desk.changed()
    expect(await desk.save()).toBe(false)
    expect(network.of('PATCH')).toEqual([])
    expect(desk.drafts.any()).toBe(true)
  })

  test('that somebody else saved first is not overwritten until its writer says so', async () => {
    let version = 2
    const { desk, network } = await open({
      'PATCH /api/v1/console/articles/a1': ({ headers }) =>
        headers['If-Match'] === '"2"'
          ? { status: 412, json: { code: 'stale' } }
          : { json: make({ version: ++version }) },
    })
    desk.content.priority = 'emergency'
    expect(await desk.save()).toBe(false)
    expect(desk.conflict).not.toBeNull()
    expect(desk.content.priority).toBe('emergency')
    desk.takeTheirs()
    expect(desk.content.priority).toBe('normal')
    expect(network.of('PATCH').length).toBe(1)
  })

  test('that somebody changed while its words lay here asks before anything is sent', async () => {
    const first = await open({})
    first.desk.content.priority = 'priority'
    first.desk.changed()
    const { desk, network } = await open({}, make({ version: 3, valid_to: '2026-12-31T00:00:00Z' }))
    expect([desk.conflict !== null, desk.content.priority]).toEqual([true, 'priority'])
    expect(await desk.save()).toBe(false)
    expect(network.of('PATCH')).toEqual([])
    desk.keepMine()
    expect([desk.content.priority, desk.content.valid_to]).toEqual(['priority', '2026-12-31T00:00:00Z'])
  })

  test('keeps the Jrai text that its translator wrote while an editor changed the Vietnamese one', async () => {
    let reads = 0
    const vi = { title: 'Lịch tiêm', summary: '', body_html: '<p>Thứ Ba</p>' }
    const jra = { title: 'Hrơi pơdăm', summary: '', body_html: '<p>Hrơi klâo</p>' }
    const { desk, network } = await open({
      'GET /api/v1/console/articles/a1': () => ({ json: reads++ ? make({ version: 3, texts: { jra, vi } }) : make() }),
      'PATCH /api/v1/console/articles/a1': ({ headers }) =>
        headers['If-Match'] === '"2"' ? { status: 412, json: { code: 'stale' } } : { json: make({ version: 4 }) },
    })
    if (desk.content.texts.vi) desk.content.texts.vi.body_html = '<p>Thứ Tư</p>'
    expect(await desk.save()).toBe(false)
    desk.keepMine()
    await desk.save()
    expect(network.of('PATCH').at(-1)?.body).toEqual({ texts: { vi: { ...vi, body_html: '<p>Thứ Tư</p>' }, jra } })
  })

  test('that was returned with no word changed goes on being saved, on the version it has now', async () => {
    let reads = 0
    const { desk, network } = await open({
      'GET /api/v1/console/articles/a1': () => ({ json: reads++ ? make({ version: 3, state: 'returned' }) : make() }),
      'PATCH /api/v1/console/articles/a1': ({ headers }) =>
        headers['If-Match'] === '"2"' ? { status: 412, json: { code: 'stale' } } : { json: make({ version: 4 }) },
    })
    desk.content.priority = 'priority'
    desk.changed()
    expect(await desk.save()).toBe(true)
    expect([desk.conflict, desk.refused, desk.status, desk.item?.version]).toEqual([null, null, 'clean', 4])
    expect(network.of('PATCH').map(({ headers }) => headers['If-Match'])).toEqual(['"2"', '"3"'])
  })

  test('that can no longer be written on says who was faster', async () => {
    let reads = 0
    const { desk, network } = await open({
      'GET /api/v1/console/articles/a1': () => ({ json: reads++ ? make({ version: 3, can_edit: false }) : make() }),
      'PATCH /api/v1/console/articles/a1': () => ({ status: 412, json: { code: 'stale' } }),
    })
    desk.content.priority = 'priority'
    expect(await desk.save()).toBe(false)
    expect(desk.conflict).not.toBeNull()
    expect(network.of('PATCH')).toHaveLength(1)
  })

  test('found on this machine asks nothing when only its version moved on', async () => {
    const first = await open({})
    first.desk.content.priority = 'priority'
    first.desk.changed()
    const { desk } = await open({}, make({ version: 3 }))
    expect([desk.conflict, desk.content.priority, desk.restored]).toEqual([null, 'priority', true])
  })

  test('found unfinished on this machine is put back', async () => {
    const first = await open({})
    first.desk.content.priority = 'priority'
    first.desk.changed()
    const { desk } = await open({})
    expect(desk.content.priority).toBe('priority')
    expect(desk.restored).toBe(true)
  })
})

test('a new article is made once, whatever number of presses', async () => {
  const { of } = server({ 'POST /api/v1/console/articles': () => ({ status: 201, json: make() }) })
  const desk = new ArticleDesk(null, '23798')
  desk.content.category = 'y_te'
  expect(await desk.create()).toBe('a1')
  expect(await desk.create()).toBe('a1')
  const keys = of('POST').map(({ headers }) => headers['Idempotency-Key'])
  expect(keys[0]).toBeTruthy()
  expect(keys[1]).toBe(keys[0])
})

test('changes are named by field', () => {
  const before = contentOf(make())
  expect(changes(before, before)).toEqual({})
  expect(Object.keys(changes(before, { ...before, valid_to: '2026-12-01T00:00:00Z' }))).toEqual(['valid_to'])
  expect(storable({ ...before, texts: {} })).toBe(false)
})
