import { decodeJwt, type JWTPayload } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { type DirectoryDeclaration, startEmulator } from '../src/index.ts'
import { openBrowser } from './browser.ts'
import { otherTenantId, start, tenantId } from './contoso.ts'
import { refusalOf, requestToken } from './token-request.ts'
import { ada, contosoWithUsers, redirectUri, tokensOf } from './user-directory.ts'

const apiId = '55555555-5555-4555-8555-555555555555'
const globalReader = 'f2ef992c-3afb-46b9-b7cf-a126ee74c451'
const many = Array.from({ length: 201 }, (_, index) => ({ displayName: `Team ${index}`, tenantId }))
const orders = {
  name: 'orders',
  clientId: apiId,
  tenantId,
  tenants: '*',
  identifierUris: ['api://orders'],
  requestedAccessTokenVersion: 2,
  appRoles: [{ value: 'Approver' }],
  groupMembershipClaims: 'SecurityGroup, DirectoryRole',
} as const
const directory: DirectoryDeclaration = {
  ...contosoWithUsers,
  apps: [
    ...contosoWithUsers.apps.map((app) =>
      app.name === 'everywhere'
        ? { ...app, groupMembershipClaims: 'All', idTokens: true, optionalClaims: { idToken: [{ name: 'upn' }] } }
        : app,
    ),
    orders,
  ],
  groups: [
    { displayName: 'Staff', tenantId, members: ['Engineers'], assignedTo: ['orders'] },
    { displayName: 'Engineers', objectId: '77777777-7777-4777-8777-777777777777', tenantId },
    { displayName: 'News', tenantId, securityEnabled: false, mail: 'news@contoso.example', members: [ada.username] },
    { displayName: 'Visitors', tenantId: otherTenantId },
    ...many,
  ],
  users: [
    {
      ...{ ...ada, password: 'enchantress', displayName: 'Ada Lovelace', tenantId, country: 'GB' },
      ...{ mail: 'ada@lovelace.example', givenName: 'Ada', surname: 'Lovelace', guestIn: ['fabrikam.example'] },
      ...{ groups: ['Engineers', 'Visitors'], roles: { orders: ['Approver'] }, directoryRoles: [globalReader] },
    },
    {
      ...{ objectId: '00000000-0000-4000-8000-00000000bab0', username: 'charles@contoso.example', password: 'p' },
      ...{ tenantId, groups: many.map(({ displayName }) => displayName) },
    },
  ],
}
const emulator = await startEmulator({ directory, now: () => start })
afterAll(() => emulator.close())

const groupIds = async (): Promise<Record<string, string>> => {
  const claims = await accessClaims(ada.username)
  const [engineers = '', staff = ''] = [...(claims.groups as string[])].sort((one) => (one.startsWith('7777') ? -1 : 1))
  return { engineers, staff }
}

describe('a user’s token for an API that asks for groups', () => {
  test('names the security groups, those within groups too', async () => {
    const { groups } = await accessClaims(ada.username)
    expect(groups).toHaveLength(2)
    expect(groups).toContain('77777777-7777-4777-8777-777777777777')
  })

  test('has the user’s app roles and directory roles', async () => {
    expect(await accessClaims(ada.username)).toMatchObject({ roles: ['Approver'], wids: [globalReader] })
  })

  test('names only the groups that are assigned to the app, if it asks for those', async () => {
    const { staff } = await groupIds()
    emulator.updateApp('orders', { groupMembershipClaims: 'ApplicationGroup' })
    expect((await accessClaims(ada.username)).groups).toEqual([staff])
    emulator.updateApp('orders', { groupMembershipClaims: 'All' })
    expect((await accessClaims(ada.username)).groups).toHaveLength(3)
    emulator.updateApp('orders', { groupMembershipClaims: null })
    expect(await accessClaims(ada.username)).not.toHaveProperty('groups')
    emulator.updateApp('orders', { groupMembershipClaims: orders.groupMembershipClaims })
  })

  test('has their names, or has them as roles, if the claim’s properties say so', async () => {
    const claim = { name: 'groups', additionalProperties: ['cloud_displayname', 'emit_as_roles'] }
    emulator.updateApp('orders', { optionalClaims: { accessToken: [claim] } })
    const claims = await accessClaims(ada.username)
    expect(claims).not.toHaveProperty('groups')
    expect(new Set(claims.roles as string[])).toEqual(new Set(['Approver', 'Engineers', 'Staff']))
    emulator.updateApp('orders', { optionalClaims: null })
  })

  test('with more than 200 says where to ask for them', async () => {
    const claims = await accessClaims('charles@contoso.example')
    expect(claims).not.toHaveProperty('groups')
    expect(claims._claim_names).toEqual({ groups: 'src1' })
    expect(claims._claim_sources).toEqual({
      src1: { endpoint: `${emulator.url}/v1.0/users/00000000-0000-4000-8000-00000000bab0/getMemberObjects` },
    })
  })
})

test('an ID token follows the registration of the client', async () => {
  const { id_token: token } = await tokens(ada.username, 'openid email', { app: 'everywhere' })
  const claims = decodeJwt(token ?? '')
  expect(claims.groups).toHaveLength(3)
  expect(claims).toMatchObject({ upn: ada.username, email: 'ada@lovelace.example' })
  const { id_token: plain } = await tokens(ada.username, 'openid')
  for (const name of ['groups', 'upn', 'email']) expect(decodeJwt(plain ?? '')).not.toHaveProperty(name)
})

test('an ID token in a URL with more than five groups only says that there are some', async () => {
  const asked = async (mode: string): Promise<JWTPayload> => {
    const browser = openBrowser(emulator)
    const query = new URLSearchParams({
      ...{ client_id: String(directory.apps[3]?.clientId), redirect_uri: redirectUri, response_type: 'id_token' },
      ...{ scope: 'openid', nonce: 'n', response_mode: mode },
    })
    await browser.open(`/${tenantId}/oauth2/v2.0/authorize?${query}`)
    const end = await browser.submit({ username: 'charles@contoso.example', password: 'p', action: 'password' })
    return decodeJwt(new URLSearchParams(end.location?.hash.slice(1)).get('id_token') ?? end.fields.id_token ?? '')
  }
  const inUrl = await asked('fragment')
  expect(inUrl.hasgroups).toBe(true)
  expect(inUrl).not.toHaveProperty('_claim_names')
  expect(await asked('form_post')).toHaveProperty('_claim_names')
})

describe('optional claims of an API', () => {
  test.each([
    ['acct', 0],
    ['auth_time', start / 1000],
    ['ctry', 'GB'],
    ['email', 'ada@lovelace.example'],
    ['family_name', 'Lovelace'],
    ['given_name', 'Ada'],
    ['idtyp', 'user'],
    ['ipaddr', '127.0.0.1'],
    ['upn', ada.username],
    ['verified_primary_email', ['ada@lovelace.example']],
  ])('%s', async (name, value) => {
    expect(await accessClaims(ada.username)).not.toHaveProperty(name)
    emulator.updateApp('orders', { optionalClaims: { accessToken: [{ name }] } })
    expect((await accessClaims(ada.username))[name]).toEqual(value)
    emulator.updateApp('orders', { optionalClaims: null })
  })

  test('are left out where the user has no value', async () => {
    emulator.updateApp('orders', { optionalClaims: { accessToken: [{ name: 'ctry' }, { name: 'vnet' }] } })
    const claims = await accessClaims('charles@contoso.example')
    for (const name of ['ctry', 'vnet']) expect(claims).not.toHaveProperty(name)
    emulator.updateApp('orders', { optionalClaims: null })
  })

  test('with a name that Entra ID does not have are refused', () => {
    expect(() => emulator.updateApp('orders', { optionalClaims: { idToken: [{ name: 'shoe_size' }] } })).toThrow(
      'optionalClaims.idToken[0] has the name "shoe_size". Use one of acct, ',
    )
  })
})

describe('a guest', () => {
  const home = `${emulator.url}/${tenantId}/`

  test('has another object id, and their home as identity provider', async () => {
    const claims = await guestClaims()
    expect(claims).toMatchObject({ tid: otherTenantId, idp: home, preferred_username: ada.username })
    expect(claims.oid).not.toBe(ada.objectId)
    expect(claims.groups).toHaveLength(1)
  })

  test('keeps their home account for MSAL’s cache', async () => {
    const { client_info: info = '' } = await tokens(ada.username, 'openid', {
      tenant: otherTenantId,
      app: 'everywhere',
    })
    expect(JSON.parse(Buffer.from(info, 'base64url').toString())).toEqual({ uid: ada.objectId, utid: tenantId })
  })

  test('has acct 1 and no upn in a token of version 1.0, unless an optional claim asks for the external one', async () => {
    emulator.updateApp('orders', { requestedAccessTokenVersion: 1 })
    const claims = await guestClaims()
    expect(claims).toMatchObject({ acct: 1, unique_name: ada.username, email: 'ada@lovelace.example' })
    expect(claims).not.toHaveProperty('upn')
    const additionalProperties = ['include_externally_authenticated_upn']
    emulator.updateApp('orders', { optionalClaims: { accessToken: [{ name: 'upn', additionalProperties }] } })
    expect((await guestClaims()).upn).toBe('ada_contoso.example#EXT#@fabrikam.example')
    emulator.updateApp('orders', { optionalClaims: null, requestedAccessTokenVersion: 2 })
  })

  test('stays the same guest when an API acts on their behalf, and when tokens are renewed', async () => {
    emulator.updateApp('orders', { secrets: [{ value: 's' }] })
    const first = await tokens(ada.username, 'openid offline_access api://orders/.default', {
      ...{ tenant: otherTenantId, app: 'everywhere' },
    })
    const path = `/${otherTenantId}/oauth2/v2.0/token`
    const form = { client_id: apiId, client_secret: 's' }
    const response = await requestToken(
      emulator,
      {
        ...{ ...form, grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: first.access_token },
        ...{ requested_token_use: 'on_behalf_of', scope: 'https://graph.microsoft.com/User.Read' },
      },
      { path },
    )
    const onBehalf = decodeJwt((await tokensOf(Promise.resolve(response))).access_token)
    expect(onBehalf).toMatchObject({ oid: decodeJwt(first.access_token).oid, idp: home, tid: otherTenantId })
  })

  test('is refused in a tenant that does not have them, once and with the home as provider', async () => {
    const code = emulator.authorizationCode({
      user: 'charles@contoso.example',
      app: 'everywhere',
      redirectUri,
      scope: 'openid',
    })
    const changes = {
      client_id: directory.apps[3]?.clientId,
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
    }
    const path = `/${otherTenantId}/oauth2/v2.0/token`
    const { error_description: text } = await refusalOf(
      await requestToken(emulator, { ...changes, scope: undefined }, { path }),
    )
    expect(text.match(/AADSTS/g)).toHaveLength(1)
    expect(text).toContain(
      `AADSTS50020: User account 'charles@contoso.example' from identity provider 'https://sts.windows.net/${tenantId}/' does not exist in tenant 'fabrikam.example'`,
    )
  })
})

interface SignInOptions {
  tenant?: string
  app?: string
}

async function tokens(
  user: string,
  scope: string,
  { tenant = tenantId, app = 'web' }: SignInOptions = {},
): ReturnType<typeof tokensOf> {
  const code = emulator.authorizationCode({ user, app, redirectUri, scope })
  const client = directory.apps.find(({ name }) => name === app)?.clientId
  const form = {
    grant_type: 'authorization_code',
    client_id: client,
    code,
    redirect_uri: redirectUri,
    client_info: '1',
  }
  return tokensOf(requestToken(emulator, { ...form, scope: undefined }, { path: `/${tenant}/oauth2/v2.0/token` }))
}

async function accessClaims(user: string): Promise<JWTPayload> {
  return decodeJwt((await tokens(user, 'api://orders/.default')).access_token)
}

async function guestClaims(): Promise<JWTPayload> {
  const options = { tenant: otherTenantId, app: 'everywhere' }
  return decodeJwt((await tokens(ada.username, 'api://orders/.default', options)).access_token)
}
