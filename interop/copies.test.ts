import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as peer from '@azure/identity'
import * as verifying from '@entrada/verify'
import * as here from 'entrada'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'

const scope = 'https://storage.azure.com/.default'

/** Another copy of this library in the same process, as a bundle has one that a package outside of it does not see. */
let there: typeof here
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-copy-'))
  const outfile = join(folder, 'copy.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('../packages/entrada/src/index.ts', import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['open', 'tinyexec'],
    logLevel: 'error',
  })
  there = await import(pathToFileURL(outfile).href)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const names = [
  'CredentialUnavailableError',
  'AuthenticationRequiredError',
  'AggregateAuthenticationError',
  'AuthenticationError',
] as const

function errorsOf({ CredentialUnavailableError, ...others }: typeof here): Record<(typeof names)[number], Error> {
  return {
    CredentialUnavailableError: new CredentialUnavailableError('not here'),
    AuthenticationRequiredError: new others.AuthenticationRequiredError({ scopes: ['s'] }),
    AggregateAuthenticationError: new others.AggregateAuthenticationError([]),
    AuthenticationError: new others.AuthenticationError(400, {}),
  }
}

/** The classes of a copy that an error is an instance of. */
function classesOf(error: unknown, copy: typeof here): string[] {
  return names.filter((name) => error instanceof copy[name])
}

describe('an error of one copy', () => {
  test('is an instance of the other’s classes, as it is of its own', () => {
    const [ours, theirs] = [errorsOf(here), errorsOf(there)]
    for (const name of names) {
      expect(classesOf(theirs[name], here), name).toEqual(classesOf(ours[name], here))
      expect(classesOf(ours[name], there), name).toEqual(classesOf(ours[name], here))
    }
    expect(classesOf(theirs.AggregateAuthenticationError, here)).toEqual([
      'CredentialUnavailableError',
      'AggregateAuthenticationError',
    ])
    expect(classesOf(theirs.AuthenticationError, here)).toEqual(['AuthenticationError'])
  })

  test('of a class that a program derives is an instance of that class alone where it was derived', () => {
    class Derived extends here.CredentialUnavailableError {}
    expect(new Derived('x')).toBeInstanceOf(Derived)
    expect(classesOf(new Derived('x'), there)).toEqual(['CredentialUnavailableError'])
    expect(new here.CredentialUnavailableError('x')).not.toBeInstanceOf(Derived)
    expect(new there.CredentialUnavailableError('x')).not.toBeInstanceOf(Derived)
  })

  test('lets a chain of the other go on', async () => {
    const unavailable = { getToken: () => Promise.reject(new there.CredentialUnavailableError('not here')) }
    const chain = new here.ChainedTokenCredential(unavailable)
    await expect(chain.getToken('s')).rejects.toBeInstanceOf(there.AggregateAuthenticationError)
  })
})

test('an answer of one copy of @entrada/verify is answered by the other’s middleware', async () => {
  const outfile = join(folder, 'verify.mjs')
  await build({
    stdin: {
      contents: `export * from './src/index.ts'; export * from './src/middleware/fetch.ts'`,
      resolveDir: fileURLToPath(new URL('../packages/verify', import.meta.url)),
    },
    ...{ outfile, bundle: true, format: 'esm', platform: 'node', external: ['jose'], logLevel: 'error' },
  })
  const other: typeof verifying & typeof import('@entrada/verify/fetch') = await import(pathToFileURL(outfile).href)
  const id = '11111111-1111-4111-8111-111111111111'
  const verify = verifying.accessTokens({ audience: id, tenants: [id] })
  const { status } = await other.withAccessToken(verify, () => new Response())(new Request('https://api.example/'))
  expect(status).toBe(401)
  const unavailable = new other.KeysUnavailable('https://login.example', 'x')
  expect(unavailable).toBeInstanceOf(verifying.KeysUnavailable)
  expect(unavailable).not.toBeInstanceOf(verifying.TokenRejected)
  class Derived extends verifying.TokenRejected {}
  expect(other.challenge({ claims: {} })).toBeInstanceOf(verifying.TokenRejected)
  expect(other.challenge({ claims: {} })).not.toBeInstanceOf(Derived)
  expect({ 'entrada:TokenRejected': true }).not.toBeInstanceOf(verifying.TokenRejected)
})

test('what looks like an error of ours and is none is not an instance', () => {
  const forged = { name: 'AuthenticationError', 'entrada:AuthenticationError': true, message: 'x' }
  for (const other of [forged, undefined, null, 'AuthenticationError', new Error('x'), Object.create(null)]) {
    expect(classesOf(other, here)).toEqual([])
  }
  expect(classesOf(new peer.AuthenticationError(400, {}), here)).toEqual([])
  expect(classesOf(new peer.CredentialUnavailableError('x'), here)).toEqual([])
})

describe('a plug-in', () => {
  const setPersistence = (copy: typeof here, make: unknown): void =>
    copy.useIdentityPlugin((context) =>
      (context as { cachePluginControl: { setPersistence(make: unknown): void } }).cachePluginControl.setPersistence(
        make,
      ),
    )
  afterEach(() => setPersistence(here, undefined))

  test('that is registered with one copy serves the other', async () => {
    const asked: string[] = []
    setPersistence(there, async ({ name }: { name: string }) => {
      asked.push(name)
      return { beforeCacheAccess: async () => undefined, afterCacheAccess: async () => undefined }
    })
    const credential = new here.ClientSecretCredential('contoso.example', 'client', 'secret', {
      fetch: async () => Response.json({ access_token: 'a', expires_in: 3600, token_type: 'Bearer' }),
      tokenCachePersistenceOptions: { enabled: true, name: 'shared' },
    })
    await credential.getToken(scope)
    await credential.close()
    expect(asked.length).toBeGreaterThan(0)
  })
})

test('the limit of the metadata service holds for both copies together', async () => {
  const running: (() => void)[] = []
  const answer = (): Response => Response.json({ access_token: 'a', expires_in: 3600, token_type: 'Bearer' })
  const held = () => new Promise<Response>((resolve) => running.push(() => resolve(answer())))
  const ask = ({ ManagedIdentityCredential }: typeof here, fetch: () => Promise<Response>, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        new ManagedIdentityCredential({ clientId: `identity-${index}`, fetch }).getToken(scope),
      ),
    )
  const ours = ask(here, held, 5)
  await vi.waitUntil(() => running.length === 5, { timeout: 20_000 })
  const theirs = ask(there, held, 1)
  // Whoever asks over another transport later than they did has an answer before they have one.
  await ask(there, async () => answer(), 1)
  expect(running).toHaveLength(5)
  for (const finish of running) finish()
  await vi.waitUntil(() => running.length === 6, { timeout: 20_000 })
  running[5]?.()
  await Promise.all([ours, theirs])
})
