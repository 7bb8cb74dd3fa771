import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { otherTenantId, start, tenantId } from './contoso.ts'
import { issuedToken } from './token-request.ts'
import { ada, contosoWithUsers } from './user-directory.ts'

/** What the Azure CLI asks for besides tokens. */
const subscriptionId = '55555555-5555-4555-8555-555555555555'
const otherSubscriptionId = '66666666-6666-4666-8666-666666666666'
const emulator = await startEmulator({
  directory: {
    ...contosoWithUsers,
    subscriptions: [
      { id: subscriptionId, name: 'Shop', tenantId },
      { id: otherSubscriptionId, tenantId: 'fabrikam.example' },
    ],
  },
  hosts: ['login.microsoftonline.com', 'management.azure.com'],
  now: () => start,
})
afterAll(() => emulator.close())
beforeEach(() => emulator.clock.set(start))

type Answer = Record<string, unknown>

async function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: Answer }> {
  const response = await emulator.fetch(emulator.url + path, { headers })
  return { status: response.status, body: (await response.json()) as Answer }
}

async function bearer(resource = 'https://management.core.windows.net/'): Promise<Record<string, string>> {
  const { answer } = await issuedToken(emulator, { scope: `${resource}/.default` })
  return { authorization: `Bearer ${answer.access_token}`, host: 'management.azure.com' }
}

describe('Azure Resource Manager', () => {
  test('lists the subscriptions of the token’s tenant, and no other’s', async () => {
    const { status, body } = await get('/subscriptions?api-version=2019-11-01', await bearer())
    expect(status).toBe(200)
    expect(body.value).toEqual([
      {
        id: `/subscriptions/${subscriptionId}`,
        subscriptionId,
        tenantId,
        displayName: 'Shop',
        state: 'Enabled',
        authorizationSource: 'RoleBased',
        managedByTenants: [],
        subscriptionPolicies: expect.objectContaining({ spendingLimit: 'Off' }),
      },
    ])
  })

  test('lists the tenants that a user belongs to', async () => {
    const { body } = await get('/tenants?api-version=2019-11-01', await bearer('https://management.azure.com'))
    expect(body.value).toMatchObject([{ id: `/tenants/${tenantId}`, tenantId, displayName: 'Contoso' }])
  })

  test.for<[string, () => Promise<Record<string, string>>, string]>([
    ['no token', async () => ({}), 'AuthenticationFailed'],
    ['no bearer', async () => ({ authorization: 'Basic YWRhOnB3' }), 'InvalidAuthenticationToken'],
    ['a token that was altered', async () => altered(await bearer()), 'InvalidAuthenticationToken'],
    ['a token for another resource', () => bearer('https://storage.azure.com'), 'InvalidAuthenticationTokenAudience'],
    ['a token of yesterday', yesterdays, 'ExpiredAuthenticationToken'],
  ])('refuses %s', async ([, headers, code]) => {
    for (const path of ['/tenants?api-version=2019-11-01', '/subscriptions?api-version=2019-11-01']) {
      const response = await emulator.fetch(emulator.url + path, { headers: await headers() })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer authorization_uri=/)
      expect(await response.json()).toMatchObject({ error: { code, message: expect.any(String) } })
    }
  })

  test('wants the version of its interface', async () => {
    const { status, body } = await get('/subscriptions', await bearer())
    expect([status, body]).toMatchObject([400, { error: { code: 'MissingApiVersionParameter' } }])
  })

  function altered({ authorization = '', ...rest }: Record<string, string>): Record<string, string> {
    return { authorization: `${authorization.slice(0, -6)}AAAAAA`, ...rest }
  }

  async function yesterdays(): Promise<Record<string, string>> {
    emulator.clock.set(start - 86_400_000)
    const headers = await bearer()
    emulator.clock.set(start)
    return headers
  }
})

describe('instance discovery', () => {
  const ask = (path: string, version: string): string =>
    `/common/discovery/instance?api-version=${version}&authorization_endpoint=${encodeURIComponent(emulator.url + path)}`

  test('1.0 names the metadata alone', async () => {
    const { body } = await get(ask(`/${tenantId}/oauth2/v2.0/authorize`, '1.0'))
    expect(body).toEqual({
      tenant_discovery_endpoint: `${emulator.url}/${tenantId}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.0',
    })
  })

  test('1.1 names the hosts that stand for one another too', async () => {
    expect((await get(ask(`/${tenantId}/oauth2/v2.0/authorize`, '1.1'))).body).toHaveProperty('metadata')
  })

  test('of a version 1 authority names the metadata of version 1', async () => {
    const { body } = await get(ask(`/${otherTenantId}/oauth2/authorize`, '1.0'))
    expect(body.tenant_discovery_endpoint).toBe(`${emulator.url}/${otherTenantId}/.well-known/openid-configuration`)
  })
})

describe('the realm of a user', () => {
  test.for([
    [
      'of a tenant’s domain',
      'anyone@contoso.onmicrosoft.com',
      { account_type: 'Managed', domain_name: 'contoso.onmicrosoft.com' },
    ],
    ['who is declared', ada.username.toUpperCase(), { account_type: 'Managed', domain_name: 'contoso.example' }],
    ['of a domain that nobody knows', 'someone@nowhere.example', { account_type: 'Unknown' }],
  ] as const)('%s', async ([, user, expected]) => {
    const headers = { host: 'login.microsoftonline.com' }
    const { body } = await get(`/common/userrealm/${encodeURIComponent(user)}?api-version=1.0`, headers)
    expect(body).toEqual({
      ver: '1.0',
      ...expected,
      cloud_instance_name: 'microsoftonline.com',
      cloud_audience_urn: 'urn:federation:MicrosoftOnline',
    })
  })
})

test('metadata names the cloud by the host it is asked at', async () => {
  const path = '/common/v2.0/.well-known/openid-configuration'
  expect((await get(path, { host: 'login.microsoftonline.com' })).body.cloud_instance_name).toBe('microsoftonline.com')
  expect((await get(path)).body.cloud_instance_name).toBe('localhost')
})

test('AD FS has no tenant in its addresses: metadata, tokens of apps and users, and device codes are there', async () => {
  const { body: metadata } = await get('/adfs/.well-known/openid-configuration')
  expect(metadata).toMatchObject({
    token_endpoint: `${emulator.url}/adfs/oauth2/token`,
    device_authorization_endpoint: `${emulator.url}/adfs/oauth2/devicecode`,
  })
  const client_id = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
  const scope = 'https://management.core.windows.net//.default openid'
  const asked = await emulator.fetch(String(metadata.device_authorization_endpoint), {
    method: 'POST',
    body: new URLSearchParams({ client_id, scope }),
  })
  const { user_code, device_code } = (await asked.json()) as { user_code: string; device_code: string }
  emulator.approveDeviceCode(user_code, { user: ada })
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  const given = await emulator.fetch(String(metadata.token_endpoint), {
    method: 'POST',
    body: new URLSearchParams({ grant_type, client_id, device_code, code: device_code }),
  })
  expect(await given.json()).toMatchObject({ token_type: 'Bearer', refresh_token: expect.any(String) })
})

test.for(['', '/'])(
  'a host of managed identities takes its address with and without a slash at its end: "%s"',
  async (end) => {
    await using machine = await startEmulator({ directory: contosoWithUsers })
    const { url } = await machine.managedIdentity({ host: 'imds' })
    const response = await machine.fetch(`${url}${end}?resource=https://storage.azure.com&api-version=2018-02-01`, {
      headers: { metadata: 'true' },
    })
    expect(response.status).toBe(200)
  },
)
