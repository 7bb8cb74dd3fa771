import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { root } from './snippets.ts'

/**
 * Holds parts of a page to what the code says: each stands between `<!-- name: … -->` and `<!-- /name -->`. With `-u` they are
 * written anew.
 */
export async function expectParts(page: string, parts: Readonly<Record<string, string>>): Promise<void> {
  const path = join(root, page)
  let text = await readFile(path, 'utf8')
  for (const [name, content] of Object.entries(parts)) {
    const part = new RegExp(`(<!-- ${name}: [^>]*-->\n)[\\s\\S]*?(<!-- /${name} -->)`)
    expect(text, `${page} has no part ${name}`).toMatch(part)
    text = text.replace(part, (_, head, end) => `${head}\n${content.trim()}\n\n${end}`)
  }
  await expect(text).toMatchFileSnapshot(path)
}

/** A table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
