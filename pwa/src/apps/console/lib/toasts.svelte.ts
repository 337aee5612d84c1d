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
 * Does `run` after `seconds`, unless it is taken back in time. Resolves true when it went out.
 * Leaving the page sends everything that waits at once: what was pressed is never forgotten.
 */
export function deferred(text: string, seconds: number, undoLabel: string, run: () => void, undone: () => void): void {
  const id = next++
  const leave = () => {
    waiting.delete(id)
    dismiss(id)
    run()
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

export function sendAllNow(): void {
  for (const leave of [...waiting.values()]) leave()
}

/** Takes back the newest deed that still waits (Ctrl+Z outside a text field). */
export function undoLast(): boolean {
  const last = toasts.list.filter((toast) => toast.leavesAt !== null).at(-1)
  last?.action?.run()
  return last !== undefined
}
