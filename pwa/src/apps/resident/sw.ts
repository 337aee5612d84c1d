/// <reference lib="webworker" />
/** The worker keeps the shell, recordings saved on purpose and pictures already seen; data is the page's business. */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { createPartialResponse } from 'workbox-range-requests'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { opened, shown } from './push.ts'

const worker = globalThis as unknown as ServiceWorkerGlobalScope & {
  __WB_MANIFEST: { url: string; revision: string | null }[]
}

const AUDIO = 'tl-audio'
const IMAGES = 'tl-images'
const MOST_IMAGES = 80

// biome-ignore lint/suspicious/noExplicitAny: the build puts the list of files in place of this very expression
precacheAndRoute((self as any).__WB_MANIFEST)
cleanupOutdatedCaches()

/** Pages of this app only: the console, feeds, files and the API answer for themselves. */
const pages = [/^\/(\?.*)?$/, /^\/c\/[^?]*/, /^\/(send|track|mine|settings)([/?].*)?$/]
registerRoute(new NavigationRoute(createHandlerBoundToURL('/shell.html'), { allowlist: pages }))

/** A recording saved on this device, in the slices a player asks for; anything else goes to the network untouched. */
registerRoute(
  ({ url }) => url.pathname.startsWith('/media/audio/'),
  async ({ request, url }) => {
    const saved = await (await caches.open(AUDIO)).match(url.pathname)
    if (!saved) return fetch(request)
    return request.headers.has('range') ? createPartialResponse(request, saved) : saved
  },
)

/** Published pictures never change under their address. */
registerRoute(
  ({ url }) => url.pathname.startsWith('/media/images/'),
  async ({ request }) => {
    const cache = await caches.open(IMAGES)
    const saved = await cache.match(request)
    if (saved) return saved
    const response = await fetch(request)
    if (response.ok) {
      await cache.put(request, response.clone())
      const keys = await cache.keys()
      for (const old of keys.slice(0, Math.max(0, keys.length - MOST_IMAGES))) await cache.delete(old)
    }
    return response
  },
)

worker.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void worker.skipWaiting()
})
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()))
worker.addEventListener('push', (event) => event.waitUntil(shown(worker, event.data)))
worker.addEventListener('notificationclick', (event) => event.waitUntil(opened(worker, event.notification)))
