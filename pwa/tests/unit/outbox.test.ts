/** Lan writes feedback where there is no network; it leaves once, whole, and never under another name. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OutboxItem } from '../../src/core/db.ts'
import { freshDevice, server } from './server.ts'

const RECEIPT = {
  id: 'f1',
  tracking_code: 'GL-7K4M-92QX',
  pin: '271828',
  state: 'received',
  next_step: 'Cán bộ sẽ đọc.',
  due_at: '2026-12-01T10:00:00Z',
  submitted_at: '2026-11-21T10:00:00Z',
  legal_hint: null,
}
const BODY = { kind: 'report', text: 'Đèn đường hỏng', commune: '23798', identity: 'anonymous', consent_version: 1 }
const PHOTO = { name: 'den.jpg', type: 'image/jpeg', bytes: new Uint8Array(600_000).buffer }

beforeEach(async () => {
  await freshDevice()
  vi.stubGlobal('navigator', { ...navigator, locks: undefined, onLine: true })
})
afterEach(() => vi.unstubAllGlobals())

async function start(item: { photos?: (typeof PHOTO)[]; owner?: string | null; body?: Record<string, unknown> } = {}) {
  const outbox = await import('../../src/core/outbox.ts')
  const id = await outbox.add({
    body: { ...BODY, ...item.body },
    commune_name: 'Xã Ayun',
    subject_title: '',
    photos: item.photos ?? [],
    owner: item.owner ?? null,
    replaces: null,
    drafts: [],
  })
  const now = async () => (await outbox.item(id)) as OutboxItem
  return { outbox, id, now }
}

async function codes() {
  const { database } = await import('../../src/core/db.ts')
  return (await database()).getAll('codes')
}

/** A tus server that keeps offsets; `lose` makes it store a chunk and lose the answer. */
function uploads(options: { lose?: number; refuse?: boolean } = {}) {
  const offsets = new Map<string, number>()
  let lose = options.lose ?? 0
  return {
    offsets,
    handlers: {
      'POST /api/v1/uploads': () => {
        if (options.refuse) return { status: 415, json: { code: 'uploads.not_a_photo' } }
        const path = `/api/v1/uploads/u${offsets.size + 1}`
        offsets.set(path, 0)
        return { status: 201, headers: { Location: path } }
      },
      'HEAD /api/v1/uploads/*': ({ path }: { path: string }) => ({
        headers: { 'Upload-Offset': String(offsets.get(path)) },
      }),
      'PATCH /api/v1/uploads/*': ({
        path,
        headers,
        body,
      }: {
        path: string
        headers: Record<string, string>
        body: unknown
      }) => {
        if (Number(headers['Upload-Offset']) !== offsets.get(path))
          return { status: 409, json: { code: 'uploads.offset' } }
        offsets.set(path, (offsets.get(path) ?? 0) + (body as ArrayBuffer).byteLength)
        if (lose-- > 0) return 'away' as const
        return { status: 204, headers: { 'Upload-Offset': String(offsets.get(path)) } }
      },
    },
  }
}

describe('without a network', () => {
  test('it waits, is tried again, and leaves only with its code stored', async () => {
    let away = true
    const { of } = server({ 'POST /api/v1/feedback': () => (away ? 'away' : { status: 201, json: RECEIPT }) })
    const { outbox, id, now } = await start()
    await outbox.pass()
    expect(await now()).toMatchObject({ state: 'waiting', attempts: 1, receipt: null })
    away = false
    await outbox.pass()
    expect(await now()).toMatchObject({ state: 'sent', receipt: { tracking_code: 'GL-7K4M-92QX', pin: '271828' } })
    expect(await codes()).toMatchObject([
      { tracking_code: 'GL-7K4M-92QX', pin: '271828', excerpt: 'Đèn đường hỏng', commune_name: 'Xã Ayun' },
    ])
    const sent = of('POST /api/v1/feedback')
    expect(sent).toHaveLength(2)
    expect(sent.every((one) => one.headers['Idempotency-Key'] === id)).toBe(true)
    expect(sent[0]?.body).toEqual(sent[1]?.body)
  })

  test('one that cannot go does not keep the others from being tried when the network is there', async () => {
    let count = 0
    server({ 'POST /api/v1/feedback': () => (count++ ? { status: 201, json: RECEIPT } : { status: 503 }) })
    const first = await start()
    const second = await start()
    await first.outbox.pass()
    expect((await first.now()).state).toBe('waiting')
    expect((await second.now()).state).toBe('sent')
  })
})

describe('what the server says', () => {
  test('409 with Retry-After: kept, and not tried before', async () => {
    let busy = true
    const { of } = server({
      'POST /api/v1/feedback': () =>
        busy
          ? { status: 409, json: { code: 'idempotency.running' }, headers: { 'Retry-After': '30' } }
          : { status: 201, json: RECEIPT },
    })
    const { outbox, now } = await start()
    const began = Date.now()
    await outbox.pass(began)
    expect(await now()).toMatchObject({ state: 'waiting', not_before: began + 30_000 })
    busy = false
    await outbox.pass(began + 29_000)
    expect(of('POST /api/v1/feedback')).toHaveLength(1)
    await outbox.pass(began + 30_000)
    expect((await now()).state).toBe('sent')
  })

  test('422: stays for the resident to mend, with what was said about it, and is not tried by itself', async () => {
    const { of } = server({
      'POST /api/v1/feedback': () => ({
        status: 422,
        json: { code: 'input.invalid', detail: 'Nội dung quá dài.', errors: { text: ['too_long'] } },
      }),
    })
    const { outbox, now } = await start()
    await outbox.pass()
    await outbox.pass(Date.now() + 3_600_000)
    expect(await now()).toMatchObject({
      state: 'needs_mending',
      problem: { detail: 'Nội dung quá dài.', errors: { text: ['too_long'] } },
    })
    expect(of('POST /api/v1/feedback')).toHaveLength(1)
  })

  test('429 and 500: kept and tried later', async () => {
    const replies = [{ status: 429, headers: { 'Retry-After': '5' } }, { status: 500 }, { status: 201, json: RECEIPT }]
    server({ 'POST /api/v1/feedback': () => replies.shift() ?? 'away' })
    const { outbox, now } = await start()
    const began = Date.now()
    await outbox.pass(began)
    expect((await now()).not_before).toBe(began + 5_000)
    await outbox.pass(began + 5_000)
    expect((await now()).state).toBe('waiting')
    await outbox.pass(began + 60_000)
    expect((await now()).state).toBe('sent')
  })
})

test('hurrying one that has just arrived does not make it wait again', async () => {
  const { of } = server({ 'POST /api/v1/feedback': () => ({ status: 201, json: RECEIPT }) })
  const { outbox, now } = await start()
  const { database } = await import('../../src/core/db.ts')
  const db = await database()
  const sent: OutboxItem = { ...(await now()), state: 'sent', receipt: RECEIPT }
  const pressed = outbox.hurry(sent.id)
  // Another tab stores its receipt right after this one began to look.
  for (let turn = 0; turn < 3; turn += 1) await Promise.resolve()
  await db.put('outbox', sent)
  await pressed
  expect(await now()).toMatchObject({ state: 'sent', receipt: { pin: '271828' } })
  expect(of('POST')).toHaveLength(0)
})

test('an operator’s sign-in page that answers for everybody is no receipt', async () => {
  vi.stubGlobal('fetch', async () => new Response('<html>Wi-Fi</html>', { headers: { 'Content-Type': 'text/html' } }))
  const { outbox, now } = await start()
  await outbox.pass()
  expect(await now()).toMatchObject({ state: 'waiting', receipt: null })
  expect(await codes()).toEqual([])
})

describe('two tabs', () => {
  test('take turns: while one sends, the other leaves it alone', async () => {
    const held = new Set<string>()
    const locks = {
      request: async (name: string, _options: unknown, work: (lock: object | null) => Promise<void>) => {
        if (held.has(name)) return work(null)
        held.add(name)
        await work({})
        held.delete(name)
      },
    }
    vi.stubGlobal('navigator', { ...navigator, locks })
    let finish: (value: unknown) => void = () => {}
    const { of } = server({
      'POST /api/v1/feedback': async () => {
        await new Promise((done) => {
          finish = done
        })
        return { status: 201, json: RECEIPT }
      },
    })
    const { outbox, now } = await start()
    const first = outbox.pass()
    await vi.waitFor(() => expect(of('POST /api/v1/feedback')).toHaveLength(1))
    vi.resetModules()
    const other = await import('../../src/core/outbox.ts')
    await other.pass()
    finish(null)
    await first
    expect(of('POST /api/v1/feedback')).toHaveLength(1)
    expect((await now()).state).toBe('sent')
  })

  test('that both send all the same use one key, so the server keeps one', async () => {
    const seen = new Set<string>()
    server({
      'POST /api/v1/feedback': ({ headers }) => {
        seen.add(headers['Idempotency-Key'] ?? '')
        return { status: 201, json: RECEIPT }
      },
    })
    const { outbox, id } = await start()
    vi.resetModules()
    const other = await import('../../src/core/outbox.ts')
    await Promise.all([outbox.pass(), other.pass()])
    expect([...seen]).toEqual([id])
    expect(await codes()).toHaveLength(1)
  })
})

describe('photos', () => {
  test('are announced, then the text goes with their ids, then the bytes', async () => {
    const tus = uploads()
    const { asked } = server({ ...tus.handlers, 'POST /api/v1/feedback': () => ({ status: 201, json: RECEIPT }) })
    const { outbox, now } = await start({ photos: [PHOTO] })
    await outbox.pass()
    expect(asked.map((one) => one.method)).toEqual(['POST', 'POST', 'HEAD', 'PATCH', 'PATCH', 'PATCH'])
    expect(asked[0]?.headers['Upload-Length']).toBe('600000')
    expect(asked[1]?.body).toMatchObject({ upload_ids: ['u1'] })
    expect(tus.offsets.get('/api/v1/uploads/u1')).toBe(600_000)
    const item = await now()
    expect(item).toMatchObject({ state: 'sent', photos: [{ state: 'sent' }] })
    expect(item.photos[0]?.bytes.byteLength).toBe(0)
  })

  test('go on from where the server is when an answer was lost; the text is not sent again', async () => {
    const tus = uploads({ lose: 1 })
    const { of } = server({ ...tus.handlers, 'POST /api/v1/feedback': () => ({ status: 201, json: RECEIPT }) })
    const { outbox, now } = await start({ photos: [PHOTO] })
    await outbox.pass()
    expect(await now()).toMatchObject({ state: 'sending_photos', receipt: { pin: '271828' } })
    await outbox.pass()
    expect((await now()).state).toBe('sent')
    expect(tus.offsets.get('/api/v1/uploads/u1')).toBe(600_000)
    expect(of('POST /api/v1/feedback')).toHaveLength(1)
    expect(of('POST /api/v1/uploads')).toHaveLength(1)
  })

  test('that the server never takes do not hold back the text', async () => {
    const tus = uploads({ refuse: true })
    const { of } = server({ ...tus.handlers, 'POST /api/v1/feedback': () => ({ status: 201, json: RECEIPT }) })
    const { outbox, now } = await start({ photos: [PHOTO] })
    await outbox.pass()
    expect(await now()).toMatchObject({ state: 'sent', photos: [{ state: 'refused' }] })
    expect(of('POST /api/v1/feedback')[0]?.body).toMatchObject({ upload_ids: [] })
  })
})

describe('photos that the server tidied away while the telephone was offline', () => {
  /** Knows only uploads announced after `forget` was called, as it is after its sweep. */
  function forgetful() {
    const tus = uploads()
    const known = (body: unknown) =>
      (body as { upload_ids: string[] }).upload_ids.every((id) => tus.offsets.has(`/api/v1/uploads/${id}`))
    const forget = () => {
      for (const path of [...tus.offsets.keys()]) {
        tus.offsets.delete(path)
        tus.offsets.set(`${path}-gone`, 0)
      }
    }
    const missing = { status: 404, json: { code: 'uploads.not_found' } } as const
    const head = tus.handlers['HEAD /api/v1/uploads/*']
    return {
      tus,
      forget,
      handlers: {
        ...tus.handlers,
        'HEAD /api/v1/uploads/*': (asked: { path: string }) => (tus.offsets.has(asked.path) ? head(asked) : missing),
        'POST /api/v1/feedback': ({ body }: { body: unknown }) =>
          known(body)
            ? { status: 201, json: RECEIPT }
            : { status: 422, json: { code: 'input.invalid', errors: { upload_ids: ['unknown'] } } },
      },
    }
  }

  test('are announced anew from what is kept here, and the text goes with the new ids under the same key', async () => {
    const { tus, forget, handlers } = forgetful()
    let away = true
    const { of } = server({
      ...handlers,
      'POST /api/v1/feedback': (asked) => (away ? 'away' : handlers['POST /api/v1/feedback'](asked)),
    })
    const { outbox, id, now } = await start({ photos: [PHOTO] })
    await outbox.pass()
    expect((await now()).photos[0]?.url).toBe('/api/v1/uploads/u1')
    forget()
    away = false
    await outbox.pass()
    expect(await now()).toMatchObject({ state: 'sent', photos: [{ state: 'sent' }] })
    const sent = of('POST /api/v1/feedback')
    expect(sent.map((one) => (one.body as { upload_ids: string[] }).upload_ids)).toEqual([['u1'], ['u1'], ['u2']])
    expect(sent.every((one) => one.headers['Idempotency-Key'] === id)).toBe(true)
    expect(tus.offsets.get('/api/v1/uploads/u2')).toBe(600_000)
  })

  test('while their text was there already: they are added to it', async () => {
    const { tus, forget, handlers } = forgetful()
    let away = true
    const { of } = server({
      ...handlers,
      'PATCH /api/v1/uploads/*': (asked) => (away ? 'away' : tus.handlers['PATCH /api/v1/uploads/*'](asked)),
      'POST /api/v1/feedback/GL-7K4M-92QX/attachments': () => ({ status: 201, json: { items: [] } }),
    })
    const { outbox, now } = await start({ photos: [PHOTO] })
    await outbox.pass()
    expect((await now()).state).toBe('sending_photos')
    forget()
    away = false
    await outbox.pass()
    expect(await now()).toMatchObject({ state: 'sent', photos: [{ state: 'sent' }] })
    const added = of('POST /api/v1/feedback/GL-7K4M-92QX/attachments')
    expect(added.map((one) => one.body)).toEqual([{ upload_ids: ['u2'] }])
    expect(added[0]?.headers['X-Feedback-Pin']).toBe('271828')
    expect(tus.offsets.get('/api/v1/uploads/u2')).toBe(600_000)
  })

  test('and the matter is settled by now: the photo is given up, and said so', async () => {
    const { forget, handlers } = forgetful()
    let away = true
    server({
      ...handlers,
      'PATCH /api/v1/uploads/*': () => (away ? 'away' : { status: 500 }),
      'POST /api/v1/feedback/GL-7K4M-92QX/attachments': () => ({ status: 409, json: { code: 'feedback.settled' } }),
    })
    const { outbox, now } = await start({ photos: [PHOTO] })
    await outbox.pass()
    forget()
    away = false
    await outbox.pass()
    expect(await now()).toMatchObject({ state: 'sent', photos: [{ state: 'refused' }] })
  })
})

test('what mends a refused item takes its place, and its draft goes with it, in one write', async () => {
  server({ 'POST /api/v1/feedback': () => ({ status: 422, json: { errors: { text: ['too_long'] } } }) })
  const { outbox, id } = await start()
  await outbox.pass()
  const { database } = await import('../../src/core/db.ts')
  const db = await database()
  await db.put('drafts', { text: 'Đèn hỏng' }, `mend-${id}`)
  const mended = {
    body: { ...BODY, text: 'Đèn hỏng' },
    commune_name: 'Xã Ayun',
    subject_title: '',
    photos: [],
    owner: null,
  }
  const fresh = await outbox.add({ ...mended, replaces: id, drafts: [`mend-${id}`] })
  expect((await outbox.items()).map((one) => [one.id, one.state])).toEqual([[fresh, 'waiting']])
  expect(await db.get('drafts', `mend-${id}`)).toBeUndefined()
})

describe('a named item', () => {
  test('waits for sign-in when the session lapsed and never goes out anonymously', async () => {
    let signedIn = false
    const { of } = server({
      'GET /api/v1/me': () => (signedIn ? { json: { kind: 'resident', resident: { id: 'lan' } } } : { status: 401 }),
      'POST /api/v1/feedback': () => ({ status: 201, json: RECEIPT }),
    })
    const { outbox, now } = await start({ owner: 'lan', body: { identity: 'named' } })
    await outbox.pass()
    expect((await now()).state).toBe('needs_sign_in')
    expect(of('POST /api/v1/feedback')).toHaveLength(0)
    signedIn = true
    await outbox.pass()
    expect((await now()).state).toBe('sent')
  })

  test('does not go out under somebody else’s account either', async () => {
    const { of } = server({
      'GET /api/v1/me': () => ({ json: { kind: 'resident', resident: { id: 'binh' } } }),
      'POST /api/v1/feedback': () => ({ status: 201, json: RECEIPT }),
    })
    const { outbox, now } = await start({ owner: 'lan' })
    await outbox.pass()
    expect((await now()).state).toBe('needs_sign_in')
    expect(of('POST /api/v1/feedback')).toHaveLength(0)
  })

  test('carries the CSRF token of the moment of sending', async () => {
    const { of } = server({ 'POST /api/v1/feedback': () => ({ status: 201, json: RECEIPT }) })
    const { outbox } = await start()
    // biome-ignore lint/suspicious/noDocumentCookie: the app reads this jar
    document.cookie = 'tl_csrf=fresh'
    await outbox.pass()
    expect(of('POST /api/v1/feedback')[0]?.headers['X-CSRF-Token']).toBe('fresh')
  })
})

test('consent is to the notice in force when none was known while writing', async () => {
  const { of } = server({
    'GET /api/v1/privacy-notice': () => ({ json: { version: 3 } }),
    'POST /api/v1/feedback': () => ({ status: 201, json: RECEIPT }),
  })
  const { outbox } = await start({ body: { consent_version: undefined } })
  await outbox.pass()
  expect(of('POST /api/v1/feedback')[0]?.body).toMatchObject({ consent_version: 3 })
})

test('a device that is erased keeps nothing', async () => {
  server({ 'POST /api/v1/feedback': () => ({ status: 201, json: RECEIPT }) })
  const { outbox } = await start()
  await outbox.pass()
  const { eraseDevice } = await import('../../src/core/db.ts')
  await eraseDevice()
  expect(await codes()).toEqual([])
  expect(await outbox.items()).toEqual([])
})
