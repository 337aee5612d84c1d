/** Registers /sw.js and asks before a waiting version takes over. */
import { t } from '../../core/i18n.ts'
import { toast } from '../../ui/toasts.svelte.ts'

export function startWorker(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  let asked = false
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (asked) location.reload()
  })
  navigator.serviceWorker
    .register('/sw.js')
    .then((registration) => {
      const offer = (worker: ServiceWorker) =>
        toast(t('app.update'), {
          label: t('app.update_now'),
          run: () => {
            asked = true
            worker.postMessage({ type: 'SKIP_WAITING' })
          },
        })
      if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting)
      registration.addEventListener('updatefound', () => {
        const fresh = registration.installing
        fresh?.addEventListener('statechange', () => {
          if (fresh.state === 'installed' && navigator.serviceWorker.controller) offer(fresh)
        })
      })
    })
    // Without a worker everything still works online.
    .catch(() => undefined)
}
