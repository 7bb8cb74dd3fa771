import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { tenantId } from './contoso.ts'
import { issuedToken } from './token-request.ts'
import { ada, contosoWithUsers, redeem, redirectUri, tokensOf, type UserAnswer } from './user-directory.ts'

const person = { ...ada, password: 'p', tenantId, displayName: 'Ada Lovelace', mail: 'ada@lovelace.example' }
const users = [{ ...person, givenName: 'Ada', surname: 'Lovelace' }]
const emulator = await startEmulator({ directory: { ...contosoWithUsers, users } })
afterAll(() => emulator.close())

function signedIn(scope: string): Promise<UserAnswer> {
  return tokensOf(redeem(emulator, emulator.authorizationCode({ user: ada.username, app: 'web', redirectUri, scope })))
}

function userinfo(token: string | undefined, method = 'GET', path = '/oidc/userinfo'): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return emulator.fetch(emulator.url + path, { method, headers })
}

describe('the UserInfo endpoint', () => {
  test.each(['GET', 'POST'])('says by %s what the ID token says', async (method) => {
    const { access_token: token, id_token: idToken = '' } = await signedIn('openid profile email User.Read')
    expect(await (await userinfo(token, method)).json()).toEqual({
      ...{ sub: decodeJwt(idToken).sub, name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace' },
      picture: `${emulator.url}/v1.0/me/photo/$value`,
      email: 'ada@lovelace.example',
    })
  })

  test.each(['/oidc/userinfo', `/${tenantId}/openid/userinfo`, '/adfs/userinfo'])('is at %s', async (path) => {
    const { access_token: token } = await signedIn('openid')
    expect(Object.keys((await (await userinfo(token, 'GET', path)).json()) as object)).toEqual(['sub'])
  })

  test('wants a token, of a user, with openid', async () => {
    const none = await userinfo(undefined)
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Bearer /)])
    const { answer } = await issuedToken(emulator, { scope: 'https://graph.microsoft.com/.default' })
    expect((await userinfo(answer.access_token)).status).toBe(403)
    expect((await userinfo((await signedIn('https://graph.microsoft.com/User.Read')).access_token)).status).toBe(403)
  })
})
