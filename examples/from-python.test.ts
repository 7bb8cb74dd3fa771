import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BlobServiceClient } from '@azure/storage-blob'
import { ClientSecretCredential } from 'entrada'
import ts from 'typescript'
import { afterAll, expect, test } from 'vitest'
import { givenAuthority } from '../interop/given-authority.ts'
import { startKeyVault } from '../interop/key-vault-stand-in.ts'
import { startSandbox } from '../interop/sandbox.mjs'
import { signInAt } from '../packages/entrada/test/sign-in/person.ts'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
import { snippetsOf } from '../testing/markdown.ts'
import { type RunningExample, startExample } from './running-example.ts'

const page = await readFile(new URL('../docs/from-python.md', import.meta.url), 'utf8')
const snippets = snippetsOf(page)
const programs = snippets.filter(({ language }) => language === 'ts')

const folder = await temporaryFolderOf('examples')
afterAll(folder.remove)
const sandbox = await startSandbox(givenAuthority())
afterAll(sandbox.close)
const { emulator, env, storageUrl } = sandbox
const { AZURE_TENANT_ID: tenantId = '', AZURE_CLIENT_ID: clientId = '', AZURE_CLIENT_SECRET: secret = '' } = env

const credential = new ClientSecretCredential(tenantId, clientId, secret, { authorityHost: emulator.url })
afterAll(() => credential.close())
const storage = new BlobServiceClient(storageUrl, credential)
await storage.createContainer('photos')
await storage.createContainer('invoices')

/** What a reader puts in place of what the page shows. */
const own: Readonly<Record<string, string>> = {
  'https://account.blob.core.windows.net': storageUrl,
  'your-tenant-id': tenantId,
  'your-client-id': clientId,
  'your-client-secret': secret,
}

/** The headings of the programs that were started. */
const tried = new Set<string>()

/** Programs that end by themselves, with nothing but the environment, and what each prints. */
const simple: Readonly<Record<string, string | RegExp>> = {
  'The same program': 'Container: invoices\nContainer: photos',
  Closing: 'Container: invoices\nContainer: photos',
  Tokens: /^Bearer token for 3\d{3} seconds\nThe same token for 3\d{3} seconds$/,
  Exceptions: '',
  'A refusal': 'Token acquired',
  'Several tokens at once': 'Acquired 3 tokens concurrently',
  'From the synchronous package': 'Found 2 containers',
}

test.each(Object.entries(simple))('the program of “%s” runs as the page has it', async (heading, output) => {
  emulator.requests.clear()
  expect(await resultOf(heading)).toEqual({ code: 0, errors: '', output: expect.stringMatching(pattern(output)) })
  // Whatever it asks for, it asks once.
  expect(emulator.requests).toHaveLength(heading === 'Several tokens at once' ? 3 : 1)
})

test('the program of “A refusal” says what Entra ID said', async () => {
  const { code, output } = await resultOf('A refusal', {}, { 'your-client-secret': 'a-wrong-secret' })
  expect(output).toMatch(/^Error: ClientSecretCredential: .*AADSTS7000215/)
  expect(code).toBe(0)
})

test.each([
  ['AuthenticationError', { AZURE_CLIENT_SECRET: 'a-wrong-secret' }, /^Refused with 401: .*AADSTS7000215/],
  ['CredentialUnavailableError', { AZURE_CLIENT_SECRET: '' }, /^Nothing to sign in with: /],
])('the program of “Exceptions” tells %s', async (_, more, errors) => {
  const AZURE_TOKEN_CREDENTIALS = 'EnvironmentCredential'
  const result = await resultOf('Exceptions', { AZURE_TOKEN_CREDENTIALS, ...more })
  expect(result).toEqual({ code: 0, output: '', errors: expect.stringMatching(errors) })
})

test('the program of “A secret of Key Vault” reads one', async () => {
  await using vault = await startKeyVault({ emulator, tenantId, secrets: { 'database-password': 'correct horse' } })
  const HTTPS_PROXY = `${vault.proxy.host}:${vault.proxy.port}`
  const { output } = await resultOf(
    'A secret of Key Vault',
    { HTTPS_PROXY },
    { 'https://vault.vault.azure.net': vault.url },
  )
  expect(output).toBe('Retrieved secret: database-password')
})

test('the program of “A managed identity” lists containers as that of its host', async () => {
  const host = await emulator.managedIdentity({ host: 'app-service' })
  const { output } = await resultOf('A managed identity', { AZURE_CLIENT_ID: '', AZURE_CLIENT_SECRET: '', ...host.env })
  expect(output).toBe('Found 2 containers')
  expect(host.requests).toHaveLength(1)
  await host.close()
})

test('the program of “A chain of your own” signs in with the identity of its host', async () => {
  const host = await emulator.managedIdentity({ host: 'app-service' })
  const { output } = await resultOf('A chain of your own', host.env)
  expect(output).toBe('Authentication successful with credential chain')
  await host.close()
})

test('the program of “A token for any HTTP client” calls Graph', async () => {
  const tokens: string[] = []
  await using graph = await startServer((url, authorization) => {
    tokens.push(authorization)
    return url === '/v1.0/me' ? '{ "displayName": "Ada Lovelace" }' : '{}'
  })
  const change = { 'https://graph.microsoft.com/v1.0': `${graph.url}/v1.0` }
  const { output } = await resultOf('A token for any HTTP client', {}, change)
  expect(output).toBe('User: Ada Lovelace')
  expect(tokens).toEqual([expect.stringMatching(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)])
})

test('the program of “A web API” serves, and ends on SIGTERM', async () => {
  const program = await start('A web API', {}, { 'port: 3000': "hostname: '127.0.0.1', port: 0" })
  const [, port = ''] = /^Listening on port (\d+)$/.exec(await program.nextLine()) ?? []
  const answer = await fetch(`http://127.0.0.1:${port}/containers`)
  expect(await answer.json()).toEqual({ containers: ['invoices', 'photos'] })
  program.kill('SIGTERM')
  expect(await program.finished()).toMatchObject({ code: 0, errors: '' })
})

test.each([
  ['A person at this machine', {}, ['Authenticated user: ada@contoso.example', 'Token acquired successfully'], 1],
  [
    'The environment first, then a person',
    { AZURE_CLIENT_SECRET: '' },
    [
      'Default authentication unavailable, trying interactive',
      'Authentication required for scopes: https://graph.microsoft.com/.default',
      'Authentication completed for: ada@contoso.example',
    ],
    1,
  ],
  ['The environment first, then a person', {}, ['Automatic authentication successful'], 0],
])('the program of “%s” asks a person where it has to: %o', async (heading, more, output, windows) => {
  const opened: string[] = []
  const ada = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
  await using person = await startServer((url) => {
    opened.push(url)
    void signInAt(decodeURIComponent(url.slice(1)), emulator, ada)
    return ''
  })
  const BROWSER = join(folder.path, 'browser.mjs')
  const browser = `#!${process.execPath}\nawait fetch(process.env.PERSON + encodeURIComponent(process.argv[2]))\n`
  await writeFile(BROWSER, browser, { mode: 0o755 })
  const around = {
    BROWSER,
    PERSON: `${person.url}/`,
    // xdg-open, which the package `open` brings, is a shell script that leans on the programs of every system.
    PATH: `${process.env.PATH}:/usr/bin:/bin`,
    AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
  }
  const result = await resultOf(heading, { ...around, ...more })
  expect(result).toEqual({ code: 0, errors: '', output: output.join('\n') })
  expect(opened).toHaveLength(windows)
})

test('every program of the page is tried above', () => {
  expect(tried).toEqual(new Set(programs.map(({ heading }) => heading)))
})

test('only “Closing” shows `await using`, which Node 20 and 22 do not run', () => {
  const withIt = programs.filter(({ code }) => code.includes('await using'))
  expect(withIt.map(({ heading }) => heading)).toEqual(['Closing'])
})

test('every program is shown in both languages, but for the one that tells errors apart', () => {
  const headings = (language: string) =>
    snippets.filter((one) => one.language === language).map(({ heading }) => heading)
  expect(headings('ts').filter((heading) => heading !== 'Exceptions')).toEqual(headings('python'))
})

test('the programs compile, and those with Python’s names for options do not', async () => {
  const refused = `import * as entrada from 'entrada'
// @ts-expect-error
new entrada.DefaultAzureCredential({ exclude_cli_credential: true })
// @ts-expect-error
new entrada.DefaultAzureCredential({ excludeCliCredential: true })
// @ts-expect-error
new entrada.ManagedIdentityCredential({ client_id: '' })
// @ts-expect-error
new entrada.ClientSecretCredential('', '', '', { authority: '' })
// @ts-expect-error
new entrada.DefaultAzureCredential().getToken('a', 'b')
`
  const files = await Promise.all(
    [...programs.map(({ code }) => code), refused].map(async (code, index) => {
      const file = join(folder.path, `compiled-${index}.ts`)
      await writeFile(file, code)
      return file
    }),
  )
  const root = fileURLToPath(new URL('../', import.meta.url))
  const config = ts.readConfigFile(`${root}tsconfig.check.json`, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config.config, include: [] }, ts.sys, root)
  const program = ts.createProgram(files, options)
  const faults = files.flatMap((file) =>
    [
      ...program.getSyntacticDiagnostics(program.getSourceFile(file)),
      ...program.getSemanticDiagnostics(program.getSourceFile(file)),
    ].map(({ messageText }) => `${basename(file)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`),
  )
  expect(faults).toEqual([])
}, 120_000)

/** Starts a program of the page, with the reader's own addresses and ids in it. */
async function start(
  heading: string,
  more: NodeJS.ProcessEnv = {},
  changes: Readonly<Record<string, string>> = {},
): Promise<RunningExample> {
  let code = programs.find((program) => program.heading === heading)?.code ?? ''
  expect(code, heading).not.toBe('')
  for (const [shown, instead] of Object.entries({ ...own, ...changes })) code = code.replaceAll(shown, instead)
  for (const shown of Object.keys(changes)) expect(code).not.toContain(shown)
  tried.add(heading)
  const name = `${heading.toLowerCase().replaceAll(/\W+/g, '-')}.ts`
  await writeFile(join(folder.path, name), code)
  return startExample(`.tmp/${basename(folder.path)}/${name}`, folder.path, { ...env, ...more })
}

async function resultOf(
  ...given: Parameters<typeof start>
): Promise<{ code: number | null; output: string; errors: string }> {
  return (await start(...given)).finished()
}

function pattern(output: string | RegExp): RegExp {
  return typeof output === 'string' ? new RegExp(`^${output}$`) : output
}

/** A server of this machine's that answers each request with a text. */
async function startServer(
  answer: (url: string, authorization: string) => string,
): Promise<{ url: string; [Symbol.asyncDispose](): Promise<void> }> {
  const server = createServer(({ url = '', headers }, response) => {
    response.end(answer(url, headers.authorization ?? ''))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}
