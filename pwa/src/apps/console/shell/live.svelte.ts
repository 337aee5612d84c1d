/** What the frame itself shows from time to time: unread inbox items and the number of overdue cases. */
import { get } from '../../../core/api.ts'
import { may } from '../lib/session.svelte.ts'
import type { InboxItem } from '../types.ts'

class Live {
  unread = $state(0)
}

export const live = new Live()

const EVERY_MS = 45_000

export async function refreshUnread(): Promise<void> {
  try {
    live.unread = (await get<{ items: InboxItem[]; unread: number }>('/inbox', { query: { limit: 1 } })).unread
  } catch {
    // The badge keeps its last number; a page that needs the network says so itself.
  }
}

/** Looks now, every 45 s while the page is seen, and when it is seen again. */
export function startLive(): () => void {
  if (!may()) return () => undefined
  const look = () => {
    if (document.visibilityState === 'visible') refreshUnread()
  }
  look()
  const timer = setInterval(look, EVERY_MS)
  document.addEventListener('visibilitychange', look)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', look)
  }
}
