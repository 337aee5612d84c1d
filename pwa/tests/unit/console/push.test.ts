/** Push on this browser: every state a person can meet, and a machine that others use too. */
import { cleanup, fireEvent, render, screen } from '@testing-library/svelte'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import Notifications from '../../../src/apps/console/account/Notifications.svelte'
import catalogue from '../../../src/apps/console/i18n/vi.json'
import { endForeignPush } from '../../../src/apps/console/lib/push.ts'
import { session } from '../../../src/apps/console/lib/session.svelte.ts'
import type { Me } from '../../../src/apps/console/types.ts'
import { useCatalogue } from '../../../src/core/i18n.ts'
import { server } from '../server.ts'

const KEPT = 'tl_console_push'
const keep = (owner: string) => localStorage.setItem(KEPT, JSON.stringify({ id: 's1', token: 'secret', owner }))

type Browser = {
  permission?: NotificationPermission
  answer?: NotificationPermission
  subscribe?: () => Promise<unknown>
}

/** A browser that knows push, with this answer to the question for permission. */
function browser({ permission = 'default', answer = 'granted', subscribe }: Browser = {}) {
  const notification = { permission, requestPermission: vi.fn(async () => (notification.permission = answer)) }
  const subscribed = vi.fn(
    subscribe ??
      (async () => ({ toJSON: () => ({ endpoint: 'https://push.example/1', keys: { p256dh: 'p', auth: 'a' } }) })),
  )
  vi.stubGlobal('Notification', notification)
  vi.stubGlobal('PushManager', class {})
  const registration = { pushManager: { subscribe: subscribed } }
  Object.defineProperty(navigator, 'serviceWorker', {
    configurable: true,
    value: { getRegistration: async () => undefined, register: async () => registration },
  })
  return { notification, subscribed }
}

beforeEach(() => {
  localStorage.clear()
  useCatalogue('vi', catalogue)
  session.me = { id: 'hoa' } as Me
})
afterEach(() => {
  cleanup()
  Reflect.deleteProperty(navigator, 'serviceWorker')
  vi.unstubAllGlobals()
})

const press = (name: string) => fireEvent.click(screen.getByRole('button', { name: new RegExp(name) }))

describe('notifications on this browser', () => {
  test('a browser that cannot is told so, without a button', () => {
    render(Notifications)
    expect(screen.getByText(catalogue['push.unable'])).toBeTruthy()
    expect(screen.queryByRole('button')).toBeNull()
  })

  test('a browser that was told no says where to allow it', () => {
    browser({ permission: 'denied' })
    render(Notifications)
    expect(screen.getByText(catalogue['push.denied'])).toBeTruthy()
    expect(screen.queryByRole('button')).toBeNull()
  })

  test('turned on, the registration is sent and remembered for this person', async () => {
    const { subscribed } = browser()
    const network = server({
      'GET /api/v1/push/vapid-key': () => ({ json: { key: 'AQID_-8' } }),
      'POST /api/v1/push/subscriptions': () => ({ status: 201, json: { id: 's1', token: 'secret' } }),
    })
    render(Notifications)
    await press('Bật thông báo')
    await screen.findByText(catalogue['push.is_on'])
    expect(subscribed).toHaveBeenCalledWith({
      userVisibleOnly: true,
      applicationServerKey: Uint8Array.from([1, 2, 3, 255, 239]),
    })
    expect(network.of('POST')[0]?.body).toMatchObject({ kind: 'webpush', endpoint: 'https://push.example/1' })
    expect(JSON.parse(localStorage.getItem(KEPT) ?? '')).toEqual({ id: 's1', token: 'secret', owner: 'hoa' })
  })

  test('a no to the question is a state, not an error', async () => {
    browser({ answer: 'denied' })
    const network = server({})
    render(Notifications)
    await press('Bật thông báo')
    await screen.findByText(catalogue['push.denied'])
    expect(screen.queryByRole('alert')).toBeNull()
    expect(network.asked).toEqual([])
  })

  test('without a key on the server the browser is not asked to subscribe', async () => {
    const { subscribed } = browser()
    server({ 'GET /api/v1/push/vapid-key': () => ({ status: 503, json: { code: 'push.no_key' } }) })
    render(Notifications)
    await press('Bật thông báo')
    await screen.findByRole('alert')
    expect(subscribed).not.toHaveBeenCalled()
    expect(screen.getByText(catalogue['push.is_off'])).toBeTruthy()
  })

  test('a network that blocks push services is named as such', async () => {
    browser({ subscribe: () => Promise.reject(new DOMException('no', 'AbortError')) })
    server({ 'GET /api/v1/push/vapid-key': () => ({ json: { key: 'AQID' } }) })
    render(Notifications)
    await press('Bật thông báo')
    expect((await screen.findByRole('alert')).textContent).toBe(catalogue['push.failed'])
  })

  test('turned off, the server forgets it; one it no longer knows is off too', async () => {
    browser({ permission: 'granted' })
    keep('hoa')
    const network = server({ 'DELETE /api/v1/push/subscriptions/s1': () => ({ status: 404, json: { code: 'x' } }) })
    render(Notifications)
    await press('Tắt thông báo')
    await screen.findByText(catalogue['push.is_off'])
    expect(network.of('DELETE')[0]?.headers['X-Subscription-Token']).toBe('secret')
    expect(localStorage.getItem(KEPT)).toBeNull()
  })

  test("another person's registration is not shown as one's own, and ends", async () => {
    browser({ permission: 'granted' })
    keep('binh')
    const network = server({ 'DELETE /api/v1/push/subscriptions/s1': () => ({ status: 204 }) })
    render(Notifications)
    expect(screen.getByText(catalogue['push.is_off'])).toBeTruthy()
    await endForeignPush()
    expect(network.of('DELETE')).toHaveLength(1)
    expect(localStorage.getItem(KEPT)).toBeNull()
  })
})
