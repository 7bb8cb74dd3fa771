import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { BlobServiceClient } from '@azure/storage-blob'
import { DefaultAzureCredential } from 'entrada'
import { afterAll, describe, expect, test } from 'vitest'
import { freePort } from '../interop/free-port.ts'
import { givenAuthority } from '../interop/given-authority.ts'
import { startKeyVault } from '../interop/key-vault-stand-in.ts'
import { startSandbox } from '../interop/sandbox.mjs'
import { signInAt } from '../packages/entrada/test/sign-in/person.ts'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
import { startGraph } from './graph-stand-in.ts'
import { type RunningExample, startExample } from './running-example.ts'

const folder = await temporaryFolderOf('examples')
afterAll(folder.remove)
const sandbox = await startSandbox(givenAuthority())
afterAll(sandbox.close)
const { emulator, env, storageUrl } = sandbox

const credential = new DefaultAzureCredential({ host: { env } })
afterAll(() => credential.close())
const storage = new BlobServiceClient(storageUrl, credential)
await storage.createContainer('photos')
await storage.createContainer('invoices')

test('quickstart.ts stores a blob and says who signed in, and for how long', async () => {
  const { output } = await resultOf('quickstart.ts')
  expect(output).toContain(`Tenant       ${env.AZURE_TENANT_ID}`)
  expect(output).toContain('Signed in    by EnvironmentCredential')
  expect(output).toMatch(/Token {8}for https:\/\/storage\.azure\.com, valid for \d+ minutes/)
  const [, created = ''] = /Created {6}container (\S+)/.exec(output) ?? []
  expect(output).toContain('Listed       blob hello.txt, which says: Hello from entrada!')

  const blob = storage.getContainerClient(created).getBlobClient('hello.txt')
  expect(String(await blob.downloadToBuffer())).toBe('Hello from entrada!')
  await storage.deleteContainer(created)
})

test('await-using.ts lists the containers and ends by itself', async () => {
  expect(await resultOf('await-using.ts')).toMatchObject({ output: 'Found 2 containers' })
})

test('try-finally.ts says until when its token is valid', async () => {
  const { output } = await resultOf('try-finally.ts')
  const until = Date.parse(/valid until (\S+)$/.exec(output)?.[1] ?? '')
  expect(until).toBeGreaterThan(Date.now())
})

test('try-finally.ts says why Entra ID refused, and fails', async () => {
  const { code, errors } = await (await start('try-finally.ts', { AZURE_CLIENT_SECRET: 'a-wrong-secret' })).finished()
  expect(errors).toMatch(/^Entra ID refused with 401: .*AADSTS7000215/)
  expect(code).toBe(1)
})

test('concurrent-scopes.ts asks for three tokens, once each', async () => {
  emulator.requests.clear()
  expect(await resultOf('concurrent-scopes.ts')).toMatchObject({ output: 'Acquired 3 tokens concurrently' })
  expect(emulator.requests).toHaveLength(3)
})

test('telemetry.ts has metrics for Prometheus: one token from the network, nine from memory', async () => {
  const METRICS_PORT = String(await freePort())
  const example = await start('telemetry.ts', { METRICS_PORT })
  const [url = ''] = /http:\S+/.exec(await example.nextLine()) ?? []
  const text = await (await fetch(url)).text()
  const counts = [...text.matchAll(/^entrada_token_requests_total\{.*?source="(\w+)".*\} (\d+)$/gm)]
  expect(counts.map(([, source, count]) => `${source} ${count}`)).toEqual(['network 1', 'memory 9'])
  expect(text).toContain(`} ${Date.parse('2027-03-01') / 1000}`)
  example.kill('SIGTERM')
  expect((await example.finished()).code).toBe(0)
})

test('microsoft-graph/ calls Graph with the token', async () => {
  await using graph = await startGraph()
  expect(await resultOf('microsoft-graph/me.mjs', { GRAPH_ENDPOINT: graph.url })).toMatchObject({
    output: 'User: Ada Lovelace',
  })
  expect(graph.tokens).toHaveLength(1)
})

test('key-vault.ts reads a secret, for a token that the vault’s challenge asked for', async () => {
  const { AZURE_TENANT_ID: tenantId = '' } = env
  await using vault = await startKeyVault({ emulator, tenantId, secrets: { 'database-password': 'correct horse' } })
  const HTTPS_PROXY = `${vault.proxy.host}:${vault.proxy.port}`
  const { output } = await resultOf('key-vault.ts', { HTTPS_PROXY, KEY_VAULT_URL: vault.url })
  expect(output).toBe('Retrieved secret: database-password')
  expect(vault.answers).toEqual(['tenant challenge', 200])
})

test.each(['imds', 'app-service'] as const)(
  'managed-identity.ts lists the containers as the identity of %s',
  async (kind) => {
    const host = await emulator.managedIdentity({ host: kind })
    const { AZURE_CLIENT_ID: _, AZURE_CLIENT_SECRET: __, ...others } = env
    emulator.requests.clear()
    const example = await startExample('managed-identity.ts', folder.path, { ...others, ...host.env })
    expect(await example.finished()).toEqual({ code: 0, errors: '', output: 'Found 2 containers' })
    expect(emulator.requests).toHaveLength(1)
    expect(host.requests).toHaveLength(1)
    await host.close()
  },
)

describe('chain.ts', () => {
  test('signs in with the managed identity of its host', async () => {
    const host = await emulator.managedIdentity({ host: 'app-service' })
    const { output } = await resultOf('chain.ts', host.env)
    expect(output).toBe('Authentication successful with ManagedIdentityCredential')
    await host.close()
  })

  test.skipIf(process.platform === 'win32')('falls back to the Azure CLI', async () => {
    const answer = { accessToken: 'a.b.c', expires_on: Math.floor(Date.now() / 1000) + 3600, tokenType: 'Bearer' }
    await writeFile(join(folder.path, 'az'), `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`, { mode: 0o755 })
    // An endpoint without its companion is no host, and nothing is asked.
    const { output } = await resultOf('chain.ts', { IDENTITY_ENDPOINT: 'http://127.0.0.1:1', PATH: folder.path })
    expect(output).toBe('Authentication successful with AzureCliCredential')
  })
})

test('web-app.ts serves many requests with one token, and closes on SIGTERM', async () => {
  emulator.requests.clear()
  const app = await start('web-app.ts', { PORT: '0' })
  const [, url = ''] = /^Listening on (\S+)$/.exec(await app.nextLine()) ?? []
  const answers = await Promise.all([1, 2, 3].map(async () => (await fetch(url)).json()))
  app.kill('SIGTERM')

  expect(answers).toEqual(Array(3).fill({ containers: ['invoices', 'photos'] }))
  expect(emulator.requests).toHaveLength(1)
  expect(await app.finished()).toMatchObject({ code: 0, errors: '' })
})

describe('with a person at the browser', () => {
  const ada = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }

  test('interactive.ts says who signed in, and lists containers as them, with one window', async () => {
    await using browser = await startBrowser(ada)
    const { output } = await resultOf('interactive.ts', browser.env)
    expect(output).toBe('Authenticated user: ada@contoso.example\nContainer: invoices\nContainer: photos')
    expect(browser.opened).toHaveLength(1)
  })

  test('fall-back-to-a-person.ts asks a person where the environment has nobody', async () => {
    await using browser = await startBrowser(ada)
    const AZURE_CLIENT_SECRET = ''
    const { output } = await resultOf('fall-back-to-a-person.ts', { ...browser.env, AZURE_CLIENT_SECRET })
    expect(output.split('\n')).toEqual([
      'Default authentication unavailable, trying interactive',
      'Authentication required for scopes: https://graph.microsoft.com/.default',
      'Authentication completed for: ada@contoso.example',
      expect.stringMatching(/^Token acquired, valid until \d{4}-/),
    ])
    expect(browser.opened).toHaveLength(1)
  })

  test('fall-back-to-a-person.ts asks nobody where the environment signs in, or is refused', async () => {
    await using browser = await startBrowser(ada)
    const { output } = await resultOf('fall-back-to-a-person.ts', browser.env)
    expect(output).toMatch(/^Automatic authentication successful\n/)
    const AZURE_CLIENT_SECRET = 'a-wrong-secret'
    const example = await start('fall-back-to-a-person.ts', { ...browser.env, AZURE_CLIENT_SECRET })
    expect((await example.finished()).errors).toMatch(/^Authentication failed: .*AADSTS7000215/)
    expect(browser.opened).toEqual([])
  })

  /** The program that `BROWSER` names, and the person who signs in there. Nothing else of this machine is asked. */
  async function startBrowser(person: typeof ada) {
    const opened: string[] = []
    const server = createServer((request, response) => {
      const url = decodeURIComponent(request.url?.slice(1) ?? '')
      opened.push(url)
      void signInAt(url, emulator, person)
      response.end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const PERSON = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const BROWSER = join(folder.path, 'browser.mjs')
    const program = `await fetch(process.env.PERSON + encodeURIComponent(process.argv[2]))`
    await writeFile(BROWSER, `#!${process.execPath}\n${program}\n`, { mode: 0o755 })
    return {
      opened,
      env: {
        PERSON,
        BROWSER,
        // xdg-open, which the package `open` brings, is a shell script that leans on the programs of every system.
        PATH: `${process.env.PATH}:/usr/bin:/bin`,
        AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
      },
      async [Symbol.asyncDispose]() {
        server.close()
        await once(server, 'close')
      },
    }
  }
})

test('migrate/: the move from @azure/identity is one line, and the program does the same', async () => {
  const [before, after] = await Promise.all(['before', 'after'].map(source))
  expect(after).toBe(before?.replace("from '@azure/identity'", "from 'entrada'"))
  expect(after).not.toBe(before)

  const { output } = await resultOf('migrate/before.ts')
  expect(output).toBe('Container: invoices\nContainer: photos')
  expect(await resultOf('migrate/after.ts')).toMatchObject({ output })
})

function start(example: string, more: NodeJS.ProcessEnv = {}): Promise<RunningExample> {
  return startExample(example, folder.path, { ...env, ...more })
}

async function resultOf(example: string, more?: NodeJS.ProcessEnv): Promise<{ output: string }> {
  const { code, output, errors } = await (await start(example, more)).finished()
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  return { output }
}

function source(name: string): Promise<string> {
  return readFile(new URL(`migrate/${name}.ts`, import.meta.url), 'utf8')
}
