/** What somebody wrote on an older version, carried over to what stands now. Pure. */

type Part = Record<string, unknown>
/** One of a list that the server keeps by id; a new one has none yet. */
type Row = Part & { id: string | null }

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value)
const areRows = (value: unknown): value is Row[] =>
  Array.isArray(value) && value.every((row) => isPart(row) && 'id' in row)
const inOrder = (_name: string, value: unknown) =>
  isPart(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value

/** The order in which parts are named, languages for one, makes no difference. */
export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a, inOrder) === JSON.stringify(b, inOrder)

/**
 * `theirs` with the parts that `mine` changed since `begun`, down to each language of a text and each row of a list: nobody's word
 * goes unless both wrote the same part, and who removes something does not remove what was written into it meanwhile.
 */
export const rebased = <Content extends object>(begun: Content, mine: Content, theirs: Content): Content =>
  merged(begun, mine, theirs) as Content

function merged(begun: unknown, mine: unknown, theirs: unknown): unknown {
  if (same(begun, mine)) return theirs
  if (same(begun, theirs) || theirs === undefined) return mine
  if (mine === undefined) return theirs
  if (areRows(mine) && areRows(theirs)) return mergedRows(areRows(begun) ? begun : [], mine, theirs)
  if (isPart(mine) && isPart(theirs)) return mergedParts(isPart(begun) ? begun : {}, mine, theirs)
  return mine
}

function mergedParts(begun: Part, mine: Part, theirs: Part): Part {
  const names = new Set([...Object.keys(theirs), ...Object.keys(mine)])
  return Object.fromEntries(
    [...names]
      .map((name) => [name, merged(begun[name], mine[name], theirs[name])] as const)
      .filter(([, value]) => value !== undefined),
  )
}

/** In the order of whoever changed the list, mine when both did; what the other one added comes after. */
function mergedRows(begun: Row[], mine: Row[], theirs: Row[]): Row[] {
  const find = (rows: Row[], id: string | null) => (id === null ? undefined : rows.find((row) => row.id === id))
  const ids = (rows: Row[]) => rows.map(({ id }) => id)
  const [lead, other] = same(ids(begun), ids(mine)) ? [theirs, mine] : [mine, theirs]
  const all = [...lead, ...other.filter(({ id }) => !find(lead, id))]
  return all.flatMap((row) => {
    // Without an id it is new, and mine: the server gave none yet.
    if (row.id === null) return [row]
    const there = find(theirs, row.id)
    const kept = merged(find(begun, row.id), find(mine, row.id), there) as Row | undefined
    if (!kept) return []
    // The server forgot the id of a row that they removed: what I wrote into it comes as a new one.
    return [there ? kept : { ...kept, id: null }]
  })
}
