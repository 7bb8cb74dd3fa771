import { ConfidentialClientApplication } from '@azure/msal-node'
import { decodeJwt } from 'jose'
import { afterAll, expect, test } from 'vitest'
import { startTrustedEmulator } from './trusted-emulator.ts'

const tenantId = '11111111-1111-4111-8111-111111111111'
const blueprint = { clientId: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', secret: 's3cret' }
const agentId = '55555555-5555-4555-8555-555555555555'
const robot = { objectId: '00000000-0000-4000-8000-0000000000b0', username: 'robot@contoso.example' }
const emulator = await startTrustedEmulator({
  directory: {
    tenants: [{ id: tenantId, domains: ['contoso.example'] }],
    apps: [
      { name: 'blueprint', clientId: blueprint.clientId, tenantId, secrets: [{ value: blueprint.secret }] },
      { name: 'agent', clientId: agentId, tenantId, agentIdentityBlueprintId: 'blueprint' },
    ],
    users: [{ ...robot, password: 'p', displayName: 'Robot', identityParentId: 'agent' }],
  },
})
afterAll(() => emulator.close())

const authority = `${emulator.url}/${tenantId}`
const shared = { authority, knownAuthorities: [new URL(emulator.url).host] }
const exchange = ['api://AzureADTokenExchange/.default']
const blueprintApp = new ConfidentialClientApplication({
  auth: { ...shared, clientId: blueprint.clientId, clientSecret: blueprint.secret },
})
/** The agent's own client: its assertion is what the blueprint gets for it. */
const agentApp = new ConfidentialClientApplication({
  auth: {
    ...shared,
    clientId: agentId,
    clientAssertion: async () => {
      const result = await blueprintApp.acquireTokenByClientCredential({ scopes: exchange, fmiPath: agentId })
      return result?.accessToken ?? ''
    },
  },
})

test('msal-node gets an agent identity’s token through its blueprint', async () => {
  const result = await agentApp.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] })
  expect(decodeJwt(result?.accessToken ?? '')).toMatchObject({ appid: agentId, xms_par_app_azp: blueprint.clientId })
})

test('msal-node gets the tokens of an agent’s user, and serves them from its cache', async () => {
  const own = await agentApp.acquireTokenByClientCredential({ scopes: exchange })
  const scopes = ['https://graph.microsoft.com/Mail.Read']
  const result = await agentApp.acquireTokenByUserFederatedIdentityCredential({
    ...{ scopes, assertion: own?.accessToken ?? '', username: robot.username },
  })
  expect(decodeJwt(result?.accessToken ?? '')).toMatchObject({ upn: robot.username, appid: agentId })
  expect(result?.account).toMatchObject({ username: robot.username, homeAccountId: `${robot.objectId}.${tenantId}` })
  const account = result?.account
  if (!account) throw new Error('no account')
  expect(await agentApp.acquireTokenSilent({ scopes, account })).toMatchObject({ fromCache: true })
})
