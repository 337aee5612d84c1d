/** Portals: addresses as browsers write them, and code that is safe to paste. */
import { describe, expect, test } from 'vitest'
import { componentCode, frameCode, originOf, readOrigins } from '../../../src/apps/console/portals/portals.ts'

describe('an address of a portal', () => {
  // The same table as tests/accounts/test_portals.py: browser and server agree.
  test.each([
    ['https://gialai.gov.vn', 'https://gialai.gov.vn'],
    [' HTTPS://GiaLai.gov.vn/ ', 'https://gialai.gov.vn'],
    ['https://*.gialai.gov.vn:8443', 'https://*.gialai.gov.vn:8443'],
    ['https://cong-noi-bo:65535', 'https://cong-noi-bo:65535'],
    ['http://localhost:8000', 'http://localhost:8000'],
    ['http://127.0.0.1', 'http://127.0.0.1'],
    ['http://gialai.gov.vn', null],
    ['gialai.gov.vn', null],
    ['https://*', null],
    ['https://*.vn', null],
    ['https://*gialai.gov.vn', null],
    ['https://gialai.gov.vn/tin', null],
    ['https://gialai.gov.vn:65536', null],
    ['https://gialai.gov.vn:0', null],
    ['https://gialai.gov.vn; script-src *', null],
    ['https://ai@gialai.gov.vn', null],
    ['https://cổng.gov.vn', null],
    [`https://${'a'.repeat(64)}.vn`, null],
    [`https://${'a.'.repeat(100)}vn`, null],
    ['javascript:alert(1)', null],
  ])('%s', (text, written) => {
    expect(originOf(text)).toBe(written)
  })

  test('stands on a line of its own; what is none is named as it was typed', () => {
    expect(readOrigins('https://a.vn\n\n https://A.vn/ , http://b.vn\nc.vn')).toEqual({
      origins: ['https://a.vn'],
      wrong: ['http://b.vn', 'c.vn'],
    })
    expect(readOrigins('  \n')).toEqual({ origins: [], wrong: [] })
  })
})

describe('the code to paste', () => {
  const shown = { base: 'https://tienglang.example', commune: '23798', kind: 'outcomes', lang: 'vi' } as const
  /** Parsed, and nothing in it loaded. */
  const parsed = (html: string) => {
    const template = document.createElement('template')
    template.innerHTML = html
    return template.content
  }

  test('a frame for this portal', () => {
    const title = 'Tin của xã "Ayun" <b>&'
    const frame = parsed(frameCode({ ...shown, portal: 'p-1', title })).querySelector('iframe')
    expect(frame?.getAttribute('src')).toBe(
      'https://tienglang.example/embed/communes/23798?kind=outcomes&limit=5&lang=vi&portal=p-1',
    )
    expect(frame?.title).toBe(title)
  })

  test('a web component', () => {
    const page = parsed(componentCode(shown))
    expect(page.querySelector('script')?.getAttribute('src')).toBe('https://tienglang.example/widgets/tieng-lang.js')
    const feed = page.querySelector('tieng-lang-feed')
    expect([feed?.getAttribute('src'), feed?.getAttribute('commune'), feed?.getAttribute('kind')]).toEqual([
      'https://tienglang.example',
      '23798',
      'outcomes',
    ])
  })
})
