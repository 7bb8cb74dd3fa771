import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as entrada from 'entrada'
import { expect, test, vi } from 'vitest'
import { optionsInTypes } from '../packages/entrada/test/credentials/options-in-types.ts'
import { tablesOf } from '../testing/markdown.ts'
import { credentialPage } from './credential-page.ts'
import { expectParts, table } from './generated-parts.ts'
import { root } from './snippets.ts'

vi.setConfig({ testTimeout: 60_000 })

/** `ClientCertificateCredential` is on the page of `CertificateCredential`, which it is another name of. */
const names = Object.keys(entrada).filter((name) => /Credential$/.test(name) && name !== 'ClientCertificateCredential')
const credentials = names.filter((name) => /^[A-Z]/.test(name))

test('every credential has a page, which the overview links to, and no other page is there', async () => {
  const files = (await readdir(join(root, 'docs/credentials'))).filter((name) => name !== 'index.md')
  expect(new Set(files)).toEqual(new Set(credentials.map((name) => credentialPage(name).split('/')[1])))
  const overview = await readFile(join(root, 'docs/credentials/index.md'), 'utf8')
  for (const file of files) expect(overview).toContain(`](${file})`)
})

const options = optionsInTypes()
const shared = new Map(options.get('ClientSecretCredential')?.map(({ name, words }) => [name, words]))
/** For tests alone. */
const hidden = ['host']

const rowsOf = (given: readonly { name: string; words: string }[]): string[][] =>
  given
    .filter(({ name }) => !hidden.includes(name))
    .map(({ name, words }) => [`\`${name}\``, words.replaceAll('|', '\\|')])

test.each(credentials)(
  '%s: its page has its options in the words of their types, and where it works',
  async (credential) => {
    const own = (options.get(credential) ?? []).filter(({ name, words }) => shared.get(name) !== words)
    const others = options.has(credential) && (options.get(credential) ?? []).some(({ name }) => shared.has(name))
    const all = 'It has [the options of all credentials](index.md#options-of-all-credentials).'
    const parts = [own.length > 0 ? table(['option', 'what it says'], rowsOf(own)) : '', others ? all : '']
    const said = parts.filter((part) => part !== '').join('\n\n')
    await expectParts(`docs/${credentialPage(credential)}`, {
      options: said === '' ? 'It has none: its members have their own.' : said,
      runtimes: await runtimesOf(credential),
    })
  },
)

test('the overview has the options of all credentials', async () => {
  const rows = rowsOf([...shared].map(([name, words]) => ({ name, words })))
  expect(rows.filter(([, words]) => words === '')).toEqual([])
  await expectParts('docs/credentials/index.md', {
    shared: `## Options of all credentials\n\n${table(['option', 'what it says'], rows)}`,
  })
})

/** The rows of the table that every runtime has been tried for. */
async function runtimesOf(credential: string): Promise<string> {
  const page = await readFile(join(root, 'docs/runtimes.md'), 'utf8')
  const [, head = ''] = /^(\|[^\n]*Node 20[^\n]*\|)$/m.exec(page) ?? []
  const of = (name: string) =>
    tablesOf(page).flatMap(({ heading, rows }) =>
      heading === name ? rows : rows.filter(([first]) => first?.startsWith(`\`${name}\``)),
    )
  const rows = credential === 'ManagedIdentityCredential' ? of('Managed identities') : of(credential)
  const columns = head
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())
  const notes = 'A number is a note of [what works where](../runtimes.md#notes).'
  return `${table(columns, rows)}\n\n**✓**: it works. ${notes}`
}
