/** The address bar as state: links are followed without loading the page anew, back and forward keep the scroll. */

export const here = $state({ path: location.pathname, query: new URLSearchParams(location.search) })

let arrived: () => void = () => {}

function read() {
  here.path = location.pathname
  here.query = new URLSearchParams(location.search)
}

export function go(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState({ scroll: 0 }, '', to)
  else {
    history.replaceState({ scroll: scrollY }, '')
    history.pushState({ scroll: 0 }, '', to)
  }
  read()
  arrived()
}

/** Changes the query of this page without a new entry in the history; empty values go. */
export function refine(changes: Record<string, string>): void {
  const query = new URLSearchParams(location.search)
  // It leads on in the list as it was.
  query.delete('cursor')
  for (const [key, value] of Object.entries(changes)) {
    if (value) query.set(key, value)
    else query.delete(key)
  }
  const search = query.toString()
  history.replaceState(history.state, '', location.pathname + (search ? `?${search}` : ''))
  read()
}

/** Pages of this app; everything else (console, feeds, files, the API) is the browser's business. */
const ours = /^\/($|c\/|send$|track($|\/)|mine$|settings$)/

export function follow(onArrival: () => void): void {
  arrived = onArrival
  history.scrollRestoration = 'manual'
  addEventListener('popstate', () => {
    read()
    arrived()
  })
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest?.('a')
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
      return
    if (link.origin !== location.origin || link.target || link.hasAttribute('download') || !ours.test(link.pathname))
      return
    if (link.hash && link.pathname === location.pathname) return
    event.preventDefault()
    go(link.pathname + link.search)
  })
}
