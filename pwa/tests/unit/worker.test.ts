import { describe, expect, test, vi } from 'vitest'
import { picture, slice } from '../../src/apps/resident/sw/media.ts'
import { opened, shown } from '../../src/apps/resident/sw/push.ts'
import { isPage } from '../../src/apps/resident/sw/shell.ts'

describe('a saved recording', () => {
  const file = new Blob(['0123456789'], { type: 'audio/mpeg' })

  test.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=5-2', 416, '', 'bytes */10'],
    ['lines=1-2', 200, '0123456789', null],
  ])('answers %s with %i', async (range, status, text, contentRange) => {
    const response = slice(file, range)
    expect(response.status).toBe(status)
    expect(await response.text()).toBe(text)
    expect(response.headers.get('Content-Range')).toBe(contentRange)
  })
})

test('a picture that arrived is shown on a device that is too full to keep it', async () => {
  vi.stubGlobal('fetch', async () => new Response('ảnh'))
  const full = {
    match: async () => undefined,
    put: async () => {
      throw new DOMException('full', 'QuotaExceededError')
    },
  }
  const caches = { open: async () => full } as unknown as CacheStorage
  const response = await picture(caches, new Request('https://lang.vn/media/1.webp'))
  expect(await response.text()).toBe('ảnh')
  vi.unstubAllGlobals()
})

test.each([
  ['/', true],
  ['/c/23798/a/1', true],
  ['/send', true],
  ['/track/GL-7K4M-92QX', true],
  ['/console/cases', false],
  ['/api/docs', false],
  ['/feeds/communes/23798/articles.rss', false],
  ['/settingsx', false],
])('the shell answers %s: %s', (path, expected) => {
  expect(isPage(path)).toBe(expected)
})

describe('a push message', () => {
  const host = () => {
    const client = { url: 'https://lang.vn/c/1', focus: vi.fn(), navigate: vi.fn().mockResolvedValue(null) }
    return {
      client,
      registration: { showNotification: vi.fn().mockResolvedValue(undefined) },
      clients: { matchAll: vi.fn().mockResolvedValue([client]), openWindow: vi.fn() } as unknown as Clients & {
        openWindow: ReturnType<typeof vi.fn>
      },
      location: { origin: 'https://lang.vn' },
    }
  }
  const message = (text: string) => ({ json: () => JSON.parse(text), text: () => text }) as PushMessageData

  test('is shown with its title, language and tag', async () => {
    const here = host()
    await shown(here, message('{"title":"Lũ quét","body":"Lên cao","url":"/c/1/a/2","tag":"a2","lang":"vi"}'))
    expect(here.registration.showNotification).toHaveBeenCalledWith(
      'Lũ quét',
      expect.objectContaining({ body: 'Lên cao', tag: 'a2', lang: 'vi', data: { url: '/c/1/a/2' } }),
    )
  })

  test('that cannot be read still shows something', async () => {
    const here = host()
    await shown(here, message('không phải JSON'))
    await shown(here, null)
    expect(here.registration.showNotification).toHaveBeenCalledTimes(2)
  })

  test('opens its page in the window that is there', async () => {
    const here = host()
    await opened(here, { close: vi.fn(), data: { url: '/c/1/a/2' } } as unknown as Notification)
    expect(here.client.navigate).toHaveBeenCalledWith('https://lang.vn/c/1/a/2')
  })

  test('never leads to somebody else’s address', async () => {
    const here = host()
    await opened(here, { close: vi.fn(), data: { url: 'https://evil.example/x' } } as unknown as Notification)
    expect(here.client.navigate).toHaveBeenCalledWith('https://lang.vn/')
  })
})
