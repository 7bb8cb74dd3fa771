import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BlobServiceClient } from '@azure/storage-blob'
import { DefaultAzureCredential } from 'entrada'
import { afterAll, expect, test } from 'vitest'
import { givenAuthority } from '../interop/given-authority.ts'
import { startSandbox } from '../interop/sandbox.mjs'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
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
  expect(output).toContain('Stored       blob hello.txt: Hello from entrada!')

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

test('graph-me.ts calls Graph with the token', async () => {
  const authorizations: (string | undefined)[] = []
  const graph = createServer(({ url, headers: { authorization } }, response) => {
    authorizations.push(authorization)
    response.writeHead(url === '/v1.0/me' ? 200 : 404).end('{ "displayName": "Ada Lovelace" }')
  }).listen(0, '127.0.0.1')
  await once(graph, 'listening')
  const { port } = graph.address() as AddressInfo
  expect(await resultOf('graph-me.ts', { GRAPH_ENDPOINT: `http://127.0.0.1:${port}` })).toMatchObject({
    output: 'User: Ada Lovelace',
  })
  expect(authorizations).toEqual([expect.stringMatching(/^Bearer \S+\.\S+\.\S+$/)])
  graph.close()
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
