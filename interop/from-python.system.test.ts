import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { BlobServiceClient } from '@azure/storage-blob'
import { ClientSecretCredential, deserializeAuthenticationRecord, serializeAuthenticationRecord } from 'entrada'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'
import { cleanEnvironment } from '../testing/environment.mjs'
import { codeIn, snippetsOf, tablesOf } from '../testing/markdown.ts'
import { component, pythonAzureIdentity } from './components.ts'
import { givenAuthority } from './given-authority.ts'
import { startSandbox } from './sandbox.mjs'
import { applicationOf } from './trusted-emulator.ts'

// docs/from-python.md, held against the `azure.identity` that is installed here.
const isHere = component(pythonAzureIdentity)
// Starts Python programs, which take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const page = await readFile(new URL('../docs/from-python.md', import.meta.url), 'utf8')
const tables = tablesOf(page)
const programs = snippetsOf(page).filter(({ language }) => language === 'python')

/** What the package says of itself; see the program. */
interface PublicNames {
  aio: string[]
  sync: string[]
  keywords: Record<string, string[]>
  call: string[]
  variables: string[]
  authorities: string[]
}

let names: PublicNames
beforeAll(async () => {
  if (!isHere) return
  const program = fileURLToPath(new URL('python/public_names.py', import.meta.url))
  names = JSON.parse((await python([program])).output)
})

test('the page names every class and function of azure.identity.aio, and of azure.identity', () => {
  expect(names.aio.length).toBeGreaterThan(10)
  const shown = wordsIn(
    rowsUnder('Classes and functions', 'Exceptions').flatMap(([theirs = '', ours = '']) => [theirs, ours]),
  )
  expect([...names.aio, ...names.sync].filter((name) => !shown.has(name))).toEqual([])
})

/** For the package's own tests: it is not documented. */
const isInternal = (name: string, keyword: string): boolean =>
  keyword.startsWith('_') || (name === 'AuthorizationCodeCredential' && keyword === 'client')

test('the page names every argument of every class, beside that class', () => {
  const forAll = wordsIn(rowsUnder('Every credential').map(([theirs = '']) => theirs))
  const forChain = wordsIn(rowsUnder('The default chain').map(([theirs = '']) => theirs))
  const own = ofOneCredential()
  const absent = Object.entries(names.keywords).flatMap(([name, keywords]) => {
    const calls = wordsIn(
      rowsUnder('Classes and functions').flatMap(([call = '']) => (call.includes(`${name}(`) ? call : [])),
    )
    const shown = [forAll, own.get(name), calls, name === 'DefaultAzureCredential' ? forChain : undefined]
    return keywords
      .filter((keyword) => !isInternal(name, keyword) && !shown.some((words) => words?.has(keyword)))
      .map((keyword) => `${name}: ${keyword}`)
  })
  expect(Object.values(names.keywords).flat().length).toBeGreaterThan(60)
  expect(absent).toEqual([])
})

test('the page names every option of a call, every variable and every cloud', () => {
  const [, tokens = ''] = /^## Tokens$([\s\S]*?)^## /m.exec(page) ?? []
  const shown = wordsIn([tokens, ...rowsUnder('Environment variables', 'Classes and functions').flat()])
  expect(names.call).toContain('tenant_id')
  expect(names.variables.length).toBeGreaterThan(15)
  expect([...names.call, ...names.variables, ...names.authorities].filter((name) => !shown.has(name))).toEqual([])
})

test('a record of who signed in goes from Python to here and back', async () => {
  const user = {
    tenantId: 'tenant',
    clientId: 'client',
    homeAccountId: 'object.tenant',
    username: 'ada@contoso.example',
  }
  const record = { ...user, authority: 'login.microsoftonline.com', version: '1.0' }
  const program = `import sys
from azure.identity import AuthenticationRecord
print(AuthenticationRecord.deserialize(sys.argv[1]).serialize())`
  const { output } = await python(['-c', program, serializeAuthenticationRecord(record)])
  expect(deserializeAuthenticationRecord(output)).toEqual(record)
})

test('every Python program of the page compiles', async () => {
  const folder = await temporaryFolder()
  const files = await Promise.all(
    programs.map(async ({ code }, index) => {
      const file = join(folder.path, `program_${index}.py`)
      await writeFile(file, code)
      return file
    }),
  )
  expect(files.length).toBeGreaterThan(10)
  expect(await python(['-m', 'py_compile', ...files])).toEqual({ output: '', errors: '' })
  folder.remove()
})

describe('beside Entra ID and Azure Storage on this machine', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>
  beforeAll(async () => {
    if (!isHere) return
    sandbox = await startSandbox(givenAuthority())
    const { tenantId, clientId, clientSecret } = applicationOf(sandbox.emulator)
    const options = { authorityHost: sandbox.emulator.url }
    await using credential = new ClientSecretCredential(tenantId, clientId, clientSecret, options)
    const storage = new BlobServiceClient(sandbox.storageUrl, credential)
    for (const name of ['photos', 'invoices']) await storage.createContainer(name)
  })
  afterAll(() => sandbox?.close())

  // The synchronous package first asks Microsoft's own host about the authority, and can't be told otherwise here.
  test.each([
    ['The same program', 'Container: invoices\nContainer: photos'],
    ['Closing', 'Container: invoices\nContainer: photos'],
    ['A refusal', 'Token acquired'],
    ['Several tokens at once', 'Acquired 3 tokens concurrently'],
  ])('the Python program of “%s” prints what ours prints', async (heading, output) => {
    const { tenantId, clientId, clientSecret } = applicationOf(sandbox.emulator)
    const code = (programs.find((program) => program.heading === heading)?.code ?? '')
      .replaceAll('https://account.blob.core.windows.net', sandbox.storageUrl)
      .replaceAll('your-tenant-id', tenantId)
      .replaceAll('your-client-id', clientId)
      .replaceAll('your-client-secret', clientSecret)
    expect(await python(['-c', code], sandbox.env)).toEqual({ output, errors: '' })
  })
})

/** Debian's Python, whichever others are installed: `azure.identity` is there alone. */
async function python(
  parameters: readonly string[],
  more: NodeJS.ProcessEnv = {},
): Promise<{ output: string; errors: string }> {
  const bundle = process.env.NODE_EXTRA_CA_CERTS
  const env = cleanEnvironment({ ...more, REQUESTS_CA_BUNDLE: bundle, CURL_CA_BUNDLE: bundle, SSL_CERT_FILE: bundle })
  const { stdout, stderr } = await promisify(execFile)('/usr/bin/python3', parameters, { env })
  return { output: stdout.trim(), errors: stderr }
}

/** The rows of the tables under some headings. */
function rowsUnder(...headings: string[]): string[][] {
  return headings.flatMap((heading) => {
    const rows = tables.find((table) => table.heading === heading)?.rows ?? []
    expect(rows, heading).not.toEqual([])
    return rows
  })
}

/** The words that texts set as code. */
function wordsIn(texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap(codeIn).flatMap((code) => code.match(/\w+/g) ?? []))
}

/** Python's words by the credential that they are of. A row without a name in its first cell goes on about the one above. */
function ofOneCredential(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  let name = ''
  for (const [first = '', theirs = ''] of rowsUnder('One credential')) {
    name = codeIn(first)[0] ?? name
    found.set(name, new Set([...(found.get(name) ?? []), ...wordsIn([theirs])]))
  }
  return found
}
