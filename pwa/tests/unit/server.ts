/** Stands in for the network in unit tests: answers by method and path, and remembers what was asked. */
import { vi } from 'vitest'

export type Asked = { method: string; path: string; headers: Record<string, string>; body: unknown }
type Reply = { status?: number; json?: unknown; headers?: Record<string, string> } | 'away'
type Handler = (asked: Asked) => Reply | Promise<Reply>

export function server(handlers: Record<string, Handler>) {
  const asked: Asked[] = []
  const fetching = vi.fn(async (path: string, init: RequestInit = {}) => {
    const method = init.method ?? 'GET'
    const one: Asked = {
      method,
      path,
      headers: { ...(init.headers as Record<string, string>) },
      body: typeof init.body === 'string' ? JSON.parse(init.body) : init.body,
    }
    asked.push(one)
    const key = Object.keys(handlers).find((pattern) => {
      const [wanted, address = ''] = pattern.split(' ')
      return wanted === method && (path === address || (address.endsWith('*') && path.startsWith(address.slice(0, -1))))
    })
    const reply = key ? await handlers[key]?.(one) : { status: 404, json: { code: 'http.not_found' } }
    if (!reply || reply === 'away') throw new TypeError('Failed to fetch')
    const { status = 200, json, headers = {} } = reply
    const empty = [204, 304].includes(status) || method === 'HEAD'
    return new Response(empty ? null : JSON.stringify(json ?? {}), {
      status,
      headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json', ...headers },
    })
  })
  vi.stubGlobal('fetch', fetching)
  return { asked, of: (start: string) => asked.filter((one) => `${one.method} ${one.path}`.startsWith(start)) }
}

/** A new, empty set of databases, and modules that have not seen the old one. */
export async function freshDevice() {
  vi.resetModules()
  const { IDBFactory } = await import('fake-indexeddb')
  vi.stubGlobal('indexedDB', new IDBFactory())
  // biome-ignore lint/suspicious/noDocumentCookie: what is under test reads this jar
  for (const name of ['tl_csrf', 'tl_lang']) document.cookie = `${name}=; Max-Age=0`
}
