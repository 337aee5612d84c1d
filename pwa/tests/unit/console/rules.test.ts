/** A routing rule: what is typed is read as it was meant, and kept until the server has it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import described from '../../../openapi.json'
import catalogue from '../../../src/apps/console/i18n/vi.json'
import { RuleDesk } from '../../../src/apps/console/rules/desk.svelte.ts'
import {
  draftOf,
  faultsOf,
  LONGEST_KEYWORD,
  MOST_KEYWORDS,
  metresFrom,
  numberFrom,
  type Rule,
  readDraft,
  withKeywords,
} from '../../../src/apps/console/rules/rules.ts'
import { useCatalogue } from '../../../src/core/i18n.ts'
import { server } from '../server.ts'

const make = (changed: Partial<Rule> = {}) =>
  ({
    id: 'r1',
    name: 'Tiêm chủng',
    conditions: { keywords: ['tiêm'] },
    department: null,
    version: 2,
    ...changed,
  }) as unknown as Rule

beforeEach(() => {
  localStorage.clear()
  useCatalogue('vi', catalogue)
})
afterEach(() => vi.unstubAllGlobals())

describe('what is typed', () => {
  test('as a coordinate has a comma or a point; as metres it is whole', () => {
    expect([numberFrom(' 13,98'), numberFrom('13.98'), numberFrom(''), numberFrom('1,2,3')]).toEqual([
      13.98,
      13.98,
      null,
      null,
    ])
    expect(['500', '1.500', '100.000', '100 000', '1,500'].map(metresFrom)).toEqual([500, 1500, 100000, 100000, 1500])
    expect(['', '1,5', '12.5', '1.5000', '-5', 'gần'].map(metresFrom)).toEqual([null, null, null, null, null, null])
  })

  test('as keywords loses none: what does not fit is given back', () => {
    const long = 'a'.repeat(61)
    expect(withKeywords(['tiêm'], `vắc xin, tiêm; ${long}`)).toEqual({ words: ['tiêm', 'vắc xin'], left: [long] })
    const full = Array.from({ length: 200 }, (_, n) => `từ ${n}`)
    expect(withKeywords(full, 'thêm').left).toEqual(['thêm'])
  })

  test('as a whole is a rule, or names the fields that are not', () => {
    const draft = draftOf(make({ conditions: { radius: { latitude: 13.9, longitude: 108, metres: 1500 } } }), 1)
    expect(readDraft(draft)).toEqual({
      conditions: { radius: { latitude: 13.9, longitude: 108, metres: 1500 } },
      wrong: {},
    })
    expect(readDraft({ ...draft, metres: '1,5' }).wrong).toEqual({ radius: 'not_a_number' })
    expect(readDraft({ ...draft, name: ' ', parts: [] }).wrong).toEqual({
      name: 'required',
      conditions: 'no_condition',
    })
  })

  test('and refused by the server is marked at its field, however deep', () => {
    expect(faultsOf({ conditions: { radius: { metres: ['out_of_range'] } }, name: ['required'] })).toEqual({
      radius: 'out_of_range',
      name: 'required',
    })
    expect(faultsOf({ 'conditions.polygon': ['open_ring'] })).toEqual({ polygon: 'open_ring' })
  })
})

describe('a rule on the desk', () => {
  test('that was left has its words when it is opened again', () => {
    const desk = new RuleDesk(make(), '23798', 0)
    desk.draft.name = 'Vắc xin'
    desk.changed()
    const again = new RuleDesk(make(), '23798', 0)
    expect([again.draft.name, again.restored]).toEqual(['Vắc xin', true])
    again.startOver()
    again.changed()
    expect(new RuleDesk(make(), '23798', 0).restored).toBe(false)
  })

  test('goes on when it is moved or switched off, and asks when somebody changed what it says', () => {
    const desk = new RuleDesk(make(), '23798', 0)
    desk.draft.name = 'Vắc xin'
    desk.follow(make({ version: 3, active: false }))
    expect([desk.draft.name, desk.base?.version, desk.conflict]).toEqual(['Vắc xin', 3, null])
    desk.follow(make({ version: 4, name: 'Của người khác' }))
    expect([desk.draft.name, desk.conflict?.version]).toEqual(['Vắc xin', 4])
    desk.takeTheirs()
    expect([desk.draft.name, desk.dirty]).toEqual(['Của người khác', false])
  })

  test('that somebody changed while its words lay here asks before it is saved', () => {
    const desk = new RuleDesk(make(), '23798', 0)
    desk.draft.name = 'Vắc xin'
    desk.changed()
    const moved = new RuleDesk(make({ version: 3 }), '23798', 0)
    expect([moved.conflict, moved.draft.name, moved.base?.version]).toEqual([null, 'Vắc xin', 3])
    const changed = new RuleDesk(make({ version: 4, name: 'Của người khác' }), '23798', 0)
    expect([changed.conflict?.version, changed.draft.name]).toEqual([4, 'Vắc xin'])
    changed.takeTheirs()
    expect(new RuleDesk(make({ version: 4, name: 'Của người khác' }), '23798', 0).restored).toBe(false)
  })

  test('saved by somebody else first is not overwritten until its writer says so', async () => {
    const network = server({
      'GET /api/v1/routing-rules*': () => ({ json: { items: [make({ version: 3, name: 'Khác' })] } }),
      'PATCH /api/v1/routing-rules/r1': ({ headers }) =>
        headers['If-Match'] === '"2"'
          ? { status: 412, json: { code: 'stale' } }
          : { json: make({ version: 4, name: 'Vắc xin' }) },
    })
    const desk = new RuleDesk(make(), '23798', 0)
    desk.draft.name = 'Vắc xin'
    expect(await desk.save()).toBeNull()
    expect([desk.conflict?.version, desk.draft.name, await desk.save()]).toEqual([3, 'Vắc xin', null])
    expect(await desk.keepMine()).toBe('r1')
    expect(network.of('PATCH').map(({ headers }) => headers['If-Match'])).toEqual(['"2"', '"3"'])
    expect(desk.dirty).toBe(false)
  })

  test('keeps what is typed while it is saved', async () => {
    const desk = new RuleDesk(make(), '23798', 0)
    server({
      'PATCH /api/v1/routing-rules/r1': () => {
        desk.draft.name = 'Vắc xin trẻ em'
        return { json: make({ version: 3, name: 'Vắc xin' }) }
      },
    })
    desk.draft.name = 'Vắc xin'
    expect(await desk.save()).toBe('r1')
    expect([desk.draft.name, desk.base?.version, desk.dirty]).toEqual(['Vắc xin trẻ em', 3, true])
  })

  test('that is new has one key until the server has answered', async () => {
    let answers = 0
    const network = server({
      'POST /api/v1/routing-rules': () => (answers++ ? { status: 422, json: { code: 'invalid' } } : 'away'),
    })
    const desk = new RuleDesk(null, '23798', 1)
    Object.assign(desk.draft, { name: 'Mới', parts: ['working_time'] })
    for (let n = 0; n < 3; n++) expect(await desk.save()).toBeNull()
    const [first, second, third] = network.of('POST').map(({ headers }) => headers['Idempotency-Key'])
    expect([second === first, third === second]).toEqual([true, false])
  })

  test('shows a trial only of what still stands in the form', async () => {
    const desk = new RuleDesk(make(), '23798', 0)
    let meanwhile = () => {}
    server({
      'POST /api/v1/routing-rules/trial': () => {
        meanwhile()
        return { json: { examined: 5, changed: 1, decided: 1, cases: [] } }
      },
    })
    await desk.tryIt()
    expect(desk.trial?.examined).toBe(5)
    meanwhile = () => {
      desk.draft.keywords = ['vắc xin']
      desk.changed()
    }
    await desk.tryIt()
    expect(desk.trial).toBeNull()
  })
})

test('as many keywords, as long, as the API says', () => {
  const { keywords } = described.components.schemas.RuleConditions.properties
  expect(MOST_KEYWORDS).toBe(keywords.maxItems)
  expect(LONGEST_KEYWORD).toBe(keywords.items.maxLength)
})
