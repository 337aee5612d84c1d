/** Resumable upload (tus 1.0): announce, ask how far it came, send the rest in chunks. */
import { Problem, request } from './api.ts'

const CHUNK = 256 * 1024
const VERSION = { 'Tus-Resumable': '1.0.0' }

export type Uploadable = { name: string; type: string; bytes: ArrayBuffer; url: string | null; offset: number }

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

/** Creates the upload without sending a byte of it; returns its path on the server. */
export async function announce(file: Uploadable, purpose: 'photo' | 'voice' | 'audio' | 'document'): Promise<string> {
  const metadata = { filename: file.name, filetype: file.type, purpose }
  const answer = await request('POST', '/uploads', undefined, {
    headers: {
      ...VERSION,
      'Upload-Length': String(file.bytes.byteLength),
      'Upload-Metadata': Object.entries(metadata)
        .map(([key, value]) => `${key} ${base64(value)}`)
        .join(','),
    },
  })
  if (!answer.location) throw new Problem(502, 'uploads.no_location', '')
  return new URL(answer.location, location.origin).pathname
}

export const uploadId = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Sends what is missing of an announced file; `moved` is told each offset the server confirmed. */
export async function sendRest(file: Uploadable, moved: (offset: number) => Promise<void> | void): Promise<void> {
  if (!file.url) throw new Error('not announced')
  let offset = await reached(file.url)
  await moved(offset)
  while (offset < file.bytes.byteLength) {
    offset = await sendChunk(file, offset)
    await moved(offset)
  }
}

async function reached(path: string): Promise<number> {
  const { headers } = await request('HEAD', path, undefined, { headers: VERSION })
  return Number(headers.get('Upload-Offset') ?? 0)
}

async function sendChunk(file: Uploadable, offset: number): Promise<number> {
  const path = file.url as string
  try {
    const { headers } = await request('PATCH', path, file.bytes.slice(offset, offset + CHUNK), {
      headers: { ...VERSION, 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' },
      timeout: 120_000,
    })
    return Number(headers.get('Upload-Offset') ?? offset + CHUNK)
  } catch (problem) {
    // Our idea of the offset was old (an answer was lost): ask, and go on from there.
    if (!(problem instanceof Problem) || problem.status !== 409) throw problem
    const now = await reached(path)
    if (now === offset) throw problem
    return now
  }
}
