/** Two texts under each other, with a mark below the first character that differs. */
export function difference(
  [oneLabel, one]: readonly [label: string, text: string],
  [otherLabel, other]: readonly [label: string, text: string],
): string[] {
  const width = Math.max(oneLabel.length, otherLabel.length) + 2
  const at = firstDifference(one, other)
  const rows = [`${oneLabel.padEnd(width)}${visible(one)}`, `${otherLabel.padEnd(width)}${visible(other)}`]
  if (at === undefined) return rows
  return [...rows, `${' '.repeat(width + at)}^ ${inWords(one, other, at)}`]
}

/** The index at which two texts part; `undefined` where they are the same. */
export function firstDifference(one: string, other: string): number | undefined {
  if (one === other) return undefined
  const shorter = Math.min(one.length, other.length)
  for (let at = 0; at < shorter; at++) if (one[at] !== other[at]) return at
  return shorter
}

function inWords(one: string, other: string, at: number): string {
  return `character ${at + 1}: ${letter(one[at])} and ${letter(other[at])}`
}

function letter(text: string | undefined): string {
  return text === undefined ? 'the end' : JSON.stringify(visible(text))
}

/** A claim may hold anything, and must neither move a cursor nor shift what stands below it. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
}
