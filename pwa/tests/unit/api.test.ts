import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { freshDevice, server } from './server.ts'

beforeEach(freshDevice)
afterEach(() => vi.unstubAllGlobals())

// biome-ignore lint/suspicious/noDocumentCookie: the app reads this jar
const signIn = () => (document.cookie = 'tl_csrf=secret')

describe('requests', () => {
  test('carry CSRF, If-Match and the idempotency key only where they belong', async () => {
    signIn()
    const { asked } = server({
      'GET /api/v1/me': () => ({}),
      'POST /api/v1/x': () => ({ headers: { ETag: '"8"', Location: '/api/v1/x/1' } }),
    })
    const { get, send } = await import('../../src/core/api.ts')
    await get('/me')
    const answer = await send('POST', '/x', { a: 1 }, { ifMatch: 7, idempotencyKey: 'key' })
    expect(asked[0]?.headers['X-CSRF-Token']).toBeUndefined()
    expect(asked[0]?.headers['X-Device-Token']).toBeUndefined()
    expect(asked[1]?.headers).toMatchObject({
      'X-CSRF-Token': 'secret',
      'If-Match': '"7"',
      'Idempotency-Key': 'key',
      'Content-Type': 'application/json',
    })
    expect(asked[1]?.body).toEqual({ a: 1 })
    expect(answer).toMatchObject({ etag: '"8"', location: '/api/v1/x/1' })
  })

  test('that write say which device they come from, the same one each time', async () => {
    const { asked } = server({ 'POST /api/v1/x': () => ({}) })
    const { send } = await import('../../src/core/api.ts')
    await send('POST', '/x')
    vi.resetModules()
    const again = await import('../../src/core/api.ts')
    await again.send('POST', '/x')
    const [first, second] = asked.map((one) => one.headers['X-Device-Token'])
    expect(first?.length).toBeGreaterThanOrEqual(16)
    expect(second).toBe(first)
  })

  test('leave out empty query values', async () => {
    const { url } = await import('../../src/core/api.ts')
    expect(url('/communes', { q: 'Đak', at: '', province: null, limit: 5 })).toBe('/api/v1/communes?q=%C4%90ak&limit=5')
  })

  test('a problem keeps its code, fields and the wait asked for', async () => {
    server({
      'GET /api/v1/x': () => ({
        status: 429,
        json: { code: 'rate.limited', detail: 'Chậm lại', errors: { a: ['b'] } },
        headers: { 'Retry-After': '12' },
      }),
    })
    const { get, Problem } = await import('../../src/core/api.ts')
    const problem = await get('/x').catch((failure) => failure)
    expect(problem).toBeInstanceOf(Problem)
    expect(problem).toMatchObject({
      status: 429,
      code: 'rate.limited',
      detail: 'Chậm lại',
      errors: { a: ['b'] },
      retryAfter: 12,
    })
  })

  test('no answer is unreachable, not a problem', async () => {
    server({ 'GET /api/v1/x': () => 'away' })
    const { get, Unreachable } = await import('../../src/core/api.ts')
    await expect(get('/x')).rejects.toBeInstanceOf(Unreachable)
  })

  test('a lapsed session is renewed once for all who found it lapsed', async () => {
    signIn()
    let renewed = false
    const { of } = server({
      'GET /api/v1/a': () => (renewed ? {} : { status: 401 }),
      'GET /api/v1/b': () => (renewed ? {} : { status: 401 }),
      'POST /api/v1/auth/refresh': () => {
        renewed = true
        return {}
      },
    })
    const { get } = await import('../../src/core/api.ts')
    await Promise.all([get('/a'), get('/b')])
    expect(of('POST /api/v1/auth/refresh')).toHaveLength(1)
  })

  test('a wrong code at sign-in stays a wrong code', async () => {
    signIn()
    const { asked } = server({
      'POST /api/v1/auth/residents/sign-in': () => ({ status: 401, json: { code: 'auth.bad_code' } }),
    })
    const { send } = await import('../../src/core/api.ts')
    await expect(send('POST', '/auth/residents/sign-in', {})).rejects.toMatchObject({ code: 'auth.bad_code' })
    expect(asked).toHaveLength(1)
  })
})

describe('reads that work offline', () => {
  test('show what was saved, then what is fresh, and ask with the ETag', async () => {
    let title = 'Cũ'
    const { asked } = server({
      'GET /api/v1/articles/1': () => ({ json: { title }, headers: { ETag: `"${title.length}-${title === 'Cũ'}"` } }),
    })
    const { read } = await import('../../src/core/reads.ts')
    const seen: unknown[] = []
    const show = ({ data, fresh }: { data: { title: string }; fresh: boolean }) => seen.push([data.title, fresh])
    await read('/articles/1', show)
    title = 'Mới'
    expect(await read('/articles/1', show)).toBe(true)
    expect(seen).toEqual([
      ['Cũ', true],
      ['Cũ', false],
      ['Mới', true],
    ])
    expect(asked[1]?.headers['If-None-Match']).toBe('"2-true"')
  })

  test('a 304 keeps the saved answer and makes it fresh', async () => {
    let first = true
    server({
      'GET /api/v1/x': () => {
        const reply = first ? { json: { n: 1 }, headers: { ETag: '"1"' } } : { status: 304 }
        first = false
        return reply
      },
    })
    const { read } = await import('../../src/core/reads.ts')
    const seen: unknown[] = []
    await read('/x', () => undefined)
    await read('/x', ({ data, fresh }) => seen.push([data, fresh]))
    expect(seen).toEqual([
      [{ n: 1 }, false],
      [{ n: 1 }, true],
    ])
  })

  test('without a network the saved answer stands, and says it is not fresh', async () => {
    let away = false
    server({ 'GET /api/v1/x': () => (away ? 'away' : { json: { n: 1 } }) })
    const { read } = await import('../../src/core/reads.ts')
    await read('/x', () => undefined)
    away = true
    const seen: boolean[] = []
    expect(await read('/x', ({ fresh }) => seen.push(fresh))).toBe(false)
    expect(seen).toEqual([false])
  })

  test('what was withdrawn does not live on in this device', async () => {
    let gone = false
    server({
      'GET /api/v1/articles/1': () =>
        gone ? { status: 410, json: { code: 'articles.withdrawn' } } : { json: { n: 1 } },
    })
    const { read } = await import('../../src/core/reads.ts')
    await read('/articles/1', () => undefined)
    gone = true
    await expect(read('/articles/1', () => undefined)).rejects.toMatchObject({ status: 410 })
    const seen: unknown[] = []
    await read('/articles/1', (one) => seen.push(one)).catch(() => undefined)
    expect(seen).toEqual([])
  })
})
