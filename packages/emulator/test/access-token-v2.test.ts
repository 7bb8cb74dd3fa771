import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { type DirectoryDeclaration, startEmulator } from '../src/index.ts'
import { clientId, contoso, secret, start, tenantId } from './contoso.ts'
import { issuedToken, refusalOf } from './token-request.ts'
import { ada, contosoWithUsers, exchange, redeem, redirectUri, tokensOf } from './user-directory.ts'

const apiId = '55555555-5555-4555-8555-555555555555'
const api = {
  name: 'orders',
  clientId: apiId,
  tenantId,
  identifierUris: ['api://orders', 'https://orders.contoso.example'],
  requestedAccessTokenVersion: 2,
  secrets: [{ value: secret }],
  appRoles: [{ value: 'Orders.Read.All' }, { value: 'Old', isEnabled: false }],
  oauth2PermissionScopes: [{ value: 'Orders.Read' }, { value: 'Orders.Write', type: 'Admin' }],
} as const
const directory: DirectoryDeclaration = {
  ...contosoWithUsers,
  apps: [
    ...contosoWithUsers.apps.map((app) =>
      app.name === 'web' ? { ...app, roles: { 'api://orders': ['Orders.Read.All'] } } : app,
    ),
    api,
  ],
}
const emulator = await startEmulator({ directory, now: () => start })
afterAll(() => emulator.close())

/** Of an app-only token of version 2.0, as a public capture of Entra ID's has them, but for xms_ftd. */
const captured = 'aio aud azp azpacr exp iat iss nbf oid rh sub tid uti ver'.split(' ')

describe('an API whose registration asks for version 2 gets tokens', () => {
  test('with the claims of Entra ID’s, and a header that names the key by kid alone', async () => {
    const { answer, claims } = await issuedToken(emulator, { scope: 'api://orders/.default', client_id: clientId })
    expect(new Set(Object.keys(claims))).toEqual(new Set([...captured, 'roles']))
    expect(claims).toMatchObject({
      ...{ ver: '2.0', aud: apiId, azp: clientId, azpacr: '1', tid: tenantId, roles: ['Orders.Read.All'] },
      iss: `${emulator.url}/${tenantId}/v2.0`,
    })
    expect(claims.sub).toBe(claims.oid)
    expect(new Set(Object.keys(decodeProtectedHeader(answer.access_token)))).toEqual(new Set(['alg', 'kid', 'typ']))
  })

  test.each([apiId, `api://${apiId}`, 'https://orders.contoso.example', 'API://ORDERS'])(
    'whose aud is its client id, also when it was asked for as %s',
    async (resource) => {
      const { claims } = await issuedToken(emulator, { scope: `${resource}/.default` })
      expect(claims.aud).toBe(apiId)
    },
  )

  test('also from the endpoint of version 1', async () => {
    const path = `/${tenantId}/oauth2/token`
    const { claims } = await issuedToken(emulator, { scope: undefined, resource: 'api://orders' }, { path })
    expect(claims.ver).toBe('2.0')
  })

  test('that a verifier accepts by the metadata of version 2', async () => {
    const { answer } = await issuedToken(emulator, { scope: 'api://orders/.default' })
    const metadata = await emulator.fetch(`${emulator.url}/${tenantId}/v2.0/.well-known/openid-configuration`)
    const { issuer, jwks_uri: keys } = (await metadata.json()) as { issuer: string; jwks_uri: string }
    const plain = keys.replace(emulator.url, emulator.httpUrl)
    const options = { issuer, audience: apiId, currentDate: new Date(start) }
    await expect(jwtVerify(answer.access_token, createRemoteJWKSet(new URL(plain)), options)).resolves.toBeDefined()
  })

  test('for users, with their names and the scopes', async () => {
    const claims = await userClaims('api://orders/Orders.Read')
    expect(claims).toMatchObject({
      ...{ ver: '2.0', aud: apiId, azp: clientId, name: ada.username, preferred_username: ada.username },
      ...{ scp: 'Orders.Read', oid: ada.objectId, tid: tenantId },
    })
    for (const name of ['appid', 'upn', 'unique_name', 'amr', 'idtyp']) expect(claims).not.toHaveProperty(name)
  })

  test('that it can exchange on behalf of the user', async () => {
    const assertion = await emulator.userToken({ user: ada, app: 'orders', scope: 'Orders.Read' })
    expect(decodeJwt(assertion)).toMatchObject({ ver: '2.0', aud: apiId })
    const { access_token: token } = await tokensOf(exchange(emulator, assertion, { client_id: apiId }))
    expect(decodeJwt(token)).toMatchObject({ ver: '1.0', upn: ada.username, appid: apiId })
  })

  test('from the public cloud’s issuer, if the emulator is to look like it', async () => {
    await using public_ = await startEmulator({ directory, issuer: 'public-cloud' })
    const { claims } = await issuedToken(public_, { scope: 'api://orders/.default' })
    expect(claims.iss).toBe(`https://login.microsoftonline.com/${tenantId}/v2.0`)
  })
})

test('another API keeps version 1, and x5t in the header', async () => {
  const { answer, claims } = await issuedToken(emulator, { scope: 'https://storage.azure.com/.default' })
  expect(claims.ver).toBe('1.0')
  expect(decodeProtectedHeader(answer.access_token)).toHaveProperty('x5t')
})

describe('the scopes that an API defines', () => {
  test('are all granted for .default', async () => {
    expect((await userClaims('api://orders/.default')).scp).toBe('Orders.Read Orders.Write')
  })

  test('are the only ones: another is AADSTS650053', async () => {
    const code = emulator.authorizationCode({ user: ada, app: 'web', redirectUri, scope: 'api://orders/Orders.Delete' })
    const refusal = await refusalOf(await redeem(emulator, code))
    expect(refusal.error_description).toContain(
      `AADSTS650053: The application 'web' asked for scope 'Orders.Delete' that doesn't exist on the resource '${apiId}'. Contact the app vendor.`,
    )
  })
})

test('a version that does not exist is refused at start', async () => {
  const apps = [{ ...contoso.apps[0], requestedAccessTokenVersion: 3 }] as unknown as DirectoryDeclaration['apps']
  await expect(startEmulator({ directory: { ...contoso, apps } })).rejects.toThrow(
    'apps[0].requestedAccessTokenVersion is not a version. Use 1 or 2.',
  )
})

test('a role that an API does not define cannot be assigned to a user', async () => {
  const users = [{ ...ada, password: 'p', tenantId, roles: { orders: ['Old'] } }]
  await expect(startEmulator({ directory: { ...directory, users } })).rejects.toThrow(
    'users[0].roles.orders assigns "Old". For users, its appRoles are: Orders.Read.All.',
  )
})

async function userClaims(scope: string): Promise<Record<string, unknown>> {
  const code = emulator.authorizationCode({ user: ada, app: 'web', redirectUri, scope })
  return decodeJwt((await tokensOf(redeem(emulator, code))).access_token)
}
