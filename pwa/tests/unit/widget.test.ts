import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { safeUrl } from '../../src/widgets/tieng-lang-feed.ts'

const FEED = {
  version: 'https://jsonfeed.org/version/1.1',
  title: 'Tin xã Ayun',
  home_page_url: 'https://lang.vn/c/23798',
  items: [
    {
      id: '1',
      url: 'https://lang.vn/c/23798/a/1',
      title: 'Lịch <b>tiêm</b>',
      summary: 'Từ 7 giờ',
      date_published: '2026-11-20T18:30:00Z',
    },
    { id: '2', url: 'javascript:alert(1)', title: 'Xấu' },
    { id: '3', url: '/c/23798/a/3', title: 'Ba' },
  ],
}

function place(attributes: string): ShadowRoot {
  document.body.innerHTML = `<tieng-lang-feed ${attributes}></tieng-lang-feed>`
  return document.querySelector('tieng-lang-feed')?.shadowRoot as ShadowRoot
}

beforeAll(() => vi.useRealTimers())
afterEach(() => vi.unstubAllGlobals())

test('reads the feed without cookies and shows it as text', async () => {
  const fetching = vi.fn(async () => new Response(JSON.stringify(FEED)))
  vi.stubGlobal('fetch', fetching)
  const root = place('src="https://lang.vn" commune="23798" limit="2"')
  await vi.waitFor(() => expect(root.querySelectorAll('li')).toHaveLength(2))
  expect(fetching).toHaveBeenCalledWith(
    'https://lang.vn/feeds/communes/23798/articles.json',
    expect.objectContaining({ credentials: 'omit' }),
  )
  expect(root.querySelector('li a')?.textContent).toBe('Lịch <b>tiêm</b>')
  expect(root.querySelector('time')?.textContent).toBe('21/11/2026')
  expect(root.querySelectorAll('a[href^="javascript"]')).toHaveLength(0)
})

test('asks for outcomes of a province, in English', async () => {
  const fetching = vi.fn(async () => new Response(JSON.stringify({ ...FEED, items: [] })))
  vi.stubGlobal('fetch', fetching)
  const root = place('src="https://lang.vn" province="52" kind="outcomes" lang="en"')
  await vi.waitFor(() => expect(root.textContent).toContain('Nothing yet.'))
  expect(fetching).toHaveBeenCalledWith('https://lang.vn/feeds/provinces/52/outcomes.json?lang=en', expect.anything())
})

test('says that it failed and offers another attempt', async () => {
  vi.stubGlobal(
    'fetch',
    vi
      .fn()
      .mockRejectedValueOnce(new TypeError('away'))
      .mockResolvedValue(new Response(JSON.stringify(FEED))),
  )
  const root = place('src="https://lang.vn" commune="23798"')
  await vi.waitFor(() => expect(root.querySelector('[role=alert]')).not.toBeNull())
  root.querySelector('button')?.click()
  await vi.waitFor(() => expect(root.querySelectorAll('li')).toHaveLength(3))
})

test('follows web addresses only', () => {
  expect(safeUrl('/a', 'https://lang.vn')).toBe('https://lang.vn/a')
  expect(safeUrl('data:text/html,x', 'https://lang.vn')).toBe('')
})
