import { readFile } from 'node:fs/promises'

/** Whether a cell of a page, `[words](path): “title”`, names a test that is there. */
export async function isTestOf(cell: string, page: URL): Promise<boolean> {
  const [, path, title] = /\]\(([^)]+)\): “(.+)”$/.exec(cell) ?? []
  if (path === undefined) return false
  const source = await readFile(new URL(path, page), 'utf8')
  return source.includes(`'${title}'`) || source.includes(`\`${title}\``)
}
