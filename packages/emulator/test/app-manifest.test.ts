import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { secret, tenantId } from './contoso.ts'
import { issuedToken, refusalOf, requestToken } from './token-request.ts'

const apiId = '55555555-5555-4555-8555-555555555555'
const tenants = [{ id: tenantId, domains: ['contoso.onmicrosoft.com'] }]

/** As the portal exports it today, in Microsoft Graph's format, with the fields that do not matter here too. */
const graphFormat = {
  id: '66666666-6666-4666-8666-666666666666',
  deletedDateTime: null,
  appId: apiId,
  applicationTemplateId: null,
  disabledByMicrosoftStatus: null,
  createdDateTime: '2026-03-01T08:00:00Z',
  displayName: 'Orders',
  description: null,
  groupMembershipClaims: 'SecurityGroup',
  identifierUris: ['api://orders'],
  isDeviceOnlyAuthSupported: null,
  isFallbackPublicClient: true,
  nativeAuthenticationApisEnabled: null,
  notes: null,
  publisherDomain: 'contoso.onmicrosoft.com',
  serviceManagementReference: null,
  signInAudience: 'AzureADMyOrg',
  tags: [],
  tokenEncryptionKeyId: null,
  samlMetadataUrl: null,
  defaultRedirectUri: null,
  certification: null,
  optionalClaims: {
    idToken: [{ name: 'email', source: null, essential: false, additionalProperties: [] }],
    accessToken: [
      { name: 'idtyp', source: null, essential: false, additionalProperties: ['include_user_token'] },
      { name: 'extension_x_skypeId', source: 'user', essential: false, additionalProperties: [] },
    ],
    saml2Token: [],
  },
  servicePrincipalLockConfiguration: { isEnabled: true, allProperties: true },
  requestSignatureVerification: null,
  addIns: [],
  api: {
    acceptMappedClaims: null,
    knownClientApplications: [],
    requestedAccessTokenVersion: 2,
    oauth2PermissionScopes: [
      {
        adminConsentDescription: 'Reads orders',
        adminConsentDisplayName: 'Read orders',
        id: '77777777-7777-4777-8777-777777777777',
        isEnabled: true,
        type: 'User',
        userConsentDescription: null,
        userConsentDisplayName: null,
        value: 'Orders.Read',
      },
    ],
    preAuthorizedApplications: [],
  },
  appRoles: [
    {
      allowedMemberTypes: ['Application'],
      description: 'Reads all orders',
      displayName: 'Orders reader',
      id: '88888888-8888-4888-8888-888888888888',
      isEnabled: true,
      origin: 'Application',
      value: 'Orders.Read.All',
    },
  ],
  info: { logoUrl: null, marketingUrl: null },
  keyCredentials: [{ customKeyIdentifier: 'AB', displayName: 'CN=x', key: null, type: 'AsymmetricX509Cert' }],
  parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: 'Allow' },
  passwordCredentials: [{ customKeyIdentifier: null, hint: 'abc', secretText: null, displayName: 'ci' }],
  publicClient: { redirectUris: ['http://localhost'] },
  requiredResourceAccess: [{ resourceAppId: '00000003-0000-0000-c000-000000000000', resourceAccess: [] }],
  verifiedPublisher: { displayName: null },
  web: {
    homePageUrl: null,
    logoutUrl: null,
    redirectUris: ['https://orders.contoso.example/signin-oidc'],
    implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: true },
    redirectUriSettings: [],
  },
  spa: { redirectUris: ['http://localhost:5173/'] },
}

/** As the portal exported it until 2024, in Azure AD Graph's format. */
const olderFormat = {
  id: '66666666-6666-4666-8666-666666666666',
  acceptMappedClaims: null,
  accessTokenAcceptedVersion: 2,
  addIns: [],
  allowPublicClient: null,
  appId: apiId,
  appRoles: [],
  oauth2AllowUrlPathMatching: false,
  groupMembershipClaims: null,
  identifierUris: ['api://orders'],
  informationalUrls: { termsOfService: null },
  keyCredentials: [],
  knownClientApplications: [],
  name: 'Orders',
  oauth2AllowIdTokenImplicitFlow: true,
  oauth2AllowImplicitFlow: false,
  oauth2Permissions: [
    { id: '77777777-7777-4777-8777-777777777777', isEnabled: true, type: 'User', value: 'Orders.Read' },
  ],
  optionalClaims: null,
  passwordCredentials: [],
  publisherDomain: 'contoso.onmicrosoft.com',
  replyUrlsWithType: [
    { url: 'https://orders.contoso.example/signin-oidc', type: 'Web' },
    { url: 'http://localhost:5173/', type: 'Spa' },
    { url: 'http://localhost', type: 'InstalledClient' },
  ],
  signInAudience: 'AzureADMyOrg',
}

describe.each([
  ['Microsoft Graph’s format', graphFormat],
  ['Azure AD Graph’s format', olderFormat],
])('an exported manifest in %s', (_, manifest) => {
  test('declares the app, with what an export lacks beside it', async () => {
    const app = { manifest, secrets: [{ value: secret }] }
    await using emulator = await startEmulator({ directory: { tenants, apps: [app] } })
    expect(emulator.env('Orders')).toMatchObject({ AZURE_CLIENT_ID: apiId, AZURE_TENANT_ID: tenantId })
    const { claims } = await issuedToken(emulator, { client_id: apiId, scope: 'api://orders/.default' })
    expect(claims).toMatchObject({ ver: '2.0', aud: apiId })
  })

  test.each(['https://orders.contoso.example/signin-oidc', 'http://localhost:5173/', 'http://localhost:4711'])(
    'registers the redirect URI %s',
    async (redirectUri) => {
      await using emulator = await startEmulator({ directory: { tenants, apps: [{ manifest }] } })
      const query = new URLSearchParams({ client_id: apiId, redirect_uri: redirectUri, response_type: 'id_token' })
      const response = await emulator.fetch(`${emulator.url}/${tenantId}/oauth2/v2.0/authorize?${query}`, {
        redirect: 'manual',
      })
      // The scope is missing: the app is told so, at its registered address, and may have ID tokens.
      expect(response.headers.get('location')?.startsWith(redirectUri)).toBe(true)
      expect(response.headers.get('location')).toMatch(/AADSTS900144/)
    },
  )
})

test('what stands beside a manifest replaces what it says', async () => {
  const app = { manifest: graphFormat, requestedAccessTokenVersion: 1, secrets: [{ value: secret }] } as const
  await using emulator = await startEmulator({ directory: { tenants, apps: [app] } })
  const { claims } = await issuedToken(emulator, { client_id: apiId, scope: 'api://orders/.default' })
  expect(claims.ver).toBe('1.0')
})

test('the optional claims of a manifest are in its tokens', async () => {
  const app = { manifest: graphFormat, secrets: [{ value: secret }] }
  await using emulator = await startEmulator({ directory: { tenants, apps: [app] } })
  const { claims } = await issuedToken(emulator, { client_id: apiId, scope: 'api://orders/.default' })
  expect(claims.idtyp).toBe('app')
})

test('a manifest of a multitenant app makes it known everywhere', async () => {
  const other = '22222222-2222-4222-8222-222222222222'
  const manifest = { ...graphFormat, signInAudience: 'AzureADMultipleOrgs' }
  const directory = { tenants: [...tenants, { id: other }], apps: [{ manifest, secrets: [{ value: secret }] }] }
  await using emulator = await startEmulator({ directory })
  const path = `/${other}/oauth2/v2.0/token`
  await issuedToken(emulator, { client_id: apiId, scope: 'https://graph.microsoft.com/.default' }, { path })
})

test('a directory file names manifests by paths beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'emulator-manifest-'))
  await writeFile(join(folder, 'orders.json'), JSON.stringify(graphFormat))
  const file = join(folder, 'directory.json')
  await writeFile(file, JSON.stringify({ tenants, apps: [{ manifest: 'orders.json', secrets: [{ value: secret }] }] }))
  await using emulator = await startEmulator({ directory: file })
  expect(emulator.env('Orders').AZURE_CLIENT_ID).toBe(apiId)
  await rm(folder, { recursive: true })
})

test.each([
  ['is no object', [], 'apps[0].manifest is not an object.'],
  ['is of something else', { kind: 'Deployment' }, 'apps[0].manifest has no appId.'],
  ['is missing', '/nowhere/app.json', 'the file "/nowhere/app.json" cannot be read (ENOENT).'],
])('a manifest that %s is refused at start', async (_, manifest, message) => {
  const apps = [{ manifest: manifest as string }]
  await expect(startEmulator({ directory: { tenants, apps } })).rejects.toThrow(message)
})

test('a manifest without a domain that is declared needs a tenantId beside it', async () => {
  const manifest = { ...graphFormat, publisherDomain: 'fabrikam.example' }
  await expect(startEmulator({ directory: { tenants, apps: [{ manifest }] } })).rejects.toThrow(
    'apps[0].tenantId "fabrikam.example" is not a declared tenant.',
  )
  const app = { manifest, tenantId, secrets: [{ value: secret }] }
  await using emulator = await startEmulator({ directory: { tenants, apps: [app] } })
  const body = await refusalOf(await requestToken(emulator, { client_id: apiId, client_secret: 'wrong' }))
  expect(body.error_codes).toEqual([7000215])
})
