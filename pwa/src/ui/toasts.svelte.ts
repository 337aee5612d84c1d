/** Short messages that may pass: something was copied, saved, undone. Errors stay on the page instead. */
export type Toast = { id: number; text: string; action?: { label: string; run: () => void } }

export const toasts: Toast[] = $state([])

let last = 0

export function toast(text: string, action?: Toast['action'], seconds = action ? 20 : 6): void {
  const id = ++last
  toasts.push({ id, text, action })
  setTimeout(() => dismiss(id), seconds * 1000)
}

export function dismiss(id: number): void {
  const at = toasts.findIndex((shown) => shown.id === id)
  if (at >= 0) toasts.splice(at, 1)
}
