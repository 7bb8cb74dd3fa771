import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { type DirectoryDeclaration, startEmulator } from '../src/index.ts'
import { clientId, tenantId } from './contoso.ts'
import { issuedToken, refusalOf, requestToken } from './token-request.ts'
import { ada, contosoWithUsers, publicClientId, redeem, redirectUri, refresh, tokensOf } from './user-directory.ts'

const apiId = '55555555-5555-4555-8555-555555555555'
const directory: DirectoryDeclaration = {
  ...contosoWithUsers,
  apps: [
    ...contosoWithUsers.apps,
    { name: 'tools', clientId: apiId, tenantId, identifierUris: ['api://tools', 'https://tools.contoso.example/mcp'] },
  ],
}
const emulator = await startEmulator({ directory })
afterAll(() => emulator.close())

const scope = 'openid offline_access api://tools/Tools.Use'
const matching = ['api://tools', 'https://tools.contoso.example/mcp', 'https://tools.contoso.example/mcp/', apiId]
const others = ['https://elsewhere.example/mcp', 'https://graph.microsoft.com', 'https://tools.contoso.example', 'x']

/** What the authorization endpoint tells the app; `undefined` if it shows the sign-in page. */
async function authorized(resource: string, path = 'oauth2/v2.0/authorize', more = {}): Promise<string | undefined> {
  const base = { client_id: clientId, response_type: 'code', redirect_uri: redirectUri, scope, resource, ...more }
  const url = `${emulator.url}/${tenantId}/${path}?${new URLSearchParams(base)}`
  const location = (await emulator.fetch(url, { redirect: 'manual' })).headers.get('location')
  return location === null ? undefined : decodeURIComponent(location)
}

describe('resource (RFC 8707) on v2.0', () => {
  test.each(matching)('is served at authorize if it names the scopes’ app: %s', async (resource) => {
    expect(await authorized(resource)).toBeUndefined()
  })

  test.each(others)('is invalid_target at authorize if it names another: %s', async (resource) => {
    const answer = await authorized(resource)
    expect(answer).toMatch(/[?&]error=invalid_target&/)
    expect(answer).toContain(
      "AADSTS9010010: The resource parameter provided in the request doesn't match with the requested scopes.",
    )
  })

  test('does not stand for a scope', async () => {
    const query = new URLSearchParams({ client_id: clientId, response_type: 'code', redirect_uri: redirectUri })
    query.set('resource', 'api://tools')
    const url = `${emulator.url}/${tenantId}/oauth2/v2.0/authorize?${query}`
    const response = await emulator.fetch(url, { redirect: 'manual' })
    expect(response.headers.get('location')).toMatch(/AADSTS900144/)
  })

  test.each(matching)('is served when a code is redeemed and tokens are renewed: %s', async (resource) => {
    const code = emulator.authorizationCode({ user: ada, app: 'web', redirectUri, scope })
    const tokens = await tokensOf(redeem(emulator, code, { resource }))
    const renewed = await tokensOf(refresh(emulator, tokens.refresh_token, { resource }))
    expect(decodeJwt(renewed.access_token)).toMatchObject({ aud: 'api://tools', scp: 'Tools.Use' })
  })

  test('is compared with the scopes of the request, not those of the sign-in', async () => {
    const code = emulator.authorizationCode({ user: ada, app: 'web', redirectUri, scope })
    const { refresh_token: token } = await tokensOf(redeem(emulator, code))
    const changes = { resource: 'https://graph.microsoft.com', scope: 'https://graph.microsoft.com/User.Read' }
    expect(decodeJwt((await tokensOf(refresh(emulator, token, changes))).access_token).scp).toBe('User.Read')
    const refusal = await refusalOf(await refresh(emulator, token, { resource: changes.resource }))
    expect(refusal).toMatchObject({ error: 'invalid_target', error_codes: [9010010] })
  })

  test('is compared in the client credentials grant', async () => {
    await issuedToken(emulator, { scope: 'api://tools/.default', resource: 'https://tools.contoso.example/mcp' })
    const response = await requestToken(emulator, { scope: 'api://tools/.default', resource: 'api://elsewhere' })
    expect(await refusalOf(response)).toMatchObject({ error: 'invalid_target', error_codes: [9010010] })
  })

  test('is compared when a device asks for a code', async () => {
    const ask = (resource: string): Promise<Response> =>
      emulator.fetch(`${emulator.url}/${tenantId}/oauth2/v2.0/devicecode`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: publicClientId, scope, resource }),
      })
    expect((await ask('api://tools')).status).toBe(200)
    expect((await refusalOf(await ask('api://elsewhere'))).error_codes).toEqual([9010010])
  })
})

test('resource on v1 says what the token is for, whatever the scope', async () => {
  expect(await authorized('api://tools', 'oauth2/authorize', { scope: 'openid' })).toBeUndefined()
  const { claims } = await issuedToken(emulator, { resource: 'api://tools' }, { path: `/${tenantId}/oauth2/token` })
  expect(claims.aud).toBe('api://tools')
})
