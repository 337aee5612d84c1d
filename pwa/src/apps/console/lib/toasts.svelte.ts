/** Short notices at the foot of the page, and deeds that wait a few seconds so that they can be undone. */

export type Tone = 'ok' | 'info' | 'warn' | 'alert'
export type Toast = {
  id: number
  text: string
  tone: Tone
  action: { label: string; run: () => void } | null
  /** Epoch ms at which a waiting deed goes out; null for a plain notice. */
  leavesAt: number | null
  now: (() => void) | null
}

class Toasts {
  list = $state<Toast[]>([])
}

export const toasts = new Toasts()

let next = 1
const timers = new Map<number, ReturnType<typeof setTimeout>>()
const waiting = new Map<number, () => void>()
/** Deeds on their way to the server. */
const going = new Set<Promise<boolean>>()

type Options = { tone?: Tone; seconds?: number; action?: Toast['action'] }

/** Says something; a notice with tone "alert" stays until it is closed. */
export function say(text: string, { tone = 'ok', seconds = 6, action = null }: Options = {}): number {
  const id = next++
  toasts.list.push({ id, text, tone, action, leavesAt: null, now: null })
  if (toasts.list.length > 5) dismiss(toasts.list[0]?.id ?? 0)
  if (tone !== 'alert')
    timers.set(
      id,
      setTimeout(() => dismiss(id), seconds * 1000),
    )
  return id
}

export function dismiss(id: number): void {
  clearTimeout(timers.get(id))
  timers.delete(id)
  toasts.list = toasts.list.filter((toast) => toast.id !== id)
}

/**
 * Does `run`, which tells whether the server took it, after `seconds`, unless it is taken back in time.
 * Leaving the page sends everything that waits at once: what was pressed is never forgotten.
 */
export function deferred(
  text: string,
  seconds: number,
  undoLabel: string,
  run: () => Promise<boolean>,
  undone: () => void,
): void {
  const id = next++
  const leave = () => {
    waiting.delete(id)
    dismiss(id)
    const deed = run()
    going.add(deed)
    deed.finally(() => going.delete(deed))
  }
  const action = {
    label: undoLabel,
    run: () => {
      waiting.delete(id)
      dismiss(id)
      undone()
    },
  }
  waiting.set(id, leave)
  toasts.list.push({ id, text, tone: 'info', action, leavesAt: Date.now() + seconds * 1000, now: leave })
  timers.set(id, setTimeout(leave, seconds * 1000))
}

export const anythingWaiting = (): boolean => waiting.size > 0

/** True when the server took everything that waited or was on its way. */
export async function sendAllNow(): Promise<boolean> {
  for (const leave of [...waiting.values()]) leave()
  return (await Promise.all(going)).every(Boolean)
}

/** What waits for somebody who is no longer here does not go out in another person's name. */
export function forgetWaiting(): void {
  for (const id of waiting.keys()) dismiss(id)
  waiting.clear()
}

/** Takes back the newest deed that still waits (Ctrl+Z outside a text field). */
export function undoLast(): boolean {
  const last = toasts.list.filter((toast) => toast.leavesAt !== null).at(-1)
  last?.action?.run()
  return last !== undefined
}
