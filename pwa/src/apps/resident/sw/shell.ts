/** The app's own files: kept whole per build, moved over from the build before where they did not change. */

export type File = { url: string; revision: string | null }

export const SHELL = '/shell.html'
const CACHE = 'tl-shell'

/** A file with a hash in its name never changes; the others carry their revision in the key. */
const keyOf = ({ url, revision }: File) => (revision ? `${url}?rev=${revision}` : url)

/** Pages of this app; the console, feeds, files and the API answer for themselves. */
export const isPage = (path: string): boolean => /^\/($|c\/|(send|track|mine|settings)(\/|$))/.test(path)

/** All or nothing: a build of which one file is missing is not installed, the old one stays. */
export async function install(caches: CacheStorage, files: File[]): Promise<void> {
  const cache = await caches.open(CACHE)
  await Promise.all(
    files.map(async (file) => {
      if (await cache.match(keyOf(file))) return
      const response = await fetch(file.url, { cache: 'no-cache', credentials: 'same-origin' })
      if (!response.ok || response.redirected) throw new Error(`${file.url}: ${response.status}`)
      await cache.put(keyOf(file), response)
    }),
  )
}

/** Drops what no longer belongs to this build, once it has taken over. */
export async function clean(caches: CacheStorage, files: File[]): Promise<void> {
  const cache = await caches.open(CACHE)
  const wanted = new Set(files.map(keyOf))
  for (const request of await cache.keys()) {
    const { pathname, search } = new URL(request.url)
    if (!wanted.has(pathname + search)) await cache.delete(request)
  }
}

/** From the cache; from the network when a browser threw the cache away. A page whose answer never comes gets what is there. */
export async function shell(caches: CacheStorage, path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  // Until an update takes over, two revisions of one file lie side by side: the first one kept is this build's.
  const kept = await cache.match(path, { ignoreSearch: true })
  return kept ?? fetch(request)
}
