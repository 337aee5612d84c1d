/** Lan erases what is known of her: what fails is said and can be tried again, and what was done is not done twice. */
import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import reading from '../../src/apps/resident/i18n/vi.reading.ts'
import settings from '../../src/apps/resident/i18n/vi.settings.ts'
import first from '../../src/apps/resident/i18n/vi.ts'
import writing from '../../src/apps/resident/i18n/vi.writing.ts'
import { session } from '../../src/apps/resident/session.svelte.ts'
import Erase from '../../src/apps/resident/settings/Erase.svelte'
import { database, eraseDevice } from '../../src/core/db.ts'
import { useCatalogue } from '../../src/core/i18n.ts'
import { writeCookie } from '../../src/core/text.ts'
import { server } from './server.ts'

const words: Record<string, string> = { ...first, ...reading, ...writing, ...settings }

const code = (tracking_code: string) => ({
  tracking_code,
  pin: '271828',
  state: 'received',
  next_step: '',
  due_at: null,
  submitted_at: '2026-11-21T10:00:00Z',
  legal_hint: null,
  kind: 'report',
  excerpt: 'Đèn đường hỏng',
  commune: '23798',
  commune_name: 'Xã Ayun',
})

beforeAll(() => useCatalogue('vi', words))
beforeEach(eraseDevice)
afterEach(() => {
  cleanup()
  writeCookie('tl_csrf', '', -1)
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

async function show(...codes: string[]) {
  const db = await database()
  for (const one of codes) await db.put('codes', code(one))
  render(Erase)
  return db
}

/** Opens the question, and returns its button. */
async function asked(what: string) {
  const name = words[what] as string
  await fireEvent.click(await screen.findByRole('button', { name }))
  const dialog = await screen.findByRole('dialog')
  return within(dialog).getByRole('button', { name })
}

test('on the server: the account first, and trying again goes on with the codes that are left', async () => {
  let full = true
  const { asked: requests, of } = server({
    'GET /api/v1/me': () => ({ json: { kind: 'resident', resident: { id: 'lan' } } }),
    'DELETE /api/v1/me': () => ({ status: 204 }),
    'POST /api/v1/feedback/GL-1/erase-contact': () => ({ status: 204 }),
    'POST /api/v1/feedback/GL-2/erase-contact': () => (full ? { status: 429 } : { status: 204 }),
  })
  writeCookie('tl_csrf', 'one', 1)
  const db = await show('GL-1', 'GL-2')
  await vi.waitFor(() => expect(session.resident?.id).toBe('lan'))
  const button = await asked('settings.erase_server')
  await fireEvent.click(button)
  await screen.findByRole('alert')
  expect(requests.filter((one) => one.method !== 'GET').map((one) => one.path)).toEqual([
    '/api/v1/me',
    '/api/v1/feedback/GL-1/erase-contact',
    '/api/v1/feedback/GL-2/erase-contact',
  ])
  full = false
  await fireEvent.click(button)
  await screen.findByText(words['settings.erased_server'] as string)
  expect(of('DELETE /api/v1/me')).toHaveLength(1)
  expect(of('POST /api/v1/feedback/GL-1')).toHaveLength(1)
  expect((await db.getAll('codes')).map((one) => one.nameless)).toEqual([true, true])
})

test('on this device: storage that cannot be erased is said, and the button can be pressed again', async () => {
  server({})
  await show()
  vi.spyOn(indexedDB, 'deleteDatabase').mockImplementation(() => {
    throw new DOMException('refused', 'UnknownError')
  })
  const button = await asked('settings.erase_device')
  await fireEvent.click(button)
  expect((await screen.findByRole('alert')).textContent).toBe(words['problem.unknown'])
  expect(button.hasAttribute('aria-disabled')).toBe(false)
})

test('on this device: the subscription to messages ends in the browser too, even where the server cannot be told', async () => {
  server({ 'DELETE /api/v1/push/subscriptions/s1': () => 'away' })
  const db = await show()
  await db.put('settings', { id: 's1', token: 'x', communes: [], topics: [], told: 0 }, 'push')
  const unsubscribe = vi.fn().mockResolvedValue(true)
  const registration = { pushManager: { getSubscription: async () => ({ unsubscribe }) } }
  vi.stubGlobal('navigator', { ...navigator, serviceWorker: { getRegistration: async () => registration } })
  const left = vi.spyOn(location, 'assign').mockImplementation(() => undefined)
  await fireEvent.click(await asked('settings.erase_device'))
  await vi.waitFor(() => expect(left).toHaveBeenCalledWith('/'))
  expect(unsubscribe).toHaveBeenCalledOnce()
})
