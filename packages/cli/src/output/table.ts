/** Rows in aligned columns. The last column is wrapped to the width, and goes on where it began. */
export function columns(rows: readonly (readonly string[])[], width: number): string {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: Math.max(0, count - 1) }, (_, column) =>
    Math.max(0, ...rows.map((row) => lengthOf(row[column] ?? ''))),
  )
  const indent = widths.reduce((sum, one) => sum + one + 2, 0)
  return rows
    .map((row) => {
      const cells = widths.map((one, column) => padded(row[column] ?? '', one + 2)).join('')
      return wrapped(row[count - 1] ?? '', Math.max(20, width - indent))
        .map((line, index) => `${index === 0 ? cells : ' '.repeat(indent)}${line}`.trimEnd())
        .join('\n')
    })
    .join('\n')
}

/** Whether no line of a text is longer than this. */
export function fits(text: string, room: number): boolean {
  return text.split('\n').every((line) => lengthOf(line) <= room)
}

/**
 * Rows under their headings: a table where it fits, else a block for each row, which begins with the row's first cell. A
 * terminal would break a table that is too wide anywhere.
 */
export function listing(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { room, dim }: { room: number; dim(text: string): string },
): string {
  const table = columns([headings.map(dim), ...rows], Number.POSITIVE_INFINITY)
  if (fits(table, room)) return table
  const names = headings.slice(1).map((heading) => heading.toLowerCase())
  return rows
    .map(([first = '', ...cells]) => {
      const named = cells.map((cell, index) => [`    ${dim(names[index] ?? '')}`, cell])
      const filled = named.filter(([, cell]) => cell !== '')
      return filled.length === 0 ? first : `${first}\n${columns(filled, room)}`
    })
    .join('\n')
}

/** Text in lines no longer than the width, unless a single word is. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (lengthOf(longer) > width && line !== '') {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)))
}

/** How wide a text is shown: colours take no place. */
function lengthOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what begins a colour is one
  return text.replace(/\u001b\[\d+m/g, '').length
}
