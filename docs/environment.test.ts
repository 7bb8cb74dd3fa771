import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { expectParts, table } from './generated-parts.ts'
import { root } from './snippets.ts'
import { variables } from './variables.ts'

/** Texts of the source in the form of a variable's name that are something else. */
const others =
  /^(?:AADSTS|ADFS|CERTIFICATE|DELETE|DENY|DPAPI|ENCRYPTED|E[A-Z]{3,}|ERR_\w+|EVAL|GETRANGE|HEAD|IMDS|MGET|MODULE_NOT_FOUND|MSSTS|NEGATIVE_INFINITY|NO_AZ_ACCOUNT_MODULE|OPTIONS|O_\w+|PATCH|POSITIVE_INFINITY|POST|PS256|RS256|RSA_\w+|S256|SIG\w+|TRACE|ZRANGEBYSCORE)$/

test('docs/environment.md has every variable that the packages read, and no other', async () => {
  const read = await namesInSource()
  const known = new Set(variables.flatMap(({ names }) => names))
  expect([...read.keys()].filter((name) => !known.has(name) && !others.test(name))).toEqual([])
  const isRead = (name: string): boolean => read.has(name) || read.has(name.toUpperCase())
  expect([...known].filter((name) => !isRead(name))).toEqual([])

  const rows = variables.map(({ names, what, readBy }) => [names.map((name) => `\`${name}\``).join(', '), what, readBy])
  await expectParts('docs/environment.md', { variables: table(['variable', 'what it says', 'read by'], rows) })
})

/** What the source of the published packages has in the form of a variable's name, with the files that have it. */
async function namesInSource(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  for (const name of ['entrada', 'keyring', 'redis', 'verify']) {
    const folder = join(root, 'packages', name, 'src')
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'))
    for (const file of files) {
      const text = await readFile(join(folder, file), 'utf8')
      visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true), (value) =>
        found.set(value, [...(found.get(value) ?? []), `${name}/${file}`]),
      )
    }
  }
  return found
}

function visit(node: ts.Node, tell: (name: string) => void): void {
  const text = ts.isStringLiteralLike(node)
    ? node.text
    : ts.isPropertyAccessExpression(node) && /\benv$/.test(node.expression.getText())
      ? node.name.text
      : ''
  if (/^[A-Z][A-Z0-9]{3,}(?:_[A-Z0-9]+)*$|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(text)) tell(text)
  ts.forEachChild(node, (child) => visit(child, tell))
}
