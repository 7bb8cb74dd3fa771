import { AuthenticationError, DefaultAzureCredential, type DefaultAzureCredentialOptions } from 'entrada'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { thrown } from '../credentials/thrown.ts'
import { withoutMachine } from '../without-machine.ts'
import { createWorld, failure, type World } from '../world.ts'
import {
  clientId,
  fakeFiles,
  objectId,
  type Reply,
  resource,
  resourceId,
  standIn,
  start,
  tokenBody,
  variables,
} from './stand-in.ts'

const scope = `${resource}/.default`

function chain(
  env: Record<string, string>,
  options: DefaultAzureCredentialOptions & { replies?: Reply[] } = {},
): { credential: DefaultAzureCredential; query: () => Record<string, string>; count: () => number } {
  const { replies = [{ body: tokenBody() }], ...rest } = options
  const { fetch, sent } = standIn(...replies)
  const host = { env, now: () => start, sleep: async () => undefined, files: fakeFiles(), platform: 'linux' }
  const credential = new DefaultAzureCredential({
    ...withoutMachine,
    excludeManagedIdentityCredential: false,
    fetch,
    host,
    ...rest,
  })
  return {
    credential,
    query: () => Object.fromEntries(new URL(sent.at(-1)?.url ?? '').searchParams),
    count: () => sent.length,
  }
}

describe('the identity of the default chain', () => {
  const other = '99999999-0000-4000-8000-000000000009'
  test.each<[string, Record<string, string>, DefaultAzureCredentialOptions, Record<string, string>]>([
    ['is the machine’s', {}, {}, {}],
    ['is that of managedIdentityClientId', {}, { managedIdentityClientId: clientId }, { client_id: clientId }],
    ['is that of AZURE_CLIENT_ID', { AZURE_CLIENT_ID: clientId }, {}, { client_id: clientId }],
    [
      'is that of managedIdentityClientId before',
      { AZURE_CLIENT_ID: other },
      { managedIdentityClientId: clientId },
      { client_id: clientId },
    ],
    [
      'is that of managedIdentityResourceId before',
      { AZURE_CLIENT_ID: other },
      { managedIdentityResourceId: resourceId },
      { mi_res_id: resourceId },
    ],
    [
      'is that of managedIdentityObjectId before',
      { AZURE_CLIENT_ID: other },
      { managedIdentityObjectId: objectId },
      { object_id: objectId },
    ],
    [
      'is that of managedIdentityResourceId before managedIdentityClientId, which may be the workload’s',
      {},
      { managedIdentityClientId: other, managedIdentityResourceId: resourceId },
      { mi_res_id: resourceId },
    ],
    ['is not that of an empty variable', { AZURE_CLIENT_ID: '' }, {}, {}],
  ])('%s', async (_, env, options, expected) => {
    const { credential, query } = chain({ ...variables['app-service'], ...env }, options)
    expect(await credential.getTokenInfo(scope)).toMatchObject({ credential: 'ManagedIdentityCredential' })
    const { 'api-version': __, resource: ___, ...ids } = query()
    expect(ids).toEqual(expected)
    await credential.close()
  })

  test('is one: two ids are refused by the constructor', () => {
    const error = thrown(() => chain({}, { managedIdentityObjectId: objectId, managedIdentityResourceId: resourceId }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/^ManagedIdentityCredential: only one of/)
  })
})

describe('the default chain', () => {
  test.each<[string, Reply]>([
    ['a refusal', { status: 403, body: { error: 'forbidden' } }],
    ['a refusal of 500', { status: 500, body: { error: 'internal' } }],
    ['a token of another identity', { body: tokenBody({ client_id: objectId }) }],
  ])('stops at %s', async (_, reply) => {
    const { credential } = chain(variables['app-service'], {
      replies: [reply],
      managedIdentityClientId: clientId,
      excludeGitHubActionsCredential: false,
    })
    const error = (await failure(credential.getToken(scope))) as AuthenticationError
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.attempts?.map(({ credential: name, outcome }) => [name, outcome])).toEqual([
      ['EnvironmentCredential', 'unavailable'],
      ['WorkloadIdentityCredential', 'unavailable'],
      ['ManagedIdentityCredential', 'refused'],
    ])
    await credential.close()
  })

  test('goes on where it is unavailable, and tells why', async () => {
    const { credential, count } = chain(variables['cloud-shell'], {
      managedIdentityClientId: clientId,
      excludeGitHubActionsCredential: false,
    })
    const { attempts } = await credential.explain(scope)
    expect(attempts[2]).toMatchObject({
      credential: 'ManagedIdentityCredential',
      outcome: 'unavailable',
      reason: 'Azure Cloud Shell cannot be asked for a user-assigned identity: it signs in the person who uses it.',
      remedy: 'Leave clientId out, or unset AZURE_CLIENT_ID.',
    })
    expect(attempts[3]).toMatchObject({ credential: 'GitHubActionsCredential' })
    expect(count()).toBe(0)
    await credential.close()
  })
})

describe('on AKS', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  beforeEach(() => world.reset())
  afterAll(() => world.close())

  test('managed identity is the token exchange of the workload, as itself and as the chosen one', async () => {
    const host = await world.emulator.managedIdentity({ host: 'aks' })
    const env = { ...host.env, AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential' }
    await using credential = new DefaultAzureCredential(world.options(env))
    const { token } = await credential.getToken(scope)
    expect(JSON.parse(atob(token.split('.')[1] ?? ''))).toMatchObject({ appid: host.identities[0]?.clientId })
    await credential.getToken(scope)
    expect(host.requests).toHaveLength(1)
  })

  test('it is not where the workload was excluded: IMDS is asked', async () => {
    const host = await world.emulator.managedIdentity({ host: 'aks' })
    const imds = await world.emulator.managedIdentity({
      host: 'imds',
      identities: [{ clientId: host.identities[0]?.clientId ?? '' }],
    })
    await using credential = new DefaultAzureCredential({
      ...world.options({ ...host.env, ...imds.env }),
      ...withoutMachine,
      excludeManagedIdentityCredential: false,
      excludeWorkloadIdentityCredential: true,
    })
    await credential.getToken(scope)
    expect(host.requests).toHaveLength(0)
    expect(imds.requests).toHaveLength(1)
  })
})
