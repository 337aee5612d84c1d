/** What differs between the original and its public version, word by word; and covering a stretch of text. Pure. */

export type Piece = { text: string; changed: boolean }

const MOST_WORDS = 1200

const words = (text: string): string[] => text.match(/\s+|[^\s]+/g) ?? []

type Aligned = { a: string[]; b: string[]; head: number; tail: number; kept: [number, number][] }

/** Both texts word by word: the same at the head and the tail, and index pairs of what is the same between. */
function align(original: string, shown: string): Aligned {
  const a = words(original)
  const b = words(shown)
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const middleA = a.slice(head, a.length - tail)
  const middleB = b.slice(head, b.length - tail)
  const between = middleA.length > MOST_WORDS || middleB.length > MOST_WORDS ? [] : common(middleA, middleB)
  return { a, b, head, tail, kept: between.map(([i, j]) => [i + head, j + head]) }
}

/** The two texts cut into pieces, each marked when the other side does not have it. */
export function compare(original: string, shown: string): { original: Piece[]; shown: Piece[] } {
  const { a, b, head, tail, kept } = align(original, shown)
  return {
    original: pieces(a, head, tail, new Set(kept.map(([i]) => i))),
    shown: pieces(b, head, tail, new Set(kept.map(([, j]) => j))),
  }
}

/** Where a stretch of the original stands in the shown text: what lies there between the nearest words that both have. */
export function counterpart(
  original: string,
  shown: string,
  start: number,
  end: number,
): { start: number; end: number } {
  const { a, b, head, tail, kept } = align(original, shown)
  const [startsA, startsB] = [offsets(a), offsets(b)]
  const pairs: [number, number][] = [
    ...Array.from({ length: head }, (_, i): [number, number] => [i, i]),
    ...kept,
    ...Array.from({ length: tail }, (_, i): [number, number] => [a.length - tail + i, b.length - tail + i]),
  ]
  const inside = pairs.filter(([i]) => (startsA[i] ?? 0) < end && (startsA[i + 1] ?? 0) > start)
  const before = pairs.findLast(([i]) => (startsA[i + 1] ?? 0) <= start)
  const after = pairs.find(([i]) => (startsA[i] ?? 0) >= end)
  // Not covered at all: the very words are there.
  const from = inside[0] && inside[0][0] === wordAt(startsA, start) ? inside[0][1] : before ? before[1] + 1 : 0
  return { start: startsB[from] ?? 0, end: after ? (startsB[after[1]] ?? 0) : shown.length }
}

const offsets = (all: string[]): number[] => {
  const found = [0]
  for (const text of all) found.push((found.at(-1) ?? 0) + text.length)
  return found
}
const wordAt = (starts: number[], at: number): number => starts.findLastIndex((start) => start <= at)

/** Index pairs of a longest common subsequence. */
function common(a: string[], b: string[]): [number, number][] {
  const width = b.length + 1
  const best = new Uint16Array((a.length + 1) * width)
  const at = (i: number, j: number) => best[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const pairs: [number, number][] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) pairs.push([i++, j++])
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return pairs
}

function pieces(all: string[], head: number, tail: number, kept: Set<number>): Piece[] {
  const found: Piece[] = []
  for (const [index, text] of all.entries()) {
    const changed = index >= head && index < all.length - tail && !kept.has(index) && text.trim() !== ''
    const last = found.at(-1)
    if (last && last.changed === changed) last.text += text
    else found.push({ text, changed })
  }
  return found
}

/** `text` with the selected stretch replaced; trailing spaces of the selection stay. */
export function cover(text: string, start: number, end: number, mask: string): { text: string; caret: number } {
  const chosen = text.slice(start, end)
  const trailing = /\s*$/.exec(chosen)?.[0] ?? ''
  if (!chosen.trim()) return { text, caret: end }
  const next = text.slice(0, start) + mask + trailing + text.slice(end)
  return { text: next, caret: start + mask.length }
}

/** The original cut at the detected spans (code-point offsets), for marking them. Overlapping or impossible spans are passed over. */
export function marked(
  original: string,
  spans: { start: number; end: number; kind: string }[],
): (Piece & { kind?: string })[] {
  const points = [...original]
  const cut = (start: number, end?: number) => points.slice(start, end).join('')
  const found: (Piece & { kind?: string })[] = []
  let at = 0
  for (const { start, end, kind } of [...spans].sort((a, b) => a.start - b.start)) {
    if (start < at || end > points.length || end <= start) continue
    if (start > at) found.push({ text: cut(at, start), changed: false })
    found.push({ text: cut(start, end), changed: true, kind })
    at = end
  }
  if (at < points.length) found.push({ text: cut(at), changed: false })
  return found
}
