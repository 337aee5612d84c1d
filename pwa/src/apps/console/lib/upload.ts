/** Sends one file by tus 1.0 in pieces, goes on after a broken connection, and waits until the server found it clean. */
import type { Schemas } from '../../../core/schema.d.ts'
import { API, get, Problem, send, Unreachable } from './call.ts'

export type Uploaded = Schemas['Upload']
export type Purpose = Uploaded['kind']
export type Progress = (sent: number, stage: 'sending' | 'checking') => void

const CHUNK = 512 * 1024
const TUS = { 'Tus-Resumable': '1.0.0' }
const TRIES = 5

export const purposeOf = (file: File): Purpose =>
  file.type.startsWith('image/') || /\.hei[cf]$/i.test(file.name)
    ? 'photo'
    : file.type.startsWith('audio/')
      ? 'audio'
      : 'document'

/** Metadata values are base64 of UTF-8, so that "ảnh đường.jpg" survives. */
export function metadata(entries: Record<string, string>): string {
  const encode = (value: string) => btoa(String.fromCharCode(...new TextEncoder().encode(value)))
  return Object.entries(entries)
    .filter(([, value]) => value)
    .map(([key, value]) => `${key} ${encode(value)}`)
    .join(',')
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Resolves with the finished upload, clean or rejected; throws Problem or Unreachable when it cannot be sent. */
export async function upload(
  file: File,
  purpose: Purpose,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Uploaded> {
  const made = await send('POST', '/uploads', undefined, {
    headers: {
      ...TUS,
      'Upload-Length': String(file.size),
      'Upload-Metadata': metadata({ filename: file.name.slice(0, 150), filetype: file.type, purpose }),
    },
    signal,
  })
  const path = pathOf(made.location ?? '')
  await sendAll(file, path, progress, signal)
  progress(file.size, 'checking')
  return finished(path, signal)
}

const pathOf = (location: string) => new URL(location, globalThis.location.href).pathname.replace(API, '')

async function sendAll(file: File, path: string, progress: Progress, signal?: AbortSignal): Promise<void> {
  let offset = 0
  let failures = 0
  while (offset < file.size) {
    progress(offset, 'sending')
    try {
      const piece = file.slice(offset, offset + CHUNK)
      const headers = { ...TUS, 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' }
      await send('PATCH', path, new Blob([await piece.arrayBuffer()]), { headers, signal, timeout: 120_000 })
      offset += piece.size
      failures = 0
    } catch (problem) {
      const again =
        problem instanceof Unreachable || (problem instanceof Problem && [409, 423, 429, 503].includes(problem.status))
      failures += 1
      if (!again || failures > TRIES || signal?.aborted) throw problem
      const wait = problem instanceof Problem && problem.retryAfter ? problem.retryAfter * 1000 : 800 * 2 ** failures
      await pause(wait)
      offset = await offsetOf(path).catch(() => offset)
    }
  }
}

async function offsetOf(path: string): Promise<number> {
  return (await get<Uploaded>(path)).offset
}

async function finished(path: string, signal?: AbortSignal): Promise<Uploaded> {
  for (let wait = 400; ; wait = Math.min(wait * 1.4, 4000)) {
    const now = await get<Uploaded>(path, { signal })
    if (now.state === 'clean' || now.state === 'rejected') return now
    await pause(wait)
    if (signal?.aborted) throw new Unreachable()
  }
}
