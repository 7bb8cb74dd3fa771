import { readFile } from 'node:fs/promises'
import { Script } from 'node:vm'
import { startEmulator } from '@entrada/emulator'
import * as entrada from 'entrada'
import { ClientSecretCredential } from 'entrada'
import { transform } from 'esbuild'
import { expect, test } from 'vitest'
import { credentials } from './contract/credentials.ts'

/** The classes that the library exports. */
const exported = Object.keys(entrada).filter((name) => /^[A-Z]\w*Credential$/.test(name))

test('every credential has its row in the contract, and no other', () => {
  expect(sorted(credentials.map(({ name }) => name))).toEqual(sorted(exported))
})

test('every credential has its row in the README of the workspace, and no other', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8')
  expect(sorted([...readme.matchAll(/^\| `(\w+Credential)`/gm)].map(([, name]) => name))).toEqual(sorted(exported))
})

test('the README of the package names every credential, once, and no other', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, list = ''] = /^Credentials:$([\s\S]*?)`getBearerTokenProvider`/m.exec(readme) ?? []
  expect(sorted([...list.matchAll(/`(\w+Credential)`/g)].map(([, name]) => name))).toEqual(sorted(exported))
})

test('the README of the workspace names every option that credentials share', async () => {
  const [source, readme] = await Promise.all(
    ['../src/source/options.ts', '../../../README.md'].map((path) => readFile(new URL(path, import.meta.url), 'utf8')),
  )
  const [, options = ''] = source?.split('export interface TokenCredentialOptions') ?? []
  const shared = [...options.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name = '']) => name)
  /** For tests, or accepted for `@azure/identity` without effect; docs/migrating.md says so. */
  const unnamed = ['host', 'agent', 'additionalPolicies', 'redirectOptions']
  expect(shared).toEqual(expect.arrayContaining(['authorityHost', ...unnamed]))
  const [, list = ''] = /^Options that credentials share:([\s\S]*?)\n\n/m.exec(readme ?? '') ?? []
  const named = [...list.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
  expect(shared.filter((name) => !unnamed.includes(name) && !named.includes(name))).toEqual([])
})

function sorted(names: readonly (string | undefined)[]): string[] {
  return names.map(String).sort((left, right) => left.localeCompare(right))
}

test('the README’s test without Azure works as it stands', async () => {
  await using entra = await startEmulator()
  const { AZURE_TENANT_ID: tenant = '', AZURE_CLIENT_ID: client = '', AZURE_CLIENT_SECRET: secret = '' } = entra.env()
  const options = { authorityHost: entra.url, fetch: entra.fetch, retryOptions: { retryDelayInMs: 1 } }
  const credential = new ClientSecretCredential(tenant, client, secret, options)
  entra.faults.next({ status: 503 })
  const { token } = await credential.getToken('https://storage.azure.com/.default')
  expect(token.split('.')).toHaveLength(3)
  expect(entra.requests.map(({ status }) => status)).toEqual([503, 200])
})

test.each([
  '',
  'packages/entrada/',
  'packages/emulator/',
  'packages/keyring/',
  'packages/opentelemetry/',
  'packages/redis/',
])('every program in %sREADME.md is one that this Node can parse, as the oldest does that it names', async (folder) => {
  const readme = await readFile(new URL(`../../../${folder}README.md`, import.meta.url), 'utf8')
  const programs = [...readme.matchAll(/^```ts\n(import [\s\S]*?)^```/gm)].map(([, program = '']) => program)
  expect(programs.length).toBeGreaterThan(0)
  for (const program of programs) {
    const { code } = await transform(program.replace(/^import .*$/gm, ''), { loader: 'ts', target: 'esnext' })
    expect(() => new Script(`async () => {${code}}`), program).not.toThrow()
  }
})
