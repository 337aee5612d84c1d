import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { draftsOf, pruneDrafts } from '../../../src/apps/console/lib/drafts.ts'
import { pressed, type Shortcut } from '../../../src/apps/console/lib/keys.svelte.ts'
import { fromField, toField } from '../../../src/apps/console/lib/local-time.ts'
import { match } from '../../../src/apps/console/lib/match.ts'
import { anythingWaiting, deferred, sendAllNow, toasts, undoLast } from '../../../src/apps/console/lib/toasts.svelte.ts'
import { metadata, purposeOf, upload } from '../../../src/apps/console/lib/upload.ts'
import { server } from '../server.ts'

beforeEach(() => localStorage.clear())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('addresses', () => {
  test('give their parameters, or do not fit', () => {
    expect(match('/console/cases/:id', '/console/cases/c%201/')).toEqual({ id: 'c 1' })
    expect(match('/console/cases/:id', '/console/cases')).toBeNull()
    expect(match('/console/cases', '/console/articles')).toBeNull()
    expect(match('/x/:id', '/x/%E0%A4%A')).toEqual({ id: '%E0%A4%A' })
  })
})

describe('drafts', () => {
  test('belong to one person and one thing, and survive', () => {
    draftsOf('hoa', 'case:1').keep('reply', 'Đã nhận')
    expect(draftsOf('hoa', 'case:1').read('reply')).toBe('Đã nhận')
    expect(draftsOf('binh', 'case:1').read('reply')).toBeUndefined()
    expect(draftsOf('hoa', 'case:2').any()).toBe(false)
  })
  test('an emptied field is no draft', () => {
    const drafts = draftsOf('hoa', 'case:1')
    drafts.keep('reply', 'x')
    drafts.keep('reply', '')
    expect(drafts.any()).toBe(false)
  })
  test('a full store gives up the oldest draft, not the newest words', () => {
    vi.useFakeTimers({ now: 1000 })
    draftsOf('hoa', 'case:old').keep('reply', 'cũ')
    vi.setSystemTime(2000)
    const room = 1
    const full: Storage = Object.create(localStorage, {
      setItem: {
        value: (key: string, text: string) => {
          if (Object.keys(localStorage).filter((other) => other !== key).length >= room)
            throw new DOMException('full', 'QuotaExceededError')
          localStorage.setItem(key, text)
        },
      },
    })
    const store = new Proxy(localStorage, {
      get: (target, name) =>
        name === 'setItem' ? full.setItem : (Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name)),
    })
    draftsOf('hoa', 'case:new', store).keep('reply', 'mới')
    expect(draftsOf('hoa', 'case:new').read('reply')).toBe('mới')
    expect(draftsOf('hoa', 'case:old').read('reply')).toBeUndefined()
  })
  test('what nobody came back to for a month is gone', () => {
    draftsOf('hoa', 'case:1').keep('reply', 'x')
    pruneDrafts(localStorage, Date.now() + 31 * 86_400_000)
    expect(draftsOf('hoa', 'case:1').any()).toBe(false)
  })
})

describe('keys', () => {
  const press = (key: string, target: Element = document.body, more: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent('keydown', { key, ...more })
    Object.defineProperty(event, 'target', { value: target })
    return event
  }
  const list = (...keys: string[]): Shortcut[] => keys.map((one) => ({ keys: one, label: one, run: () => undefined }))

  test('the newest screen wins over the frame', () => {
    const groups = [{ list: list('j', '?') }, { list: [{ keys: 'j', label: 'mine', run: () => undefined }] }]
    expect(pressed(press('j'), groups)?.label).toBe('mine')
    expect(pressed(press('?'), groups)?.label).toBe('?')
  })
  test('are letters while somebody types, and nothing with Ctrl', () => {
    const groups = [{ list: [...list('j'), { keys: 'Escape', label: 'out', run: () => undefined, everywhere: true }] }]
    const field = document.createElement('textarea')
    expect(pressed(press('j', field), groups)).toBeNull()
    expect(pressed(press('Escape', field), groups)?.label).toBe('out')
    expect(pressed(press('j', document.body, { ctrlKey: true }), groups)).toBeNull()
  })
  test('two in a row', () => {
    const groups = [{ list: list('g i', 'i') }]
    expect(pressed(press('g'), groups)).toBeNull()
    expect(pressed(press('i'), groups)?.keys).toBe('g i')
    expect(pressed(press('i'), groups)?.keys).toBe('i')
  })
})

describe('deeds that wait', () => {
  test('go out by themselves, unless they are taken back', () => {
    vi.useFakeTimers()
    const [run, undone] = [vi.fn(async () => true), vi.fn()]
    deferred('gửi', 8, 'Hoàn tác', run, undone)
    vi.advanceTimersByTime(7900)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(200)
    expect(run).toHaveBeenCalledOnce()
    deferred('gửi', 8, 'Hoàn tác', run, undone)
    expect(undoLast()).toBe(true)
    vi.advanceTimersByTime(9000)
    expect(run).toHaveBeenCalledOnce()
    expect(undone).toHaveBeenCalledOnce()
    expect(toasts.list).toEqual([])
  })
  test('all go out when the page is left', () => {
    vi.useFakeTimers()
    const run = vi.fn(async () => true)
    deferred('một', 8, 'Hoàn tác', run, () => undefined)
    deferred('hai', 8, 'Hoàn tác', run, () => undefined)
    expect(anythingWaiting()).toBe(true)
    sendAllNow()
    expect(run).toHaveBeenCalledTimes(2)
    expect(anythingWaiting()).toBe(false)
  })
})

describe('date fields', () => {
  test("speak the commune's time", () => {
    expect(fromField('2026-11-22T05:30')).toBe('2026-11-21T22:30:00.000Z')
    expect(toField('2026-11-21T22:30:00Z')).toBe('2026-11-22T05:30')
    expect(fromField('')).toBeNull()
    expect(fromField('chưa rõ')).toBeNull()
  })
})

describe('uploads', () => {
  test('names keep their diacritics', () => {
    const [, value = ''] = metadata({ filename: 'ảnh đường.jpg' }).split(' ')
    expect(new TextDecoder().decode(Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0)))).toBe(
      'ảnh đường.jpg',
    )
    expect(purposeOf(new File([], 'IMG_1.HEIC'))).toBe('photo')
    expect(purposeOf(new File([], 'a.pdf', { type: 'application/pdf' }))).toBe('document')
  })
  test('go on where the server stands after a break, and wait until the file is clean', async () => {
    let kept = 0
    let broken = false
    let looks = 0
    const { of } = server({
      'POST /api/v1/uploads': () => ({ status: 201, headers: { Location: '/api/v1/uploads/u1' } }),
      'PATCH /api/v1/uploads/u1': ({ headers, body }) => {
        expect(Number(headers['Upload-Offset'])).toBe(kept)
        if (kept > 0 && !broken) {
          broken = true
          return 'away'
        }
        kept += (body as Blob).size
        return { status: 204 }
      },
      'GET /api/v1/uploads/u1': () => ({
        json: {
          id: 'u1',
          state: kept === 700_000 && looks++ > 0 ? 'clean' : 'processing',
          reason: null,
          kind: 'photo',
          bytes: 700_000,
          offset: kept,
        },
      }),
    })
    const seen: string[] = []
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let done: Awaited<ReturnType<typeof upload>> | undefined
    upload(new File([new Uint8Array(700_000)], 'a.jpg'), 'photo', (_sent, stage) => seen.push(stage)).then((answer) => {
      done = answer
    })
    for (let turn = 0; turn < 50 && !done; turn++) await vi.advanceTimersByTimeAsync(500)
    expect(done?.state).toBe('clean')
    expect(kept).toBe(700_000)
    expect(of('PATCH').length).toBe(3)
    expect(seen.at(-1)).toBe('checking')
  })
})
