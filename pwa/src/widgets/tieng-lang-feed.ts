/**
 * `<tieng-lang-feed src="https://host" commune="23798" kind="articles|outcomes" limit="5" lang="vi">` for a portal's page.
 * Reads the public JSON Feed (1.1) without cookies; its own shadow root, no dependency.
 *
 * Style it with `--tl-brand`, `--tl-text`, `--tl-muted`, `--tl-line`, or `::part(title)`, `::part(item)`, `::part(date)`.
 */

type Item = {
  id: string
  url?: string
  title?: string
  summary?: string
  content_text?: string
  date_published?: string
  image?: string
}
type Feed = { title?: string; home_page_url?: string; items?: Item[] }

const WORDS = {
  vi: {
    articles: 'Tin của xã',
    outcomes: 'Kết quả xử lý phản ánh',
    loading: 'Đang tải…',
    failed: 'Chưa tải được tin.',
    again: 'Thử lại',
    empty: 'Chưa có tin.',
    all: 'Xem tất cả',
  },
  en: {
    articles: 'News of the commune',
    outcomes: 'Outcomes of feedback',
    loading: 'Loading…',
    failed: 'The news could not be loaded.',
    again: 'Try again',
    empty: 'Nothing yet.',
    all: 'Show all',
  },
}

const CSS = `
:host{display:block;font:inherit;line-height:1.5;color:var(--tl-text,#14181c)}
:host([hidden]){display:none}
h2{margin:0 0 .5em;font-size:1.25em;line-height:1.25;color:var(--tl-brand,#0b4f6c)}
ul{list-style:none;margin:0;padding:0}
li{padding:.75em 0;border-top:1px solid var(--tl-line,#d5dde3)}
a{color:var(--tl-brand,#0b4f6c);text-underline-offset:.2em}
li a{font-weight:600}
a:focus-visible,button:focus-visible{outline:3px solid var(--tl-focus,#b45309);outline-offset:2px}
p{margin:.25em 0 0}
time{color:var(--tl-muted,#3d4650);font-size:.9em;font-variant-numeric:tabular-nums}
button{font:inherit;min-height:44px;padding:.25em 1em;border:2px solid currentColor;border-radius:8px;background:none;color:var(--tl-brand,#0b4f6c);cursor:pointer}
.clip{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}`

/** An element with text and attributes; text never becomes markup. */
function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text = '',
  attributes: Record<string, string> = {},
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  element.textContent = text
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

/** Only addresses a browser may follow; a feed is somebody else's text. */
export function safeUrl(address: string | undefined, base: string): string {
  try {
    const url = new URL(address ?? '', base)
    return /^https?:$/.test(url.protocol) ? url.href : ''
  } catch {
    return ''
  }
}

export class TiengLangFeed extends HTMLElement {
  static observedAttributes = ['src', 'commune', 'province', 'kind', 'limit', 'lang']

  private readonly root = this.attachShadow({ mode: 'open' })
  private waiting: AbortController | null = null

  connectedCallback(): void {
    void this.load()
  }

  disconnectedCallback(): void {
    this.waiting?.abort()
  }

  attributeChangedCallback(_name: string, old: string | null, now: string | null): void {
    if (this.isConnected && old !== now) void this.load()
  }

  private get words() {
    return this.lang === 'en' ? WORDS.en : WORDS.vi
  }

  private get kind(): 'articles' | 'outcomes' {
    return this.getAttribute('kind') === 'outcomes' ? 'outcomes' : 'articles'
  }

  /** Address of the feed, or '' when the page has not said enough. */
  private address(): string {
    const host = this.getAttribute('src') || location.origin
    const commune = this.getAttribute('commune')
    const province = this.getAttribute('province')
    if (!commune && !province) return ''
    const place = commune
      ? `communes/${encodeURIComponent(commune)}`
      : `provinces/${encodeURIComponent(province ?? '')}`
    const query = this.lang === 'en' ? '?lang=en' : ''
    return safeUrl(`/feeds/${place}/${this.kind}.json${query}`, host)
  }

  private async load(): Promise<void> {
    const address = this.address()
    if (!address) return
    this.waiting?.abort()
    const waiting = new AbortController()
    this.waiting = waiting
    this.show(make('p', this.words.loading, { role: 'status' }))
    try {
      const response = await fetch(address, { credentials: 'omit', signal: waiting.signal })
      if (!response.ok) throw new Error(String(response.status))
      this.draw((await response.json()) as Feed, address)
    } catch {
      if (!waiting.signal.aborted) this.fail()
    }
  }

  private fail(): void {
    const again = make('button', this.words.again, { type: 'button' })
    again.addEventListener('click', () => void this.load())
    this.show(make('p', this.words.failed, { role: 'alert' }), again)
  }

  private draw(feed: Feed, base: string): void {
    const limit = Math.max(1, Number(this.getAttribute('limit')) || 5)
    const list = make('ul')
    list.setAttribute('role', 'list')
    for (const item of (feed.items ?? []).slice(0, limit)) list.append(this.line(item, base))
    const parts: Node[] = [make('h2', feed.title ?? this.words[this.kind], { part: 'title' })]
    parts.push(list.childElementCount ? list : make('p', this.words.empty))
    const home = safeUrl(feed.home_page_url, base)
    if (feed.home_page_url && home) {
      const more = make('p')
      more.append(make('a', this.words.all, { href: home }))
      parts.push(more)
    }
    this.show(...parts)
  }

  private line(item: Item, base: string): HTMLLIElement {
    const line = make('li', '', { part: 'item' })
    const href = safeUrl(item.url, base)
    line.append(item.url && href ? make('a', item.title ?? '', { href }) : make('b', item.title ?? ''))
    const text = item.summary ?? item.content_text ?? ''
    if (text) line.append(make('p', text, { class: 'clip' }))
    if (item.date_published) {
      const day = new Date(item.date_published).toLocaleDateString(this.lang === 'en' ? 'en-GB' : 'vi-VN', {
        timeZone: 'Asia/Ho_Chi_Minh',
      })
      line.append(make('time', day, { datetime: item.date_published, part: 'date' }))
    }
    return line
  }

  private show(...nodes: Node[]): void {
    // A portal's own policy may forbid `<style>`; sheets made by script are allowed, where the browser has them.
    if ('adoptedStyleSheets' in this.root) {
      if (!this.root.adoptedStyleSheets.length) {
        const sheet = new CSSStyleSheet()
        sheet.replaceSync(CSS)
        this.root.adoptedStyleSheets = [sheet]
      }
      this.root.replaceChildren(...nodes)
    } else (this.root as ShadowRoot).replaceChildren(make('style', CSS), ...nodes)
  }
}

if (!customElements.get('tieng-lang-feed')) customElements.define('tieng-lang-feed', TiengLangFeed)
