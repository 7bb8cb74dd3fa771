/** What a page of the documentation shows, for the tests that hold it to the truth. */

/** A fenced piece of code, and the heading that it stands under. */
export interface Snippet {
  heading: string
  language: string
  code: string
}

/** A table, by the heading that it stands under: its rows without the head, cell by cell. */
export interface Table {
  heading: string
  rows: string[][]
}

export function snippetsOf(markdown: string): Snippet[] {
  return sectionsOf(markdown).flatMap(({ heading, text }) =>
    [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
      heading,
      language,
      code,
    })),
  )
}

export function tablesOf(markdown: string): Table[] {
  return sectionsOf(markdown).flatMap(({ heading, text }) =>
    [...text.matchAll(/(?:^\|.*\|$\n?){3,}/gm)].map(([table]) => ({
      heading,
      rows: table.trim().split('\n').slice(2).map(cellsOf),
    })),
  )
}

/** What a piece of text sets as code. */
export function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

function cellsOf(row: string): string[] {
  return row
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())
}

function sectionsOf(markdown: string): { heading: string; text: string }[] {
  // A comment in a snippet looks like a heading of the first level, so that one is not looked for.
  return `\n${markdown}`.split(/^##+ /m).map((section) => {
    const [heading = '', ...lines] = section.split('\n')
    return { heading, text: lines.join('\n') }
  })
}
