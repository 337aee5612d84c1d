/// <reference lib="webworker" />
/**
 * The worker keeps the shell, recordings saved on purpose and pictures already seen; data is the page's business.
 * Listeners only; what they do is in shell.ts, media.ts and push.ts.
 */
import { audio, picture } from './sw/media.ts'
import { opened, shown } from './sw/push.ts'
import { clean, type File, install, isPage, SHELL, shell } from './sw/shell.ts'

const worker = globalThis as unknown as ServiceWorkerGlobalScope
// biome-ignore lint/suspicious/noExplicitAny: the build puts the list of files in place of this very expression
const FILES: File[] = (self as any).__WB_MANIFEST

worker.addEventListener('install', (event) => event.waitUntil(install(caches, FILES)))
worker.addEventListener('activate', (event) => event.waitUntil(clean(caches, FILES).then(() => worker.clients.claim())))

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return
  if (request.mode === 'navigate') {
    if (isPage(url.pathname)) event.respondWith(shell(caches, SHELL, request))
  } else if (url.pathname.startsWith('/media/audio/')) event.respondWith(audio(caches, request))
  else if (url.pathname.startsWith('/media/images/') || /\.woff2$|^\/[ao]\/.*\.svg$/.test(url.pathname))
    event.respondWith(picture(caches, request))
  else if (FILES.some((file) => file.url === url.pathname)) event.respondWith(shell(caches, url.pathname, request))
})

worker.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void worker.skipWaiting()
})
worker.addEventListener('push', (event) => event.waitUntil(shown(worker, event.data)))
worker.addEventListener('notificationclick', (event) => event.waitUntil(opened(worker, event.notification)))
