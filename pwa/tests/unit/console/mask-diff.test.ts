import { describe, expect, test } from 'vitest'
import { compare, counterpart, cover, marked } from '../../../src/apps/console/cases/mask-diff.ts'

const changed = (pieces: { text: string; changed: boolean }[]) =>
  pieces.filter((piece) => piece.changed).map(({ text }) => text)
const whole = (pieces: { text: string }[]) => pieces.map(({ text }) => text).join('')

describe('original beside public version', () => {
  test('marks what was covered on both sides and loses no character', () => {
    const [before, after] = ['Gọi anh Nam số 0905 123 456\nở làng Hyer.', 'Gọi anh ••• số •••\nở làng Hyer.']
    const { original, shown } = compare(before, after)
    expect(whole(original)).toBe(before)
    expect(whole(shown)).toBe(after)
    expect(changed(shown)).toEqual(['•••', '•••'])
    expect(changed(original).join('')).toContain('Nam')
    expect(changed(original).join('')).not.toContain('làng')
  })
  test('equal texts have nothing marked', () => {
    expect(changed(compare('Đèn hỏng.', 'Đèn hỏng.').original)).toEqual([])
  })
  test('a text of thousands of words still answers at once', () => {
    const long = Array.from({ length: 8000 }, (_, index) => `chữ${index}`).join(' ')
    const { shown } = compare(long, long.split(' ').reverse().join(' '))
    expect(whole(shown).length).toBe(long.length)
  })
})

describe('from a spot of the original to the public version', () => {
  const original = 'Gọi anh Nam số 0905 123 456\nở làng Hyer.'
  const shown = 'Gọi anh ••• số •••\nở làng Hyer.'
  const found = (words: string, text = shown) => {
    const start = original.indexOf(words)
    const place = counterpart(original, text, start, start + words.length)
    return text.slice(place.start, place.end)
  }
  test('leads to what stands in its place', () => {
    expect(found('0905 123 456')).toBe('•••')
    expect(found('Nam')).toBe('•••')
  })
  test('leads to the words themselves where nothing was covered', () => {
    expect(found('0905 123 456', original)).toBe('0905 123 456')
    expect(found('làng')).toBe('làng')
  })
  test('leads to an empty place where the words were taken out', () => {
    expect(found('Nam', original.replace('Nam ', ''))).toBe('')
  })
})

describe('covering', () => {
  test('replaces the selection and keeps the space behind it', () => {
    expect(cover('anh Nam ở đây', 4, 8, '•••')).toEqual({ text: 'anh ••• ở đây', caret: 7 })
  })
  test('an empty selection covers nothing', () => {
    expect(cover('anh Nam', 3, 4, '•••').text).toBe('anh Nam')
  })
})

describe('detected spans', () => {
  test('are counted in code points, as the server does', () => {
    const text = '🙏 gọi 0905'
    const pieces = marked(text, [{ start: 6, end: 10, kind: 'phone' }])
    expect(pieces.filter((piece) => piece.changed)).toEqual([{ text: '0905', changed: true, kind: 'phone' }])
    expect(whole(pieces)).toBe(text)
  })
  test('impossible or overlapping ones are passed over', () => {
    const pieces = marked('abc', [
      { start: 0, end: 2, kind: 'a' },
      { start: 1, end: 3, kind: 'b' },
      { start: 2, end: 99, kind: 'c' },
    ])
    expect(whole(pieces)).toBe('abc')
    expect(changed(pieces)).toEqual(['ab'])
  })
})
