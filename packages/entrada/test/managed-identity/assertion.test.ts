import {
  AzureAuthorityHosts,
  ClientAssertionCredential,
  ManagedIdentityCredential,
  managedIdentityAssertion,
} from 'entrada'
import { afterAll, expect, test, vi } from 'vitest'
import { thrown } from '../credentials/thrown.ts'
import { clientId as appId, createWorld, failure, scope, tenantId } from '../world.ts'
import { standIn, start, tokenBody, variables } from './stand-in.ts'

const world = await createWorld()
afterAll(() => world.close())

test('an application that trusts a managed identity gets its token, and both are asked for once', async () => {
  const { emulator } = world
  const user = { name: 'shop' }
  const host = await emulator.managedIdentity({ host: 'app-service', identities: ['system', user] })
  const { clientId = '', objectId = '' } = host.identities[1] ?? {}
  const trust = {
    name: 'the managed identity',
    issuer: `${emulator.url}/${tenantId}/v2.0`,
    subject: objectId,
    audience: 'api://AzureADTokenExchange',
  }
  emulator.updateApp('app', { federatedCredentials: [trust] })
  world.reset()

  const options = world.options({ ...host.env })
  await using identity = new ManagedIdentityCredential({ ...options, clientId })
  await using credential = new ClientAssertionCredential(tenantId, appId, managedIdentityAssertion(identity), options)
  const { token } = await credential.getToken(scope)
  expect(JSON.parse(atob(token.split('.')[1] ?? ''))).toMatchObject({ appid: appId })
  await credential.getToken(scope)
  await credential.getToken('https://vault.azure.net/.default')
  await credential.getToken(scope)
  const [exchange, , ...others] = emulator.requests.filter(({ form }) => form.client_assertion !== undefined)
  expect(others).toEqual([])
  expect(host.requests).toHaveLength(1)
  expect(host.requests[0]?.query).toMatchObject({ resource: 'api://AzureADTokenExchange', client_id: clientId })
  expect(exchange?.form).toMatchObject({ client_id: appId, scope })

  await using system = new ManagedIdentityCredential(options)
  await using stranger = new ClientAssertionCredential(tenantId, appId, managedIdentityAssertion(system), options)
  expect((await failure(stranger.getToken(scope))).message).toContain('AADSTS700213')
})

test.each([
  [AzureAuthorityHosts.AzurePublicCloud, 'api://AzureADTokenExchange'],
  [AzureAuthorityHosts.AzureGovernment, 'api://AzureADTokenExchangeUSGov'],
  [AzureAuthorityHosts.AzureChina, 'api://AzureADTokenExchangeChina'],
])('the audience is that of the cloud: %s', async (authorityHost, audience) => {
  const resources: (string | null)[] = []
  const { fetch } = standIn(({ url }) => {
    resources.push(new URL(url).searchParams.get('resource'))
    return { body: tokenBody({ resource: audience }) }
  })
  await using identity = new ManagedIdentityCredential({
    fetch,
    host: { env: variables['app-service'], now: () => start },
  })
  expect(await managedIdentityAssertion(identity, { authorityHost })()).toBe('the-token')
  vi.stubEnv('AZURE_AUTHORITY_HOST', authorityHost)
  await managedIdentityAssertion(identity)()
  vi.unstubAllEnvs()
  await managedIdentityAssertion(identity)().catch(() => undefined)
  expect(resources).toEqual([audience, ...(audience.endsWith('Exchange') ? [] : ['api://AzureADTokenExchange'])])
})

test('anything that is not a credential or an authority is refused at once', () => {
  for (const identity of [undefined, null, {}, 'id']) {
    expect(thrown(() => managedIdentityAssertion(identity as never)).message).toBe(
      'managedIdentityAssertion: the identity has no getToken. Pass a ManagedIdentityCredential.',
    )
  }
  const identity = { getToken: async () => null }
  const error = thrown(() => managedIdentityAssertion(identity, { authorityHost: 'http://login.example' }))
  expect(error.message).toMatch(/^managedIdentityAssertion: authorityHost/)
})

test('a credential that gives nothing is the fault of the assertion, and said to be', async () => {
  const error = await failure(managedIdentityAssertion({ getToken: async () => null })())
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toContain('managedIdentityAssertion: the identity returned no token')
})
