import { afterAll, describe, expect, test } from 'vitest'
import { type DirectoryDeclaration, startEmulator } from '../src/index.ts'
import { clientId, otherTenantId, secret, start, tenantId } from './contoso.ts'
import { issuedToken } from './token-request.ts'
import { ada, contosoWithUsers, redeem, redirectUri, tokensOf } from './user-directory.ts'

const charles = { objectId: '00000000-0000-4000-8000-00000000bab0', username: 'charles@contoso.example' }
const engineers = '77777777-7777-4777-8777-777777777777'
const staff = '88888888-8888-4888-8888-888888888888'
const directory: DirectoryDeclaration = {
  ...contosoWithUsers,
  apps: contosoWithUsers.apps.map((app) =>
    app.name === 'everywhere'
      ? { ...app, roles: ['User.Read.All', 'Group.Read.All', 'Application.Read.All'] }
      : app.name === 'web'
        ? { ...app, roles: [], appRoles: [{ value: 'Approver' }], oauth2PermissionScopes: [{ value: 'Use' }] }
        : app,
  ),
  users: [
    {
      ...{
        ...ada,
        password: 'enchantress',
        displayName: 'Ada Lovelace',
        givenName: 'Ada',
        surname: 'Lovelace',
        tenantId,
      },
      ...{ mail: 'ada@lovelace.example', groups: ['Engineers'], guestIn: [otherTenantId] },
    },
    { ...charles, password: 'p', displayName: "Charles O'Babbage", tenantId },
    ...Array.from({ length: 5 }, (_, index) => ({
      objectId: `00000000-0000-4000-8000-0000000000${index}0`,
      ...{ username: `extra${index}@contoso.example`, password: 'p', tenantId },
    })),
  ],
  groups: [
    { displayName: 'Engineers', objectId: engineers, tenantId },
    {
      displayName: 'Staff',
      objectId: staff,
      tenantId,
      members: ['Engineers', charles.username],
      securityEnabled: false,
      mail: 'staff@contoso.example',
    },
  ],
}
const emulator = await startEmulator({ directory, now: () => start })
afterAll(() => emulator.close())

type Body = Record<string, unknown> & { value: Record<string, unknown>[] }

async function userToken(scope = 'https://graph.microsoft.com/User.Read', changes = {}): Promise<string> {
  const code = emulator.authorizationCode({ user: ada.username, app: 'web', redirectUri, scope })
  return (await tokensOf(redeem(emulator, code, changes))).access_token
}

async function appToken(): Promise<string> {
  const form = { client_id: directory.apps[3]?.clientId, scope: 'https://graph.microsoft.com/.default' }
  return (await issuedToken(emulator, form)).answer.access_token
}

function ask(path: string, token: string | undefined, init: RequestInit = {}): Promise<Response> {
  const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  return emulator.fetch(`${emulator.url}/v1.0${path}`, { ...init, headers })
}

async function read(path: string, token?: string): Promise<Body> {
  const response = await ask(path, token ?? (await appToken()))
  const body = (await response.json()) as Body
  expect(response.status, JSON.stringify(body)).toBe(200)
  return body
}

async function refused(path: string, token: string | undefined, init?: RequestInit): Promise<[number, string, string]> {
  const response = await ask(path, token, init)
  const { error } = (await response.json()) as { error: { code: string; message: string; innerError: object } }
  expect(error.innerError).toEqual({
    date: '2026-01-01T00:00:00',
    'request-id': expect.any(String),
    'client-request-id': expect.any(String),
  })
  return [response.status, error.code, error.message]
}

describe('/me', () => {
  test('is the user, with the properties that Microsoft Graph returns by default', async () => {
    expect(await read('/me', await userToken())).toEqual({
      '@odata.context': `${emulator.url}/v1.0/$metadata#users/$entity`,
      businessPhones: [],
      displayName: 'Ada Lovelace',
      givenName: 'Ada',
      jobTitle: null,
      mail: 'ada@lovelace.example',
      mobilePhone: null,
      officeLocation: null,
      preferredLanguage: null,
      surname: 'Lovelace',
      userPrincipalName: ada.username,
      id: ada.objectId,
    })
  })

  test('with $select has those that are asked for', async () => {
    expect(await read('/me?$select=id,userType,accountEnabled', await userToken())).toEqual({
      '@odata.context': `${emulator.url}/v1.0/$metadata#users(id,userType,accountEnabled)/$entity`,
      ...{ id: ada.objectId, userType: 'Member', accountEnabled: true },
    })
  })

  test('is refused to an app', async () => {
    const message = '/me request is only valid with delegated authentication flow.'
    expect(await refused('/me', await appToken())).toEqual([400, 'BadRequest', message])
  })

  test('has no photo', async () => {
    for (const path of ['/me/photo', '/me/photo/$value', `/users/${ada.objectId}/photo`]) {
      expect((await refused(path, await userToken())).slice(0, 2)).toEqual([404, 'ImageNotFound'])
    }
  })

  test('is whoever a test made up, too', async () => {
    const user = { objectId: '00000000-0000-4000-8000-0000000000ee', username: 'eve@contoso.example' }
    const scope = 'https://graph.microsoft.com/User.Read'
    const code = emulator.authorizationCode({ user, app: 'web', redirectUri, scope })
    const { access_token: token } = await tokensOf(redeem(emulator, code))
    expect(await read('/me', token)).toMatchObject({ id: user.objectId, userPrincipalName: user.username })
  })
})

describe('a token', () => {
  const denied = [401, 'InvalidAuthenticationToken']

  test('is necessary', async () => {
    expect(await refused('/me', undefined)).toEqual([...denied, 'Access token is empty.'])
    expect((await refused('/me', 'x')).slice(0, 2)).toEqual(denied)
  })

  test('must be for Microsoft Graph', async () => {
    const { answer } = await issuedToken(emulator, { scope: 'https://vault.azure.net/.default' })
    const message = 'Access token validation failure. Invalid audience.'
    expect(await refused('/users', answer.access_token)).toEqual([...denied, message])
  })

  test('must be signed by the emulator', async () => {
    const token = await appToken()
    const message = 'Access token validation failure. Invalid signature.'
    expect(await refused('/users', `${token.slice(0, -8)}AAAAAAAA`)).toEqual([...denied, message])
  })

  test('must not have expired', async () => {
    const token = await appToken()
    emulator.clock.advance(3600_000)
    const response = await ask('/users', token)
    emulator.clock.advance(-3600_000)
    expect(await response.json()).toMatchObject({
      error: { message: 'Lifetime validation failed, the token is expired.' },
    })
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="", authorization_uri="/)
  })

  const insufficient = [403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.']

  test.each([
    ['/users', 'User.Read', false],
    ['/users', 'User.ReadBasic.All', true],
    [`/users/${charles.objectId}`, 'User.Read', false],
    [`/users/${ada.objectId}`, 'User.Read', true],
    ['/groups', 'User.Read.All', false],
    ['/groups', 'GroupMember.Read.All', true],
    ['/applications', 'User.Read.All', false],
    ['/servicePrincipals', 'Application.Read.All', true],
    ['/organization', 'User.Read', true],
  ])('for %s with %s: %s', async (path, scope, allowed) => {
    const token = await userToken(`https://graph.microsoft.com/${scope}`)
    if (allowed) await read(path, token)
    else expect(await refused(path, token)).toEqual(insufficient)
  })

  test('of an app needs a role', async () => {
    const { answer } = await issuedToken(emulator, {
      ...{ client_id: clientId, client_secret: secret, scope: 'https://graph.microsoft.com/.default' },
    })
    expect(await refused('/users', answer.access_token)).toEqual(insufficient)
  })
})

describe('/users', () => {
  test('lists those of the token’s tenant', async () => {
    const { value } = await read('/users')
    expect(value).toHaveLength(7)
    expect(value[0]).toMatchObject({ id: ada.objectId, userPrincipalName: ada.username })
  })

  test.each([
    ["userPrincipalName eq 'ADA@contoso.example'", [ada.objectId]],
    ["startswith(displayName,'Cha')", [charles.objectId]],
    ["displayName eq 'Charles O''Babbage'", [charles.objectId]],
    ["startsWith(userPrincipalName, 'extra') and mail eq null and accountEnabled eq true", 5],
    ["displayName eq 'nobody'", []],
  ])('with $filter=%s', async (filter, expected) => {
    const { value } = await read(`/users?$filter=${encodeURIComponent(filter)}`)
    if (typeof expected === 'number') expect(value).toHaveLength(expected)
    else expect(value.map(({ id }) => id)).toEqual(expected)
  })

  test.each([
    ["endswith(mail,'x')", 'BadRequest', /Invalid filter clause/],
    ["displayName eq 'a' or displayName eq 'b'", 'BadRequest', /Invalid filter clause/],
    ["shoeSize eq '42'", 'BadRequest', /Could not find a property named 'shoeSize' on type 'microsoft.graph.user'/],
  ])('refuses $filter=%s', async (filter, code, message) => {
    const answer = await refused(`/users?$filter=${encodeURIComponent(filter)}`, await appToken())
    expect(answer.slice(0, 2)).toEqual([400, code])
    expect(answer[2]).toMatch(message)
  })

  test('come in pages', async () => {
    const seen: unknown[] = []
    let path: string | undefined = '/users?$top=3&$select=id'
    while (path !== undefined) {
      const page: Body = await read(path)
      expect(page.value.length).toBeLessThanOrEqual(3)
      seen.push(...page.value.map(({ id }) => id))
      path = (page['@odata.nextLink'] as string | undefined)?.replace(`${emulator.url}/v1.0`, '')
    }
    expect(new Set(seen).size).toBe(7)
    expect(seen).toHaveLength(7)
  })

  test('are counted on request', async () => {
    expect(await read('/users?$count=true&$top=1')).toMatchObject({ '@odata.count': 7 })
  })

  test.each(['$top=0', '$top=1000', '$top=x', '$orderby=displayName', '$expand=manager', '$search="a"', '$skip=1'])(
    'refuse %s',
    async (option) => {
      expect((await refused(`/users?${option}`, await appToken())).slice(0, 2)).toEqual([
        400,
        'Request_UnsupportedQuery',
      ])
    },
  )

  test('refuse a property that they do not have', async () => {
    const answer = await refused('/users?$select=shoeSize', await appToken())
    expect(answer[2]).toContain("Could not find a property named 'shoeSize' on type 'microsoft.graph.user'.")
  })

  test.each([ada.objectId, ada.username, ada.username.toUpperCase()])('one by %s', async (name) => {
    expect(await read(`/users/${encodeURIComponent(name)}`)).toMatchObject({ id: ada.objectId })
  })

  test('one who is not there', async () => {
    const message =
      "Resource 'nobody@contoso.example' does not exist or one of its queried reference-property objects are not present."
    const answer = await refused('/users/nobody@contoso.example', await appToken())
    expect(answer).toEqual([404, 'Request_ResourceNotFound', message])
  })

  test('of another tenant has guests with a name of their own', async () => {
    const path = `/${otherTenantId}/oauth2/v2.0/token`
    const form = { client_id: directory.apps[3]?.clientId, scope: 'https://graph.microsoft.com/.default' }
    const { answer } = await issuedToken(emulator, form, { path })
    const { value } = await read('/users?$select=id,userPrincipalName,userType,externalUserState', answer.access_token)
    const external = 'ada_contoso.example#EXT#@fabrikam.example'
    expect(value).toEqual([
      { id: expect.any(String), userPrincipalName: external, userType: 'Guest', externalUserState: 'Accepted' },
    ])
    expect(value[0]?.id).not.toBe(ada.objectId)
    const found = await read(`/users/${encodeURIComponent(external)}`, answer.access_token)
    expect(found.id).toBe(value[0]?.id)
  })
})

describe('groups', () => {
  test('are listed, with what kind they are', async () => {
    const { value } = await read('/groups?$select=displayName,securityEnabled,mailEnabled')
    expect(value).toEqual([
      { displayName: 'Engineers', securityEnabled: true, mailEnabled: false },
      { displayName: 'Staff', securityEnabled: false, mailEnabled: true },
    ])
  })

  test('have members, direct and transitive', async () => {
    const direct = await read(`/groups/${staff}/members`)
    expect(direct.value.map(({ id }) => id)).toEqual([charles.objectId, engineers])
    expect(direct.value[0]?.['@odata.type']).toBe('#microsoft.graph.user')
    const all = await read(`/groups/${staff}/transitiveMembers?$select=id`)
    expect(all.value.map(({ id }) => id)).toEqual([ada.objectId, charles.objectId, engineers])
  })

  test('are what a user is a member of, direct and transitive', async () => {
    const ids = async (path: string): Promise<unknown> => (await read(path)).value.map(({ id }) => id)
    expect(await ids(`/users/${ada.objectId}/memberOf`)).toEqual([engineers])
    expect(await ids(`/users/${ada.objectId}/transitiveMemberOf`)).toEqual([engineers, staff])
  })

  test('are only known to be there by a token that may not read them', async () => {
    const { value } = await read('/me/memberOf', await userToken())
    expect(value).toHaveLength(1)
    expect(value[0]).toMatchObject({ '@odata.type': '#microsoft.graph.group', id: engineers, displayName: null })
    const full = await read('/me/memberOf', await userToken('https://graph.microsoft.com/GroupMember.Read.All'))
    expect(full.value[0]?.displayName).toBe('Engineers')
  })

  test.each([
    ['getMemberObjects', false, [engineers, staff]],
    ['getMemberGroups', true, [engineers]],
  ])('are listed by %s, where tokens with too many point (security groups alone: %s)', async (action, only, ids) => {
    const body = JSON.stringify({ securityEnabledOnly: only })
    const response = await ask(`/users/${ada.objectId}/${action}`, await appToken(), { method: 'POST', body })
    expect(await response.json()).toMatchObject({ value: ids })
    const answer = await refused(`/users/${ada.objectId}/${action}`, await appToken(), { method: 'POST', body: '{}' })
    expect(answer[0]).toBe(400)
  })
})

describe('apps', () => {
  test('have a registration, found by client id, without any secret', async () => {
    const response = await ask(`/applications?$filter=appId eq '${clientId}'`, await appToken())
    const text = await response.text()
    const [app] = (JSON.parse(text) as Body).value
    expect(app).toMatchObject({
      ...{
        appId: clientId,
        displayName: 'web',
        signInAudience: 'AzureADMyOrg',
        publisherDomain: 'contoso.onmicrosoft.com',
      },
      appRoles: [{ value: 'Approver' }],
      api: { oauth2PermissionScopes: [{ value: 'Use', type: 'User' }] },
      web: { redirectUris: [redirectUri] },
    })
    expect(text).not.toContain(secret)
    expect((await read(`/applications(appId='${clientId}')?$select=id`)).id).toBe(app?.id)
    expect((await read(`/applications/${app?.id}`)).appId).toBe(clientId)
  })

  test('have a service principal with the object id that their tokens name', async () => {
    const { claims } = await issuedToken(emulator, { scope: 'https://graph.microsoft.com/.default' })
    const found = await read(`/servicePrincipals(appId='${clientId}')`)
    expect(found).toMatchObject({ id: claims.oid, appId: clientId, servicePrincipalType: 'Application' })
  })

  test('of another tenant have no registration, only a service principal', async () => {
    const path = `/${otherTenantId}/oauth2/v2.0/token`
    const form = { client_id: directory.apps[3]?.clientId, scope: 'https://graph.microsoft.com/.default' }
    const { answer } = await issuedToken(emulator, form, { path })
    expect((await read('/applications', answer.access_token)).value).toEqual([])
    const { value } = await read('/servicePrincipals', answer.access_token)
    expect(value.map(({ appId }) => appId)).toEqual([directory.apps[3]?.clientId])
  })
})

test('the organization is the token’s tenant', async () => {
  const { value } = await read('/organization', await userToken())
  expect(value).toMatchObject([{ id: tenantId, displayName: 'Contoso', verifiedDomains: [{ isDefault: true }] }])
})

test.each([
  ['a collection that the emulator does not have', '/sites', {}, 400, "Resource not found for the segment 'sites'."],
  ['a part that users do not have', '/me/messages', {}, 400, "Resource not found for the segment 'messages'."],
  ['a change', '/users', { method: 'POST', body: '{}' }, 405, 'can only be read: POST is refused'],
  ['a deletion', '/me', { method: 'DELETE' }, 405, 'can only be read: DELETE is refused'],
])('%s is refused by name', async (_, path, init, status, message) => {
  const answer = await refused(path, await userToken(), init)
  expect(answer[0]).toBe(status)
  expect(answer[2]).toContain(message)
})

describe('continuous access evaluation', () => {
  const cp1 = { claims: '{"access_token":{"xms_cc":{"values":["cp1"]}}}' }

  test('challenges the tokens of a user whose sessions were revoked, if the client can handle it', async () => {
    await using own = await startEmulator({ directory, now: () => start })
    const tokenWith = async (changes: Record<string, string>): Promise<string> => {
      const scope = 'https://graph.microsoft.com/User.Read'
      const code = own.authorizationCode({ user: ada.username, app: 'web', redirectUri, scope })
      return (await tokensOf(redeem(own, code, changes))).access_token
    }
    const me = (token: string): Promise<Response> =>
      own.fetch(`${own.url}/v1.0/me`, { headers: { authorization: `Bearer ${token}` } })
    const capable = await tokenWith(cp1)
    const plain = await tokenWith({})
    expect((await me(capable)).status).toBe(200)
    own.clock.advance(60_000)
    own.revokeRefreshTokens(ada.username)
    const response = await me(capable)
    expect(response.status).toBe(401)
    const header = response.headers.get('www-authenticate') ?? ''
    expect(header).toMatch(/error="insufficient_claims"/)
    const claims = /claims="([^"]+)"/.exec(header)?.[1] ?? ''
    expect(JSON.parse(Buffer.from(claims, 'base64').toString())).toEqual({
      access_token: { nbf: { essential: true, value: String(start / 1000 + 60) } },
    })
    expect((await me(plain)).status).toBe(200)
    expect((await me(await tokenWith(cp1))).status).toBe(200)
  })

  test.each([
    ['the same millisecond', 0, 0],
    ['the same second', 300, 400],
  ])('tells tokens before from tokens after a revocation in %s', async (_, before, after) => {
    await using own = await startEmulator({ directory, now: () => start })
    const scope = 'https://graph.microsoft.com/User.Read'
    const graphStatus = async (token: string): Promise<number> =>
      (await own.fetch(`${own.url}/v1.0/me`, { headers: { authorization: `Bearer ${token}` } })).status
    const signedIn = async (): Promise<string> => {
      const code = own.authorizationCode({ user: ada.username, app: 'web', redirectUri, scope })
      return (await tokensOf(redeem(own, code, cp1))).access_token
    }
    const former = await signedIn()
    own.clock.advance(before)
    own.revokeRefreshTokens(ada.username)
    own.clock.advance(after)
    const next = await signedIn()
    expect([await graphStatus(former), await graphStatus(next)]).toEqual([401, 200])
  })
})

test('pages of every origin may read it', async () => {
  const headers = { origin: 'https://page.example', authorization: `Bearer ${await userToken()}` }
  const response = await emulator.fetch(`${emulator.url}/v1.0/me`, { headers })
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
})
