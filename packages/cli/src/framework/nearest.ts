/** The name that was probably meant: one begins with the other, or one letter in four is wrong at most. */
export function nearest(asked: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, away: distance(asked.slice(0, 40), name) }))
    .sort((one, other) => one.away - other.away)
  if (best !== undefined && best.away <= Math.max(1, Math.floor(best.name.length / 4))) return best.name
  const same = names.filter((name) => asked.length > 1 && (name.startsWith(asked) || asked.startsWith(name)))
  return same.length === 1 ? same[0] : undefined
}

/** How many letters are to be put in, taken out or changed to get from one word to the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let line = 0; line < from.length; line++) {
    const next = [line + 1]
    for (let column = 0; column < to.length; column++) {
      const changed = (row[column] ?? 0) + (from[line] === to[column] ? 0 : 1)
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
