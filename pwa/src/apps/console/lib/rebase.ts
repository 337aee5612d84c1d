/** What somebody wrote on an older version, carried over to what stands now. Pure. */

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** `theirs` with the parts that `mine` changed since `begun`: nobody's word goes unless both wrote the same part. */
export function rebased<Content extends object>(begun: Content, mine: Content, theirs: Content): Content {
  const changed = (Object.keys(mine) as (keyof Content)[]).filter((name) => !same(begun[name], mine[name]))
  return { ...theirs, ...Object.fromEntries(changed.map((name) => [name, mine[name]])) }
}
