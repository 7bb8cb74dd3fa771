/** How much of a text fits beside its label in a terminal of 80 columns. */
const longest = 58

/** Two texts under each other, with a mark below the first character that differs. */
export function difference(
  [oneLabel, one]: readonly [label: string, text: string],
  [otherLabel, other]: readonly [label: string, text: string],
): string[] {
  const width = Math.max(oneLabel.length, otherLabel.length) + 2
  const at = firstDifference(one, other) ?? 0
  // Long texts are cut, so that no line is wrapped and the mark stays where it belongs.
  const start = Math.max(one.length, other.length) > longest ? Math.max(0, at - longest / 2) : 0
  const part = (text: string): string => {
    const end = start + longest
    const shown = visible(text.slice(start, end))
    return `${start > 0 ? '…' : ''}${shown}${text.length > end ? '…' : ''}`
  }
  const indent = width + at - start + (start > 0 ? 1 : 0)
  return [
    `${oneLabel.padEnd(width)}${part(one)}`,
    `${otherLabel.padEnd(width)}${part(other)}`,
    `${' '.repeat(indent)}^ character ${at + 1}: ${letter(one[at])} and ${letter(other[at])}`,
  ]
}

/** The index at which two texts part; `undefined` where they are the same. */
export function firstDifference(one: string, other: string): number | undefined {
  if (one === other) return undefined
  const shorter = Math.min(one.length, other.length)
  for (let at = 0; at < shorter; at++) if (one[at] !== other[at]) return at
  return shorter
}

function letter(text: string | undefined): string {
  return text === undefined ? 'the end' : JSON.stringify(visible(text))
}

/** A claim may hold anything, and must neither move a cursor nor shift what stands below it. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
}
