/** Where we are: real addresses by the History API, and links of this app followed without a page load. */
import { untrack } from 'svelte'

export const BASE = '/console'

class Here {
  path = $state(location.pathname)
  search = $state(location.search)
  /** The query as a map; reading it in a component follows every change. */
  query = $derived(new URLSearchParams(this.search))
}

export const here = new Here()

/**
 * The query as long as the address is still `path`, then the last one: a screen that is being left must not take the next
 * screen's address for its own.
 */
export function queryOf(path: string): () => URLSearchParams {
  let last = untrack(() => here.query)
  return () => {
    if (here.path.replace(/\/$/, '') === path) last = here.query
    return last
  }
}

type Going = { replace?: boolean; keepScroll?: boolean }

/** Goes to an address of this app ("/cases?view=mine" and "/console/cases?view=mine" are the same). */
export function go(to: string, { replace = false, keepScroll = false }: Going = {}): void {
  const target = new URL(to.startsWith(BASE) ? to : BASE + to, location.href)
  if (target.pathname + target.search === location.pathname + location.search) return
  rememberScroll()
  history[replace ? 'replaceState' : 'pushState']({ scroll: 0 }, '', target)
  arrive()
  if (!replace && !keepScroll) scrollTo(0, 0)
}

/** Changes the query only: filters and tabs, so that a copied link shows the same screen. */
export function setQuery(changes: Record<string, string | null>, { push = false } = {}): void {
  const next = new URLSearchParams(untrack(() => here.search))
  for (const [key, value] of Object.entries(changes)) {
    if (value) next.set(key, value)
    else next.delete(key)
  }
  const search = next.toString()
  history[push ? 'pushState' : 'replaceState'](history.state, '', location.pathname + (search ? `?${search}` : ''))
  arrive()
}

function arrive(): void {
  here.path = location.pathname
  here.search = location.search
}

function rememberScroll(): void {
  history.replaceState({ ...(history.state ?? {}), scroll: scrollY }, '')
}

/** Listens for Back, Forward and clicks on links; returns how to stop. */
export function startRouter(): () => void {
  history.scrollRestoration = 'manual'
  const back = (event: PopStateEvent) => {
    arrive()
    const top = Number((event.state as { scroll?: number } | null)?.scroll ?? 0)
    // The page of the address is drawn after this turn; its saved place exists only then.
    requestAnimationFrame(() => setTimeout(() => scrollTo(0, top), 60))
  }
  const click = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element | null)?.closest?.('a[href]') as HTMLAnchorElement | null
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
    if (link.pathname !== BASE && !link.pathname.startsWith(`${BASE}/`)) return
    if (link.pathname === location.pathname && link.search === location.search && link.hash) return
    event.preventDefault()
    go(link.pathname + link.search)
  }
  addEventListener('popstate', back)
  addEventListener('click', click)
  return () => {
    removeEventListener('popstate', back)
    removeEventListener('click', click)
  }
}
