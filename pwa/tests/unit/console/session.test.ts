/** Office machines are shared: what one person leaves unfinished is not the next one's to read. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { draftsOf, dropDrafts } from '../../../src/apps/console/lib/drafts.ts'
import { leave } from '../../../src/apps/console/lib/leave.ts'
import { loadMe, session } from '../../../src/apps/console/lib/session.svelte.ts'
import { server } from '../server.ts'

const staff = (id: string) => ({ id, name: id, username: id, language: 'vi', grants: [], permissions: [] })

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  session.me = null
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
