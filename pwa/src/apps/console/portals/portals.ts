/** What portals need that is not on the screen: addresses as browsers write them, and the code to paste into a page. */
import type { Schemas } from '../../../core/schema.d.ts'

export type Portal = Schemas['PortalView']
export type PortalWithKey = Schemas['PortalWithKey']
export type Kind = 'articles' | 'outcomes'

export const MOST_ORIGINS = 20

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const SECURE = new RegExp(`^https://(?:\\*\\.(?=${LABEL}\\.))?${LABEL}(?:\\.${LABEL})*(?::(\\d{1,5}))?$`)
const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1)(?::(\d{1,5}))?$/

/** "HTTPS://GiaLai.gov.vn/" → "https://gialai.gov.vn"; null when it is no scheme, host and perhaps port. The server's rule. */
export function originOf(text: string): string | null {
  const plain = text.trim().toLowerCase().replace(/\/$/, '')
  const found = SECURE.exec(plain) ?? LOOPBACK.exec(plain)
  const port = Number(found?.[1] ?? 1)
  return found && plain.length <= 200 && port > 0 && port <= 65_535 ? plain : null
}

/** One address a line; what is none comes back as it was typed. */
export function readOrigins(text: string): { origins: string[]; wrong: string[] } {
  const lines = text.split(/[\n,]/).map((line) => line.trim())
  const origins = new Set<string>()
  const wrong: string[] = []
  for (const line of lines) {
    if (!line) continue
    const origin = originOf(line)
    if (origin) origins.add(origin)
    else wrong.push(line)
  }
  return { origins: [...origins], wrong }
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')

type Shown = { base: string; commune: string; kind: Kind; lang: string }

/** The frame: only the origins of `portal` may show it. */
export function frameCode({
  base,
  commune,
  kind,
  lang,
  portal,
  title,
}: Shown & { portal: string; title: string }): string {
  const query = new URLSearchParams({ kind, limit: '5', lang, portal })
  const src = `${base}/embed/communes/${commune}?${query}`
  return `<iframe src="${escaped(src)}"\n        title="${escaped(title)}" loading="lazy" width="100%" height="600"></iframe>`
}

/** The web component: in the design of the page around it, on any page. */
export function componentCode({ base, commune, kind, lang }: Shown): string {
  const attributes = `src="${escaped(base)}" commune="${escaped(commune)}" kind="${kind}" limit="5" lang="${lang}"`
  return `<script src="${escaped(base)}/widgets/tieng-lang.js" defer></script>\n<tieng-lang-feed ${attributes}></tieng-lang-feed>`
}
