import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createWorld, failure } from '../world.ts'
import {
  create,
  fakeFiles,
  type Kind,
  type Reply,
  resource,
  type Sent,
  standIn,
  tokenBody,
  variables,
} from './stand-in.ts'

const scope = `${resource}/.default`
const claims = '{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}'
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Gives a new token each time. */
const host = (): ReturnType<typeof standIn> => {
  let count = 0
  return standIn(() => ({ body: tokenBody({ access_token: `token-${++count}` }) }))
}

const parametersOf = (sent: Sent | undefined): Record<string, string> =>
  Object.fromEntries(new URL(sent?.url ?? '').searchParams)

test('App Service receives the revoked token’s hash, in the version that supports it', async () => {
  const { fetch, sent } = host()
  await using credential = create(variables['app-service'], { fetch })
  const first = await credential.getToken(scope)
  const second = await credential.getToken(scope, { claims })
  expect(second.token).not.toBe(first.token)
  expect(sent.map(parametersOf)).toEqual([
    { 'api-version': '2019-08-01', resource },
    { 'api-version': '2025-03-30', resource, xms_cc: 'cp1', token_sha256_to_refresh: sha256(first.token) },
  ])
  expect(await credential.getToken(scope)).toBe(second)
  await credential.getToken(scope, { claims })
  expect(parametersOf(sent[2]).token_sha256_to_refresh).toBe(sha256(second.token))
})

test('Service Fabric receives the same, in the version it has', async () => {
  const { fetch, sent } = host()
  await using credential = create(variables['service-fabric'], { fetch })
  const first = await credential.getToken(scope)
  await credential.getToken(scope, { claims })
  expect(sent.map(parametersOf)).toEqual([
    { 'api-version': '2019-07-01-preview', resource },
    { 'api-version': '2019-07-01-preview', resource, xms_cc: 'cp1', token_sha256_to_refresh: sha256(first.token) },
  ])
})

test('without a token to revoke there is no hash of one', async () => {
  const { fetch, sent } = host()
  await using credential = create(variables['app-service'], { fetch })
  await credential.getToken(scope, { claims })
  expect(parametersOf(sent[0])).toEqual({ 'api-version': '2025-03-30', resource, xms_cc: 'cp1' })
})

test('a token of another resource, or of the other kind, is not the one that was revoked', async () => {
  const { fetch, sent } = standIn(() => ({ body: tokenBody({ resource: undefined }) }))
  await using credential = create(variables['app-service'], { fetch })
  await credential.getToken('https://vault.azure.net/.default')
  await credential.getToken(scope, { enableCae: true })
  await credential.getToken(scope, { claims })
  expect(parametersOf(sent[2])).not.toHaveProperty('token_sha256_to_refresh')
  await credential.getToken(scope, { claims, enableCae: true })
  expect(parametersOf(sent[3])).toHaveProperty('token_sha256_to_refresh')
})

describe('an App Service that does not know the version', () => {
  test.each<[string, Reply]>([
    [
      '400',
      {
        status: 400,
        body: { error: { code: 'UnsupportedApiVersion', message: "does not support the API version '2025-03-30'" } },
      },
    ],
    ['404', { status: 404, body: { message: 'api-version 2025-03-30 is unknown' } }],
  ])('and says so with %s is asked in the usual one', async (_, refusal) => {
    const { fetch, sent } = standIn(refusal, { body: tokenBody() })
    await using credential = create(variables['app-service'], { fetch })
    expect((await credential.getToken(scope, { claims })).token).toBe('the-token')
    expect(sent.map(parametersOf)).toEqual([
      { 'api-version': '2025-03-30', resource, xms_cc: 'cp1' },
      { 'api-version': '2019-08-01', resource },
    ])
  })

  test('but refuses for another reason is asked no more', async () => {
    const { fetch, sent } = standIn({ status: 400, body: { message: 'No identity found' } })
    await using credential = create(variables['app-service'], { fetch })
    expect(await failure(credential.getToken(scope, { claims }))).toMatchObject({ statusCode: 400 })
    expect(sent).toHaveLength(1)
  })
})

test.each<Kind>(['imds', 'azure-arc', 'machine-learning', 'cloud-shell'])(
  '%s knows nothing of revocation, and is asked anew all the same',
  async (kind) => {
    const { fetch, sent } = host()
    await using credential = create(variables[kind], { fetch, host: { files: fakeFiles() } })
    const first = await credential.getToken(scope)
    const second = await credential.getToken(scope, { claims })
    expect(second.token).not.toBe(first.token)
    expect(await credential.getToken(scope)).toBe(second)
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual(sent[0])
  },
)

test('the same challenge from a hundred callers is one refresh', async () => {
  const { fetch, sent } = host()
  await using credential = create(variables['app-service'], { fetch })
  await credential.getToken(scope)
  const tokens = await Promise.all(Array.from({ length: 100 }, () => credential.getToken(scope, { claims })))
  expect(new Set(tokens.map(({ token }) => token))).toEqual(new Set(['token-2']))
  expect(sent).toHaveLength(2)
})

test('a host that keeps tokens for a day gives a new one in place of the revoked one', async () => {
  const world = await createWorld()
  try {
    for (const options of [{ host: 'app-service' }, { host: 'service-fabric' }] as const) {
      const place = await world.emulator.managedIdentity(options)
      await using credential = create(place.env, { ...world.options({ ...place.env }) })
      const { token } = await credential.getToken(scope)
      await using another = create(place.env, { ...world.options({ ...place.env }) })
      expect((await another.getToken(scope)).token).toBe(token)
      const fresh = await credential.getToken(scope, { claims })
      expect(fresh.token).not.toBe(token)
      expect(JSON.parse(atob(fresh.token.split('.')[1] ?? ''))).toMatchObject({ xms_cc: ['cp1'] })
    }
    const old = await world.emulator.managedIdentity({ host: 'app-service', apiVersions: ['2019-08-01'] })
    await using credential = create(old.env, { ...world.options({ ...old.env }) })
    await credential.getToken(scope)
    expect((await credential.getToken(scope, { claims })).token).toBeTruthy()
    expect(old.requests.map(({ status }) => status)).toEqual([200, 400, 200])
  } finally {
    await world.close()
  }
})
