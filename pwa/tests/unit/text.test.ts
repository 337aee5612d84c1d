import { beforeEach, describe, expect, test } from 'vitest'
import { day, hour, isoDay, longDay } from '../../src/core/dates.ts'
import { t, useCatalogue } from '../../src/core/i18n.ts'
import { bestVoice, sentences } from '../../src/core/speech.ts'
import {
  clock,
  excerpt,
  fileSize,
  fold,
  newUuid,
  plainText,
  readCookie,
  tidyTrackingCode,
} from '../../src/core/text.ts'

beforeEach(() => useCatalogue('vi', { hello: 'Chào {name}, {name}!' }))

test('placeholders are filled, and an unknown key shows itself', () => {
  expect(t('hello', { name: 'Lan' })).toBe('Chào Lan, Lan!')
  expect(t('hello')).toBe('Chào {name}, {name}!')
  expect(t('nothing.here')).toBe('nothing.here')
})

describe('dates follow the clock of the commune', () => {
  test('an evening in UTC is the next day in Gia Lai', () => {
    expect(day('2026-11-20T18:30:00Z')).toBe('21/11/2026')
    expect(hour('2026-11-20T18:30:00Z')).toBe('01:30')
    expect(isoDay('2026-11-20T18:30:00Z')).toBe('2026-11-21')
    expect(longDay('2026-11-20T18:30:00Z')).toBe('thứ Bảy, 21/11/2026')
    expect(longDay('2026-11-22T01:00:00Z')).toBe('Chủ Nhật, 22/11/2026')
    expect(longDay('2026-11-23T01:00:00Z')).toBe('thứ Hai, 23/11/2026')
  })

  test('English names the month', () => {
    useCatalogue('en', {})
    expect(day('2026-11-20T18:30:00Z')).toBe('21 Nov 2026')
  })
})

test('text is folded as the server folds it', () => {
  expect(fold('  Đak   Jơ Ta ')).toBe('dak jo ta')
  expect(fold('Ơ̆ Ê̆')).toBe('o e')
})

test('an excerpt ends at a word, as the server cuts it', () => {
  expect(excerpt('Đèn đường làng Plei Bông hỏng', 20)).toBe('Đèn đường làng…')
  expect(excerpt('ngắn', 20)).toBe('ngắn')
})

test.each([
  ['GL-7K4M-92QX', 'GL-7K4M-92QX'],
  ['gl7k4m 92qx', 'GL-7K4M-92QX'],
  ['gl 7k4m 92ox', 'GL-7K4M-920X'],
  ['GL-IK4M-92QL', 'GL-1K4M-92Q1'],
  ['gl', 'GL'],
])('the code %s is tidied to %s', (typed, tidy) => {
  expect(tidyTrackingCode(typed)).toBe(tidy)
})

test('sizes and durations read as people write them', () => {
  expect(fileSize(6_031_999, 'vi')).toBe('5,8 MB')
  expect(fileSize(400, 'en')).toBe('1 KB')
  expect(clock(247)).toBe('4:07')
  expect(clock(3729)).toBe('1:02:09')
  expect(clock(Number.NaN)).toBe('0:00')
})

test('HTML becomes lines that can be read aloud', () => {
  expect(plainText('<h2>Một</h2><ul><li>hai &amp; ba</li><li>bốn</li></ul>')).toBe('Một\nhai & ba\nbốn')
})

test('a cookie is found by its whole name', () => {
  expect(readCookie('tl_csrf', 'xtl_csrf=1; tl_csrf=a%3Db; y=2')).toBe('a=b')
  expect(readCookie('tl', 'tl_csrf=1')).toBe('')
})

test('a UUID is made without crypto.randomUUID too', () => {
  const kept = crypto.randomUUID
  Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true })
  expect(newUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  Object.defineProperty(crypto, 'randomUUID', { value: kept, configurable: true })
})

describe('reading aloud', () => {
  test('cuts at sentences and never exceeds the engine’s patience', () => {
    expect(sentences('Một. Hai! Ba?\nBốn')).toEqual(['Một.', 'Hai!', 'Ba?', 'Bốn'])
    expect(sentences('từ '.repeat(200)).every((part) => part.length <= 180)).toBe(true)
    expect(sentences('từ '.repeat(200)).join(' ')).toBe('từ '.repeat(200).trim())
  })

  test('keeps decimals and abbreviations whole enough to lose no word', () => {
    expect(sentences('Giá 60.500 đồng/kg. Hết.').join(' ')).toBe('Giá 60.500 đồng/kg. Hết.')
  })

  test('takes a voice of the device before one of the network', () => {
    const voice = (lang: string, localService: boolean) => ({ lang, localService, name: lang }) as SpeechSynthesisVoice
    expect(bestVoice([voice('en-US', true), voice('vi-VN', false), voice('vi_VN', true)], 'vi')?.lang).toBe('vi_VN')
    expect(bestVoice([voice('en-US', true)], 'vi')).toBeNull()
  })
})
