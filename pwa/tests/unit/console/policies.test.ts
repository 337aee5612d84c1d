/** Editing a policy: promises as rows, saved when said so, never over somebody else's words. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import catalogue from '../../../src/apps/console/i18n/vi.json'
import { PolicyDesk } from '../../../src/apps/console/policies/desk.svelte.ts'
import {
  bodyOf,
  changes,
  contentOf,
  emptyContent,
  emptyRow,
  isLate,
  lacking,
  moved,
  type Policy,
} from '../../../src/apps/console/policies/promises.ts'
import { useCatalogue } from '../../../src/core/i18n.ts'
import { server } from '../server.ts'

const promise = (id: string) => ({
  id,
  texts: { vi: `Việc ${id}` },
  responsible: '',
  department: { id: 'd1', name: 'Phòng Kinh tế' },
  due_on: '2026-12-31',
  status: 'planned' as const,
  is_late: false,
  status_at: '2026-11-01T00:00:00Z',
  note: '',
})

const make = (changed: Partial<Policy> = {}) =>
  ({
    id: 'p1',
    kind: 'programme',
    number: '12/NQ-HĐND',
    issuer: null,
    issued_on: null,
    valid_from: null,
    valid_to: null,
    texts: { vi: { name: 'Nước sạch', summary: 'Nước về làng', body: '' } },
    promises: [promise('a'), promise('b')],
    version: 2,
    can_edit: true,
    events: [],
    allowed_moves: [],
    ...changed,
  }) as unknown as Policy

describe('promises as rows', () => {
  test('go up and down one place and stay at the ends', () => {
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b'])
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
    expect(moved(['a', 'b'], 1, 1)).toEqual(['a', 'b'])
    expect(moved([], 0, 1)).toEqual([])
  })

  test('are late from the day after their last, while open', () => {
    const today = '2026-11-22'
    expect(isLate({ status: 'planned', due_on: '2026-11-21' }, today)).toBe(true)
    expect(isLate({ status: 'in_progress', due_on: '2026-11-22' }, today)).toBe(false)
    expect(isLate({ status: 'done', due_on: '2026-11-21' }, today)).toBe(false)
    expect(isLate({ status: 'planned', due_on: null }, today)).toBe(false)
  })

  test('are sent without the keys of the screen and without empty languages', () => {
    const content = contentOf(make())
    const row = content.promises[0]
    if (row) row.texts.en = ' '
    expect(bodyOf(content).promises[0]).toEqual({
      id: 'a',
      texts: { vi: 'Việc a' },
      responsible: '',
      department_id: 'd1',
      due_on: '2026-12-31',
      status: 'planned',
      note: '',
    })
  })

  test('and names that are wanting are found in the order of the page', () => {
    const content = { ...emptyContent(), valid_from: '2027-01-02', valid_to: '2027-01-01', promises: [emptyRow('k')] }
    expect(lacking(content)).toEqual(['policy-name', 'promise-k', 'valid_to'])
    expect(lacking(contentOf(make()))).toEqual([])
  })

  test('only what differs is a change; an emptied day is none', () => {
    const before = contentOf(make({ issued_on: '2026-01-05' }))
    expect(changes(before, structuredClone(before))).toEqual({})
    expect(changes(before, { ...before, issued_on: '' })).toEqual({ issued_on: null })
  })
})

describe('a policy on the desk', () => {
  beforeEach(() => {
    localStorage.clear()
    useCatalogue('vi', catalogue)
  })
  afterEach(() => vi.unstubAllGlobals())

  async function open(handlers: Parameters<typeof server>[0]) {
    const network = server({ 'GET /api/v1/console/policies/p1': () => ({ json: make() }), ...handlers })
    const desk = new PolicyDesk('p1', '23798')
    await desk.load()
    return { desk, network }
  }

  test('waits for its writer, keeps the words here, and sends what changed with the version read', async () => {
    const { desk, network } = await open({
      'PATCH /api/v1/console/policies/p1': () => ({ json: make({ number: '13', version: 3 }) }),
    })
    desk.content.number = '13'
    desk.changed()
    expect(desk.drafts.any()).toBe(true)
    expect(network.of('PATCH')).toEqual([])
    expect(await desk.save()).toBe('p1')
    const [sent] = network.of('PATCH')
    expect(sent?.body).toEqual({ number: '13' })
    expect(sent?.headers['If-Match']).toBe('"2"')
    expect([desk.dirty, desk.drafts.any()]).toEqual([false, false])
  })

  test('that lacks a name is not sent', async () => {
    const { desk, network } = await open({})
    if (desk.content.texts.vi) desk.content.texts.vi.name = ' '
    expect(await desk.save()).toBeNull()
    expect(desk.missed).toEqual(['policy-name'])
    expect(network.of('PATCH')).toEqual([])
  })

  test('that somebody else saved first is not overwritten until its writer says so', async () => {
    let reads = 0
    const { desk, network } = await open({
      'GET /api/v1/console/policies/p1': () => ({ json: reads++ ? make({ version: 3, issuer: 'UBND xã' }) : make() }),
      'PATCH /api/v1/console/policies/p1': ({ headers }) =>
        headers['If-Match'] === '"2"'
          ? { status: 412, json: { code: 'stale' } }
          : { json: make({ version: 4, number: '13' }) },
    })
    desk.content.number = '13'
    expect(await desk.save()).toBeNull()
    expect(desk.conflict?.version).toBe(3)
    expect(desk.content.number).toBe('13')
    expect(await desk.save()).toBeNull()
    desk.keepMine()
    expect(await desk.save()).toBe('p1')
    expect(network.of('PATCH').at(-1)?.headers['If-Match']).toBe('"3"')
  })

  test('is saved before it is published, and not published when that fails', async () => {
    const { desk, network } = await open({
      'PATCH /api/v1/console/policies/p1': () => ({
        status: 422,
        json: { code: 'invalid', errors: { number: ['x'] } },
      }),
    })
    desk.content.number = '13'
    expect(await desk.move('publish', {})).toBe(false)
    expect(network.of('POST')).toEqual([])
    expect(desk.errors.number).toEqual(['x'])
  })

  test('that was left unsaved has its words when it is opened again', async () => {
    const { desk } = await open({})
    desk.content.number = '13/NQ'
    desk.changed()
    const { desk: again } = await open({})
    expect(again.content.number).toBe('13/NQ')
    expect([again.restored, again.dirty, again.drafts.any()]).toEqual([true, true, true])
  })

  test('that somebody changed while its words lay here asks, and gets both changes', async () => {
    const event = (id: string) =>
      ({ id, at: '2026-11-22T00:00:00Z', summary: id }) as unknown as Policy['events'][number]
    const { desk } = await open({})
    desk.content.number = '13/NQ'
    desk.changed()
    const theirs = make({ version: 3, issuer: 'UBND xã', events: [event('saved')] })
    const { desk: again, network } = await open({
      'GET /api/v1/console/policies/p1': () => ({ json: theirs }),
      'PATCH /api/v1/console/policies/p1': () => ({ json: make({ version: 4 }) }),
    })
    expect([again.conflict?.version, again.content.number]).toEqual([3, '13/NQ'])
    expect(again.news.map(({ summary }) => summary)).toEqual(['saved'])
    expect(await again.save()).toBeNull()
    again.keepMine()
    expect([again.content.number, again.content.issuer]).toEqual(['13/NQ', 'UBND xã'])
    await again.save()
    expect(network.of('PATCH').map(({ body, headers }) => [body, headers['If-Match']])).toEqual([
      [{ number: '13/NQ' }, '"3"'],
    ])
  })

  test('gets the promises and languages that two people wrote, not only those of the one who keeps theirs', async () => {
    let reads = 0
    const theirs = make({
      version: 3,
      texts: { vi: make().texts.vi, jra: { name: 'Ia hang', summary: '', body: '' } } as unknown as Policy['texts'],
      promises: [{ ...promise('a'), status: 'done' }, promise('b'), promise('c')],
    })
    const { desk, network } = await open({
      'GET /api/v1/console/policies/p1': () => ({ json: reads++ ? theirs : make() }),
      'PATCH /api/v1/console/policies/p1': ({ headers }) =>
        headers['If-Match'] === '"2"' ? { status: 412, json: { code: 'stale' } } : { json: make({ version: 4 }) },
    })
    if (desk.content.texts.vi) desk.content.texts.vi.name = 'Nước sạch về làng'
    const [, second] = desk.content.promises
    if (second) second.note = 'Đang vay vốn'
    expect(await desk.save()).toBeNull()
    desk.keepMine()
    await desk.save()
    const sent = network.of('PATCH').at(-1)?.body as ReturnType<typeof bodyOf>
    expect(Object.fromEntries(Object.entries(sent.texts).map(([code, { name }]) => [code, name]))).toEqual({
      vi: 'Nước sạch về làng',
      jra: 'Ia hang',
    })
    expect(sent.promises.map(({ id, status, note }) => [id, status, note])).toEqual([
      ['a', 'done', ''],
      ['b', 'planned', 'Đang vay vốn'],
      ['c', 'planned', ''],
    ])
  })

  test('whose version moved on with the same words is saved on it; what became public meanwhile is said first', async () => {
    for (const [state, kept] of [
      ['draft', 'p1'],
      ['published', null],
    ] as const) {
      localStorage.clear()
      let reads = 0
      const { desk, network } = await open({
        'GET /api/v1/console/policies/p1': () => ({
          json: reads++ ? make({ version: 3, state }) : make({ state: 'draft' }),
        }),
        'PATCH /api/v1/console/policies/p1': ({ headers }) =>
          headers['If-Match'] === '"2"'
            ? { status: 412, json: { code: 'stale' } }
            : { json: make({ version: 4, number: '13', state }) },
      })
      desk.content.number = '13'
      expect(await desk.save()).toBe(kept)
      expect(desk.conflict === null).toBe(kept !== null)
      expect(desk.busy).toBe('')
      expect(network.of('PATCH').map(({ headers }) => headers['If-Match'])).toEqual(kept ? ['"2"', '"3"'] : ['"2"'])
    }
  })

  test('that was left unsaved asks nothing when only its version moved on', async () => {
    const { desk } = await open({})
    desk.content.number = '13/NQ'
    desk.changed()
    const { desk: again } = await open({
      'GET /api/v1/console/policies/p1': () => ({ json: make({ version: 3 }) }),
    })
    expect([again.conflict, again.content.number, again.restored]).toEqual([null, '13/NQ', true])
  })

  test('keeps what is typed while a save is on its way, and gives a new promise the id it got', async () => {
    const { desk, network } = await open({
      'PATCH /api/v1/console/policies/p1': () => {
        desk.content.number = '14'
        return { json: make({ number: '13', version: 3, promises: [promise('a'), promise('b'), promise('c')] }) }
      },
    })
    desk.content.number = '13'
    desk.content.promises.push({ ...emptyRow('k'), texts: { vi: 'Việc c' } })
    await desk.save()
    expect(desk.content.number).toBe('14')
    expect(desk.content.promises.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect([desk.dirty, desk.drafts.any()]).toEqual([true, true])
    await desk.save()
    expect(network.of('PATCH').at(-1)?.headers['If-Match']).toBe('"3"')
    expect(network.of('PATCH').at(-1)?.body).toMatchObject({ number: '14' })
  })

  test('that is new is asked for with the same key after silence, and with another after a refusal', async () => {
    let answers = 0
    const network = server({
      'POST /api/v1/console/policies': () => (answers++ ? { status: 422, json: { code: 'invalid' } } : 'away'),
    })
    const desk = new PolicyDesk(null, '23798')
    await desk.load()
    if (desk.content.texts.vi) desk.content.texts.vi.name = 'Nước sạch'
    for (let n = 0; n < 3; n++) expect(await desk.save()).toBeNull()
    const [first, second, third] = network.of('POST').map(({ headers }) => headers['Idempotency-Key'])
    expect(second).toBe(first)
    expect(third).not.toBe(second)
  })
})
