import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { contoso, tenantId } from './contoso.ts'
import { refusalOf } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso, hosts: ['login.microsoftonline.com'] })
afterAll(() => emulator.close())

function isOurs(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(`${emulator.url}/`)
}

async function get(address: string, host?: string): Promise<Record<string, unknown>> {
  const response = await emulator.fetch(address, host === undefined ? {} : { headers: { host } })
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

describe('OpenID metadata', () => {
  test.for(['https://localhost:8443', 'http://127.0.0.1:8080', 'https://[::1]:8443', 'https://sts.localhost:1'])(
    'follows the address it is asked by: %s',
    async (origin) => {
      const metadata = await get(`${origin}/${tenantId}/v2.0/.well-known/openid-configuration`)
      expect(metadata).toMatchObject({
        issuer: `${origin}/${tenantId}/v2.0`,
        token_endpoint: `${origin}/${tenantId}/oauth2/v2.0/token`,
        authorization_endpoint: `${origin}/${tenantId}/oauth2/v2.0/authorize`,
        device_authorization_endpoint: `${origin}/${tenantId}/oauth2/v2.0/devicecode`,
        jwks_uri: `${origin}/${tenantId}/discovery/v2.0/keys`,
      })
    },
  )

  test('follows a listed host, whatever its port', async () => {
    const path = `/${tenantId}/v2.0/.well-known/openid-configuration`
    const metadata = await get(`${emulator.url}${path}`, 'login.microsoftonline.com')
    expect(metadata.issuer).toBe(`https://login.microsoftonline.com/${tenantId}/v2.0`)
  })

  test('names the tenant by its id when it is asked by domain', async () => {
    const metadata = await get(`${emulator.url}/fabrikam.example/v2.0/.well-known/openid-configuration`)
    expect(metadata.token_endpoint).toContain('/22222222-2222-4222-8222-222222222222/')
  })

  test.for(['common', 'organizations'])('of /%s leaves the tenant open', async (segment) => {
    const v2 = await get(`${emulator.url}/${segment}/v2.0/.well-known/openid-configuration`)
    const v1 = await get(`${emulator.url}/${segment}/.well-known/openid-configuration`)
    expect(v2.issuer).toBe(`${emulator.url}/{tenantid}/v2.0`)
    expect(v1.issuer).toBe(`${emulator.url}/{tenantid}/`)
  })

  test('has a form without tenants, as AD FS does', async () => {
    const metadata = await get(`${emulator.url}/adfs/.well-known/openid-configuration`)
    expect(metadata.token_endpoint).toBe(`${emulator.url}/adfs/oauth2/token`)
    expect(await get(String(metadata.jwks_uri))).toHaveProperty('keys')
  })

  test('has the fields of Entra ID’s', async () => {
    const ours = await get(`${emulator.url}/${tenantId}/v2.0/.well-known/openid-configuration`)
    expect(ours).toMatchObject({
      ...{ tenant_region_scope: 'NA', rbac_url: 'https://pas.windows.net' },
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: { token_endpoint: ours.token_endpoint },
      token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt', 'self_signed_tls_client_auth']),
    })
    const common = await get(`${emulator.url}/common/v2.0/.well-known/openid-configuration`)
    expect(common.tenant_region_scope).toBeNull()
  })

  test.each(['v2.0/.well-known/openid-configuration', '.well-known/openid-configuration', 'adfs'])(
    'names no address of the emulator that does not answer: %s',
    async (path) => {
      const base = path === 'adfs' ? 'adfs/.well-known/openid-configuration' : `${tenantId}/${path}`
      const ours = await get(`${emulator.url}/${base}`)
      const { mtls_endpoint_aliases: aliases, ...rest } = ours
      const all = { ...rest, ...(aliases as object) }
      const addresses = Object.entries(all).filter(([name, value]) => name !== 'issuer' && isOurs(value))
      expect(addresses.length).toBeGreaterThanOrEqual(6)
      for (const [name, address] of addresses) {
        expect((await emulator.fetch(String(address))).status, name).not.toBe(404)
      }
    },
  )

  test.each([
    `/${tenantId}/v2.0/.well-known/oauth-authorization-server`,
    `/.well-known/oauth-authorization-server/${tenantId}/v2.0`,
  ])('is also found where RFC 8414 and its readers look: %s', async (path) => {
    const openid = await get(`${emulator.url}/${tenantId}/v2.0/.well-known/openid-configuration`)
    expect(await get(emulator.url + path)).toEqual(openid)
  })

  test.for([
    ['fabrikam', 900023],
    ['unknown.example', 90002],
    ['33333333-3333-4333-8333-333333333333', 90002],
  ] as const)('of the tenant %s is refused with AADSTS%i', async ([segment, code]) => {
    for (const path of [
      'v2.0/.well-known/openid-configuration',
      '.well-known/openid-configuration',
      'discovery/keys',
    ]) {
      const body = await refusalOf(await emulator.fetch(`${emulator.url}/${segment}/${path}`))
      expect(body).toMatchObject({ error: 'invalid_tenant', error_codes: [code] })
    }
  })
})

describe('the addresses of the cloud, which Terraform and the Azure CLI read,', () => {
  const path = '/metadata/endpoints?api-version='

  test('are the emulator’s, and the public cloud’s for services', async () => {
    const cloud = await get(`${emulator.url}${path}2022-09-01`)
    expect(cloud).toMatchObject({
      authentication: { loginEndpoint: emulator.url, tenant: 'common', identityProvider: 'AAD' },
      resourceManager: `${emulator.url}/`,
      suffixes: { storage: 'core.windows.net', keyVaultDns: 'vault.azure.net' },
      microsoftGraphResourceId: 'https://graph.microsoft.com/',
    })
  })

  test('are a list in older versions', async () => {
    expect(await get(`${emulator.url}${path}2019-05-01`)).toMatchObject([{ name: 'AzureCloud' }])
  })

  test('need a version', async () => {
    const response = await emulator.fetch(`${emulator.url}/metadata/endpoints`)
    expect(await response.json()).toMatchObject({ error: { code: 'MissingApiVersionParameter' } })
  })
})

test('published keys are RSA keys for signing, with their certificate', async () => {
  const { keys } = await get(`${emulator.url}/common/discovery/v2.0/keys`)
  expect(keys).toEqual([
    {
      kty: 'RSA',
      use: 'sig',
      kid: expect.any(String),
      x5t: expect.any(String),
      n: expect.any(String),
      e: 'AQAB',
      x5c: [expect.any(String)],
      cloud_instance_name: 'localhost',
      issuer: `${emulator.url}/{tenantid}/v2.0`,
    },
  ])
})

describe('instance discovery', () => {
  const ask = (authority: string): string =>
    `/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(authority)}`

  test('knows the host it is asked by', async () => {
    const { host } = new URL(emulator.url)
    const answer = await get(emulator.url + ask(`${emulator.url}/${tenantId}/oauth2/v2.0/authorize`))
    expect(answer).toMatchObject({
      tenant_discovery_endpoint: `${emulator.url}/${tenantId}/v2.0/.well-known/openid-configuration`,
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    })
  })

  test('gives the aliases of the public cloud when it stands in for it', async () => {
    const authority = 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize'
    const answer = await get(emulator.url + ask(authority), 'login.microsoftonline.com')
    expect(answer.metadata).toEqual([
      {
        preferred_network: 'login.microsoftonline.com',
        preferred_cache: 'login.windows.net',
        aliases: ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
      },
    ])
  })

  test('does not vouch for a strange host', async () => {
    const body = await refusalOf(await emulator.fetch(emulator.url + ask('https://evil.example/common/authorize')))
    expect(body).toMatchObject({ error: 'invalid_instance', error_codes: [50049] })
  })
})

describe('a host that is neither loopback nor listed', () => {
  test.for(['evil.example', 'localhost.evil.example', '10.0.0.1', 'sts.windows.net', 'localhost:1@evil.example'])(
    '%s gets 421',
    async (host) => {
      const response = await emulator.fetch(`${emulator.url}/`, { headers: { host } })
      expect(response.status).toBe(421)
      expect(await response.json()).toMatchObject({ error: 'misdirected_request' })
    },
  )
})

test('the home page says what this is, and escapes what was declared', async () => {
  const tenants = [{ id: tenantId, name: '<script>alert(1)</script>' }]
  await using hostile = await startEmulator({ directory: { tenants, apps: [] } })
  const response = await hostile.fetch(`${hostile.url}/`)
  const page = await response.text()
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(page).toContain('not</strong> Microsoft Entra ID')
  expect(page).toContain(`${hostile.url}/${tenantId}/v2.0/.well-known/openid-configuration`)
  expect(page).not.toContain('<script>')
})

test('other addresses and methods are refused plainly', async () => {
  const nowhere = await emulator.fetch(`${emulator.url}/a/b/c/d`)
  const posted = await emulator.fetch(`${emulator.url}/common/v2.0/.well-known/openid-configuration`, {
    method: 'POST',
  })
  expect([nowhere.status, posted.status]).toEqual([404, 405])
})
