/** A piece of a text that is replaced. Everything outside it stays as it is, to the byte. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
  /** What stands there, for people: `contexts[dev].context.user`. */
  readonly label: string
}

/** The text with all edits made. They must not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((one, other) => other.start - one.start)
    .reduce((changed, { start, end, text: piece }) => changed.slice(0, start) + piece + changed.slice(end), text)
}

/**
 * The edits for somebody who wants to see them first. Only the pieces themselves are shown: what stands beside them in
 * another tool's configuration may well be a secret.
 */
export function diffOf(text: string, edits: readonly Edit[]): string[] {
  return edits.flatMap(({ start, end, text: piece, label }) => [
    `@@ ${label} @@`,
    ...lines(text.slice(start, end)).map((line) => `-${line}`),
    ...lines(piece).map((line) => `+${line}`),
  ])
}

function lines(piece: string): string[] {
  return piece.split('\n').filter((line) => line.trim() !== '')
}
