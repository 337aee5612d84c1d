/** Office machines are shared: what one person leaves unfinished is not the next one's to read. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { send } from '../../../src/apps/console/lib/call.ts'
import { draftsOf, dropDrafts } from '../../../src/apps/console/lib/drafts.ts'
import { leave } from '../../../src/apps/console/lib/leave.ts'
import { loadMe, session, signedIn } from '../../../src/apps/console/lib/session.svelte.ts'
import { deferred, toasts } from '../../../src/apps/console/lib/toasts.svelte.ts'
import { server } from '../server.ts'

const staff = (id: string) => ({ id, name: id, username: id, language: 'vi', grants: [], permissions: [] })

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  session.me = null
  session.status = 'asking'
  session.expired = false
  toasts.list = []
  // biome-ignore lint/suspicious/noDocumentCookie: what is under test reads this jar
  document.cookie = 'tl_csrf=c'
})
afterEach(() => vi.unstubAllGlobals())

test('signing out takes every unfinished word off the machine', async () => {
  const network = server({ 'POST /api/v1/auth/sign-out': () => ({ status: 204 }) })
  vi.stubGlobal('location', { ...location, href: location.href, assign: vi.fn() })
  draftsOf('hoa', 'case:1').keep('move-reply', { text: 'Xã đã nhận.' })
  draftsOf('hoa', 'article:new').keep('content', { title: 'Lịch tiêm' })
  localStorage.setItem('tl_theme', 'dark')
  await leave()
  expect(network.of('POST /api/v1/auth/sign-out')).toHaveLength(1)
  expect(Object.keys(localStorage).filter((key) => key.startsWith('tl_draft:'))).toEqual([])
  expect(localStorage.getItem('tl_theme')).toBe('dark')
})

test('when another person signs in, the drafts of whoever was here before go; their own stay', async () => {
  draftsOf('hoa', 'case:1').keep('move-reply', 'của Hoa')
  draftsOf('binh', 'case:1').keep('move-reply', 'của Bình')
  server({ 'GET /api/v1/me': () => ({ json: { kind: 'staff', staff: staff('binh') } }) })
  await loadMe()
  expect(session.me?.id).toBe('binh')
  expect(draftsOf('hoa', 'case:1').any()).toBe(false)
  expect(draftsOf('binh', 'case:1').read('move-reply')).toBe('của Bình')
})

test('a session that ran out and came back keeps what was being written', async () => {
  draftsOf('hoa', 'case:1').keep('move-reply', 'đang viết')
  server({ 'GET /api/v1/me': () => ({ json: { kind: 'staff', staff: staff('hoa') } }) })
  await loadMe()
  await loadMe()
  expect(draftsOf('hoa', 'case:1').read('move-reply')).toBe('đang viết')
})

test('one person whose name begins like another one is another person', () => {
  draftsOf('hoa', 'case:1').keep('x', 'a')
  draftsOf('hoa2', 'case:1').keep('x', 'b')
  dropDrafts({ but: 'hoa' })
  expect(draftsOf('hoa', 'case:1').any()).toBe(true)
  expect(draftsOf('hoa2', 'case:1').any()).toBe(false)
})

/** Hoa works, her session has run out, and a request of hers waits for the password. */
async function expired() {
  const who = { me: 'hoa', over: true }
  const network = server({
    'GET /api/v1/me': () => ({ json: { kind: 'staff', staff: staff(who.me) } }),
    'POST /api/v1/cases/1/notes': () =>
      who.over ? { status: 401, json: { code: 'http.unauthorized' } } : { status: 204 },
  })
  const reload = vi.fn()
  vi.stubGlobal('location', { ...location, href: location.href, reload })
  await loadMe()
  const written = send('POST', '/cases/1/notes', { text: 'của Hoa' }).then(
    () => 'sent',
    () => 'refused',
  )
  await vi.waitFor(() => expect(session.expired).toBe(true))
  who.over = false
  return { who, network, reload, written }
}

test('whoever signs in again over the page goes on where they were', async () => {
  const { network, reload, written } = await expired()
  await signedIn()
  expect(await written).toBe('sent')
  expect(network.of('POST /api/v1/cases')).toHaveLength(2)
  expect([reload.mock.calls.length, session.expired]).toEqual([0, false])
})

test('what waited for one person never goes out in the name of the next', async () => {
  const { who, network, reload, written } = await expired()
  const deed = vi.fn(async () => true)
  deferred('gửi', 8, 'Hoàn tác', deed, () => undefined)
  who.me = 'binh'
  await signedIn()
  expect(await written).toBe('refused')
  expect(network.of('POST /api/v1/cases')).toHaveLength(1)
  expect([reload.mock.calls.length, toasts.list, deed.mock.calls.length]).toEqual([1, [], 0])
})

test('signing out waits for what was pressed, and does not happen when that fails', async () => {
  const network = server({ 'POST /api/v1/auth/sign-out': () => ({ status: 204 }) })
  vi.stubGlobal('location', { ...location, href: location.href, assign: vi.fn() })
  draftsOf('hoa', 'case:1').keep('move-reply', 'đang gửi')
  const answers: ((taken: boolean) => void)[] = []
  const deed = () => new Promise<boolean>((resolve) => answers.push(resolve))
  deferred('gửi', 8, 'Hoàn tác', deed, () => undefined)
  const first = leave()
  expect(answers).toHaveLength(1)
  answers[0]?.(false)
  await first
  expect(network.asked).toEqual([])
  expect(draftsOf('hoa', 'case:1').any()).toBe(true)
  deferred('gửi', 8, 'Hoàn tác', deed, () => undefined)
  const second = leave()
  expect(network.asked).toEqual([])
  answers[1]?.(true)
  await second
  expect(network.of('POST /api/v1/auth/sign-out')).toHaveLength(1)
})
