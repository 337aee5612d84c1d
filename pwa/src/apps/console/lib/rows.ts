/** Moving through the rows of a list by key: each row has one link or button that takes the focus. */

const rowsIn = (list: HTMLElement | undefined, mark: string) => [...(list?.querySelectorAll<HTMLElement>(mark) ?? [])]

/** Place of the row that has the focus, or −1. */
export function rowAt(list: HTMLElement | undefined, mark = 'a.open'): number {
  return rowsIn(list, mark).findIndex((row) => (row.closest('tr') ?? row).contains(document.activeElement))
}

/** Focuses the row `by` further on; false when the list ends before it. */
export function stepRow(list: HTMLElement | undefined, by: number, mark = 'a.open'): boolean {
  const all = rowsIn(list, mark)
  const at = rowAt(list, mark)
  const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, at + by)
  all[Math.min(to, all.length - 1)]?.focus()
  return to < all.length
}
