/** Small pure functions on text: cookies, excerpts, tracking codes, sizes, durations. */

export function readCookie(name: string, jar: string = typeof document === 'undefined' ? '' : document.cookie): string {
  const found = jar.split('; ').find((pair) => pair.startsWith(`${name}=`))
  return found ? decodeURIComponent(found.slice(name.length + 1)) : ''
}

/** A cookie the server reads to render the first screen as the reader likes it; never a secret. */
export function writeCookie(name: string, value: string, days = 365): void {
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Safari and Firefox
  document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${days * 86_400}; SameSite=Lax${secure}`
}

/** Search key: lower case, no diacritics, đ as d, single spaces (the server's `fold`). */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase().replace(/\s+/g, ' ').trim()
}

/** At most `length` characters on one line, cut at a word, with an ellipsis when something was left out (the server's `excerpt`). */
export function excerpt(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line.length <= length) return line
  const cut = line.slice(0, length - 1)
  const whole = cut.includes(' ', Math.floor(length / 2)) ? cut.slice(0, cut.lastIndexOf(' ')) : cut
  return `${whole.replace(/[ ,;:.]+$/, '')}…`
}

/** "Xã Ayun" inside a sentence: "xã Ayun". */
export const within = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)

/** "gl7k4m 92qx" → "GL-7K4M-92QX"; letters heard wrongly on the phone are put right (O→0, I and L→1 after the prefix). */
export function tidyTrackingCode(text: string): string {
  const bare = text.toUpperCase().replace(/[^A-Z0-9]/g, '')
  if (bare.length < 6) return bare
  const prefix = bare.slice(0, bare.length - 8)
  const body = bare.slice(-8).replace(/O/g, '0').replace(/[IL]/g, '1')
  return [prefix, body.slice(0, 4), body.slice(4)].filter(Boolean).join('-')
}

/** Bytes as "3,4 MB" (vi) or "3.4 MB" (en). */
export function fileSize(bytes: number, lang: string): string {
  const mega = bytes / 1_048_576
  if (mega >= 1) return `${new Intl.NumberFormat(lang, { maximumFractionDigits: 1 }).format(mega)} MB`
  return `${Math.max(1, Math.round(bytes / 1024))} KB`
}

/** Seconds as "4:07" or "1:02:09". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  const tail = String(s).padStart(2, '0')
  return h ? `${h}:${String(m).padStart(2, '0')}:${tail}` : `${m}:${tail}`
}

/** Plain text of sanitised HTML, blocks separated by line ends; what is read aloud. */
export function plainText(html: string): string {
  const page = new DOMParser().parseFromString(
    html.replace(/<\/(p|li|h\d|tr|div|blockquote)>|<br\s*\/?>/gi, '$&\n'),
    'text/html',
  )
  return (page.body.textContent ?? '')
    .replace(/[ \t]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n')
    .trim()
}

/** RFC 9562 version 4, also where `crypto.randomUUID` is missing (plain HTTP on a local network). */
export function newUuid(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** A name that this device gave itself, for the server's counting of requests; nobody's data hangs on it. Empty without storage. */
export function deviceToken(): string {
  try {
    const kept = localStorage.getItem('tl_device') ?? newUuid()
    localStorage.setItem('tl_device', kept)
    return kept
  } catch {
    return ''
  }
}
