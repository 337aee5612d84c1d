/** Recordings saved on purpose for listening without a network: the file in the cache the worker answers from. */
import { type Download, database } from './db.ts'

const CACHE = 'tl-audio'

type Wanted = Omit<Download, 'saved_at'>

/** Fetches the whole file (past the HTTP cache, which may hold a part), tells the percentage, keeps it. */
export async function keep(wanted: Wanted, tell: (percent: number) => void): Promise<Download> {
  const response = await fetch(wanted.url, { cache: 'reload' })
  if (response.status !== 200 || !response.body) throw new Error(`download ${response.status}`)
  const total = Number(response.headers.get('Content-Length')) || wanted.bytes
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let done = 0
  const reader = response.body.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value)
    done += part.value.byteLength
    tell(Math.min(99, Math.floor((done / total) * 100)))
  }
  const type = response.headers.get('Content-Type') ?? 'audio/mpeg'
  const whole = new Response(new Blob(chunks, { type }), {
    headers: { 'Content-Type': type, 'Content-Length': String(done) },
  })
  await (await caches.open(CACHE)).put(wanted.url, whole)
  await navigator.storage?.persist?.().catch(() => false)
  const saved = { ...wanted, bytes: done, saved_at: new Date().toISOString() }
  await (await database()).put('downloads', saved)
  return saved
}

export async function unkeep({ id, url }: Download): Promise<void> {
  await (await caches.open(CACHE)).delete(url)
  await (await database()).delete('downloads', id)
}
