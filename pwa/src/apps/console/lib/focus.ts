/**
 * The focus is never lost: when a deed takes away the button that was pressed, it goes to the first control nearby that is left.
 * A component that knows a better place puts it there itself; a whole screen that goes is announced by its heading.
 */

const CONTROLS = 'a[href],button,input,select,textarea'

/** Watches `page`; returns how to stop. */
export function keepFocus(page: Document = document): () => void {
  let last: Element | null = null
  let around: Element[] = []

  const came = ({ target }: FocusEvent) => {
    last = target instanceof Element ? target : null
    around = []
    for (let outer = last?.parentElement; outer && !outer.matches('main, body'); outer = outer.parentElement)
      around.push(outer)
  }
  /** Left on purpose, by Escape or a click on nothing. */
  const left = ({ target }: FocusEvent) =>
    queueMicrotask(() => {
      if (last === target && target instanceof Element && target.isConnected && !target.matches(':disabled'))
        last = null
    })
  const changed = () => {
    if (!last || last.isConnected || page.activeElement !== page.body) return
    last = null
    for (const outer of around.filter(({ isConnected }) => isConnected)) {
      const near = [...outer.querySelectorAll<HTMLElement>(CONTROLS)].find((control) => !control.matches(':disabled'))
      if (near) return near.focus({ preventScroll: true })
    }
  }

  page.addEventListener('focusin', came, true)
  page.addEventListener('focusout', left, true)
  const watcher = new MutationObserver(changed)
  watcher.observe(page.body, { childList: true, subtree: true })
  return () => {
    page.removeEventListener('focusin', came, true)
    page.removeEventListener('focusout', left, true)
    watcher.disconnect()
  }
}
