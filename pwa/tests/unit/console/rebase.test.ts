/** Two people wrote on the same version: what becomes of the words of both. */
import { describe, expect, test } from 'vitest'
import { rebased, same } from '../../../src/apps/console/lib/rebase.ts'

type Texts = Record<string, { title: string; body: string }>
type Row = { key: string; id: string | null; said: Record<string, string>; note: string }

const vi = { title: 'Lịch tiêm', body: 'Thứ Ba' }
const jra = { title: 'Hrơi pơdăm', body: 'Hrơi klâo' }
const texts = (begun: Texts, mine: Texts, theirs: Texts) =>
  rebased({ texts: begun }, { texts: mine }, { texts: theirs }).texts

describe('texts', () => {
  test('an editor changes Vietnamese while the translator adds Jrai: both stay', () => {
    const mine = { vi: { ...vi, body: 'Thứ Tư' } }
    expect(texts({ vi }, mine, { vi, jra })).toEqual({ ...mine, jra })
    expect(texts({ vi }, { vi, jra }, mine)).toEqual({ ...mine, jra })
  })
  test('two parts of one language are two parts', () => {
    expect(texts({ vi }, { vi: { ...vi, title: 'Tiêm' } }, { vi: { ...vi, body: 'Thứ Năm' } })).toEqual({
      vi: { title: 'Tiêm', body: 'Thứ Năm' },
    })
  })
  test('the same part written by both is mine', () => {
    expect(texts({ vi }, { vi: { ...vi, body: 'Thứ Tư' } }, { vi: { ...vi, body: 'Thứ Năm' } }).vi?.body).toBe('Thứ Tư')
  })
  test('a language that one removed is gone, unless the other wrote in it', () => {
    const begun = { vi, jra }
    const more = { ...jra, body: 'Hrơi pă' }
    expect(texts(begun, { vi }, begun)).toEqual({ vi })
    expect(texts(begun, begun, { vi })).toEqual({ vi })
    expect(texts(begun, { vi }, { vi, jra: more })).toEqual({ vi, jra: more })
    expect(texts(begun, { vi, jra: more }, { vi })).toEqual({ vi, jra: more })
  })
  test('the order of languages is no change', () => {
    expect(same({ vi, jra }, { jra, vi })).toBe(true)
    expect(texts({ vi, jra }, { jra, vi }, { vi })).toEqual({ vi })
  })
  test('a day that was emptied is a change, a day that only they set is theirs', () => {
    const begun = { from: '2026-11-01', to: null as string | null }
    expect(rebased(begun, { ...begun, from: '' }, { ...begun, to: '2026-12-01' })).toEqual({
      from: '',
      to: '2026-12-01',
    })
    expect(
      rebased({ to: '2026-11-01' } as typeof begun, { from: '', to: null }, { from: '', to: '2026-12-01' }).to,
    ).toBe(null)
  })
  test('a list without ids is one part', () => {
    const place = (unit: string) => ({ unit })
    const scope = (mine: string[], theirs: string[]) =>
      rebased({ scope: [place('a')] }, { scope: mine.map(place) }, { scope: theirs.map(place) }).scope
    expect(scope(['b'], ['a', 'c'])).toEqual([place('b')])
    expect(scope([], ['a', 'c'])).toEqual([])
    expect(scope(['a'], ['a', 'c'])).toEqual([place('a'), place('c')])
  })
})

describe('promises', () => {
  const row = (id: string | null, more: Partial<Row> = {}): Row => ({
    key: id ?? 'new',
    id,
    said: { vi: `Việc ${id}` },
    note: '',
    ...more,
  })
  const rows = (begun: Row[], mine: Row[], theirs: Row[]) =>
    rebased({ promises: begun }, { promises: mine }, { promises: theirs }).promises
  const [a, b, c] = [row('a'), row('b'), row('c')]

  test('each is merged by its id', () => {
    const mine = [{ ...a, note: 'của tôi' }, b]
    const theirs = [
      { ...a, said: { vi: 'Việc a', jra: 'Bruă a' } },
      { ...b, note: 'của họ' },
    ]
    expect(rows([a, b], mine, theirs)).toEqual([
      { ...a, said: { vi: 'Việc a', jra: 'Bruă a' }, note: 'của tôi' },
      { ...b, note: 'của họ' },
    ])
  })
  test('one that either adds is there, after the order of whoever changed the list', () => {
    const mine = row(null, { said: { vi: 'Việc mới' } })
    expect(rows([a, b], [b, mine, a], [a, b, c])).toEqual([b, mine, a, c])
    expect(rows([a, b], [{ ...a, note: 'x' }, b], [c, b, a])).toEqual([c, b, { ...a, note: 'x' }])
  })
  test('one that I removed goes, unless they wrote in it', () => {
    expect(rows([a, b], [a], [a, b, c])).toEqual([a, c])
    const written = { ...b, note: 'đang làm' }
    expect(rows([a, b], [a], [a, written])).toEqual([a, written])
  })
  test('one that they removed goes; what I wrote into it comes as a new one, for the server forgot its id', () => {
    expect(rows([a, b], [{ ...a, note: 'x' }, b], [a])).toEqual([{ ...a, note: 'x' }])
    expect(rows([a, b], [a, { ...b, note: 'đang làm' }], [a])).toEqual([a, { ...b, id: null, note: 'đang làm' }])
  })
  test('all of them may go', () => {
    expect(rows([a, b], [], [a, b])).toEqual([])
    expect(rows([], [row(null)], [])).toEqual([row(null)])
  })
})
