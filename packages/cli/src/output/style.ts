/** How text looks in a terminal. Where there are no colours, each of these gives the text back. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  heading(text: string): string
  good(text: string): string
  bad(text: string): string
  doubtful(text: string): string
}

/** Whether a stream is shown in colours: a terminal that can, unless somebody said no (https://no-color.org). */
export function hasColours(
  stream: { isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
  isForbidden: 'forbidden' | undefined,
): boolean {
  return stream.isTTY === true && isForbidden === undefined && !env.NO_COLOR && env.TERM !== 'dumb'
}

const plain = (text: string): string => text

/** Styles for a stream with or without colours. */
export function styleFor(isColoured: boolean): Style {
  if (!isColoured) {
    return { bold: plain, dim: plain, heading: (text) => text.toUpperCase(), good: plain, bad: plain, doubtful: plain }
  }
  const code =
    (start: number, end: number) =>
    (text: string): string =>
      `\u001b[${start}m${text}\u001b[${end}m`
  const bold = code(1, 22)
  return {
    bold,
    dim: code(2, 22),
    heading: (text) => bold(text.toUpperCase()),
    good: code(32, 39),
    bad: code(31, 39),
    doubtful: code(33, 39),
  }
}
