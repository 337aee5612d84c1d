/** Talks to /api/v1: typed get and send, problem details as errors, CSRF, ETag, If-Match, Idempotency-Key. */
import { language } from './i18n.ts'
import { deviceToken, readCookie } from './text.ts'

export const API = '/api/v1'

export type FieldErrors = Record<string, string[]>

/** The server said no (RFC 9457). `code` is stable, `detail` is already in the reader's language. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: FieldErrors = {},
    /** Seconds the server asks us to wait, or null. */
    readonly retryAfter: number | null = null,
    readonly title = '',
    /** Where a commune that was reorganised lives on. */
    readonly successors: { code: string; name: string }[] = [],
  ) {
    super(`${status} ${code}`)
    this.name = 'Problem'
  }

  /** Title and detail in the reader's language, as one message; empty when the server said nothing. */
  get said(): string {
    return [this.title, this.detail].filter(Boolean).join('. ')
  }
}

/** No answer came at all: no network, or the server cannot be reached. */
export class Unreachable extends Error {
  constructor(cause?: unknown) {
    super('unreachable', { cause })
    this.name = 'Unreachable'
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>

export type Answer<T> = {
  status: number
  data: T
  /** The version to send back as If-Match; null when the answer carries none. */
  etag: string | null
  location: string | null
  headers: Headers
}

export type SendOptions = {
  query?: Query
  ifMatch?: string | number
  idempotencyKey?: string
  headers?: Record<string, string>
  signal?: AbortSignal
  /** Milliseconds before an unanswered request counts as unreachable; default 30 000. */
  timeout?: number
}

export function url(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()
  return (path.startsWith('/api') ? path : API + path) + (search ? `?${search}` : '')
}

export async function get<T>(path: string, options: SendOptions = {}): Promise<T> {
  return (await request<T>('GET', path, undefined, options)).data
}

export async function send<T>(
  method: string,
  path: string,
  body?: unknown,
  options: SendOptions = {},
): Promise<Answer<T>> {
  return request<T>(method, path, body, options)
}

/** Any method. A 304 answers with `data` undefined. Throws Problem or Unreachable. */
export async function request<T>(
  method: string,
  path: string,
  body: unknown,
  options: SendOptions,
): Promise<Answer<T>> {
  let response = await attempt(method, path, body, options)
  if (response.status === 401 && mayRenew(path)) {
    if (await renewSession()) response = await attempt(method, path, body, options)
  }
  if (!response.ok && response.status !== 304) throw await problemFrom(response)
  return {
    status: response.status,
    data: (await parsed(response)) as T,
    etag: response.headers.get('ETag'),
    location: response.headers.get('Location'),
    headers: response.headers,
  }
}

async function attempt(method: string, path: string, body: unknown, options: SendOptions): Promise<Response> {
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'Accept-Language': language(),
    ...options.headers,
  }
  const csrf = readCookie('tl_csrf')
  if (csrf && method !== 'GET') headers['X-CSRF-Token'] = csrf
  // Thousands share an address here (carrier NAT): what writes is counted by device, not by network.
  const device = method === 'GET' ? '' : deviceToken()
  if (device) headers['X-Device-Token'] = device
  if (options.ifMatch !== undefined) headers['If-Match'] = quoted(options.ifMatch)
  if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey
  const raw = body instanceof ArrayBuffer || body instanceof Blob || body instanceof Uint8Array
  if (body !== undefined && !raw) headers['Content-Type'] = 'application/json'
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), options.timeout ?? 30_000)
  const stop = () => patience.abort()
  options.signal?.addEventListener('abort', stop)
  try {
    return await fetch(url(path, options.query), {
      method,
      headers,
      body: body === undefined ? undefined : raw ? (body as BodyInit) : JSON.stringify(body),
      credentials: 'same-origin',
      signal: patience.signal,
    })
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new Unreachable(cause)
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', stop)
  }
}

const quoted = (tag: string | number) => (/^(W\/)?"/.test(String(tag)) ? String(tag) : `"${tag}"`)

async function parsed(response: Response): Promise<unknown> {
  const text = response.status === 304 ? '' : await response.text()
  if (!text) return undefined
  if (/json/.test(response.headers.get('Content-Type') ?? '')) return JSON.parse(text)
  // A café's or an operator's sign-in page answers 200 for everybody: that is not our server.
  if (response.ok) throw new Unreachable('not our server')
  return undefined
}

export async function problemFrom(response: Response): Promise<Problem> {
  const body = (await parsed(response).catch(() => undefined)) as
    | {
        code?: string
        detail?: string
        title?: string
        errors?: FieldErrors
        successors?: { code: string; name: string }[]
      }
    | undefined
  return new Problem(
    response.status,
    body?.code ?? `http.${response.status}`,
    body?.detail ?? '',
    body?.errors ?? {},
    retryAfter(response.headers.get('Retry-After')),
    body?.title,
    body?.successors,
  )
}

function retryAfter(header: string | null): number | null {
  if (!header) return null
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds)
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, Math.round((at - Date.now()) / 1000))
}

/** Only someone who once signed in has something to renew; a wrong password or code must stay a wrong one. */
const mayRenew = (path: string) => !path.startsWith('/auth/') && readCookie('tl_csrf') !== ''

let renewing: Promise<boolean> | null = null

/** One renewal at a time, whatever number of requests found the session run out. */
function renewSession(): Promise<boolean> {
  renewing ??= attempt('POST', '/auth/refresh', undefined, {})
    .then((response) => response.ok)
    .catch(() => false)
    .finally(() => {
      renewing = null
    })
  return renewing
}
