/** Recordings saved on this device, in the slices a player asks for, and published pictures already seen. */

const AUDIO = 'tl-audio'
const IMAGES = 'tl-images'
const MOST_IMAGES = 80

/** What was not saved goes to the network untouched: nothing is kept by listening alone. */
export async function audio(caches: CacheStorage, request: Request): Promise<Response> {
  const saved = await (await caches.open(AUDIO)).match(new URL(request.url).pathname)
  if (!saved) return fetch(request)
  const range = request.headers.get('range')
  return range ? slice(await saved.blob(), range) : saved
}

/** 206 with one range of a file, 416 when it asks for what is not there (RFC 9110, 14.2: one range, in bytes). */
export function slice(file: Blob, range: string): Response {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range.trim()) ?? []
  if (!first && !last) return new Response(file, { headers: { 'Content-Type': file.type } })
  const start = first ? Number(first) : Math.max(0, file.size - Number(last))
  const end = first && last ? Math.min(Number(last), file.size - 1) : file.size - 1
  if (start > end) return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${file.size}` } })
  return new Response(file.slice(start, end + 1, file.type), {
    status: 206,
    headers: {
      'Content-Type': file.type,
      'Content-Length': String(end - start + 1),
      'Content-Range': `bytes ${start}-${end}/${file.size}`,
    },
  })
}

/** Published pictures, QR codes and fonts never change under their address. */
export async function picture(caches: CacheStorage, request: Request): Promise<Response> {
  const cache = await caches.open(IMAGES)
  const saved = await cache.match(request)
  if (saved) return saved
  const response = await fetch(request)
  // On a full device nothing more is kept; what did arrive is shown all the same.
  if (response.ok) await keepPicture(cache, request, response.clone()).catch(() => undefined)
  return response
}

async function keepPicture(cache: Cache, request: Request, response: Response): Promise<void> {
  await cache.put(request, response)
  const keys = await cache.keys()
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST_IMAGES))) await cache.delete(old)
}
