import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'vitest'
import { expectParts } from './generated-parts.ts'
import { root } from './snippets.ts'

test('what the README of entrada says as that of the repository does is made from it', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  await expectParts('packages/entrada/README.md', {
    failures: sectionOf(readme, 'When it fails'),
    tests: sectionOf(readme, 'Test without Azure'),
  })
})

/** A section without its heading. Where npm shows it, there is nothing that its links lead to. */
function sectionOf(page: string, heading: string): string {
  const [, text] = new RegExp(`^## ${heading}\\n([\\s\\S]*?)(?=^## )`, 'm').exec(page) ?? []
  if (text === undefined) throw new Error(`README.md has no section "${heading}".`)
  return text.replace(/\[([^\]]+)\]\((?!https?:)[^)]+\)/g, '$1')
}
