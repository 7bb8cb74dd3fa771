import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { msalApp } from './certificate-sign-in.ts'
import { clientCertificate } from './client-certificate.ts'
import { clientId, secret, tenantId } from './contoso.ts'
import { refusalOf } from './token-request.ts'
import { ada, contosoWithUsers, exchange, refresh, tokensOf } from './user-directory.ts'

const emulator = await startEmulator({ directory: contosoWithUsers })
afterAll(() => emulator.close())

const adaToken = (): Promise<string> => emulator.userToken({ user: 'ada@contoso.example', app: 'web' })

describe('a user’s token for an app', () => {
  test('verifies against the published keys and tells of the user', async () => {
    const keys = createRemoteJWKSet(new URL(`${emulator.url}/${tenantId}/discovery/v2.0/keys`), {
      [customFetch]: emulator.fetch,
    })
    const expected = { issuer: `${emulator.url}/${tenantId}/`, audience: `api://${clientId}` }
    const { payload } = await jwtVerify(await adaToken(), keys, expected)
    expect(payload).toMatchObject({
      oid: ada.objectId,
      upn: ada.username,
      name: 'Ada Lovelace',
      scp: 'access_as_user',
      tid: tenantId,
      appidacr: '0',
      amr: ['pwd'],
      idtyp: 'user',
    })
  })

  test('may be of anyone, with the permissions and the life that are asked for', async () => {
    const user = { objectId: '12345678-1234-4234-8234-123456789abc', username: 'anyone@contoso.example' }
    const options = { user, app: clientId, scope: 'Orders.Read Orders.Write', lifetimeSeconds: 60, amr: ['pwd', 'mfa'] }
    const claims = decodeJwt(await emulator.userToken(options))
    expect(claims).toMatchObject({ oid: user.objectId, scp: 'Orders.Read Orders.Write', amr: ['pwd', 'mfa'] })
    expect(Number(claims.exp) - Number(claims.iat)).toBe(360)
  })

  test('is not made for users or apps that nobody declared', async () => {
    await expect(emulator.userToken({ user: 'nobody', app: 'web' })).rejects.toThrow(
      'userToken: no user is called "nobody". Declare them in users, or pass { objectId, username }.',
    )
    await expect(emulator.userToken({ user: ada, app: 'nope' })).rejects.toThrow('no app is called "nope"')
    const user = { objectId: 'x', username: 'x' }
    await expect(emulator.userToken({ user, app: 'web' })).rejects.toThrow('objectId "x" is not a GUID')
  })
})

describe('on behalf of a user', () => {
  test('an app gets that user’s token for what it calls', async () => {
    const answer = await tokensOf(exchange(emulator, await adaToken(), { client_info: '1' }))
    expect(decodeJwt(answer.access_token)).toMatchObject({
      aud: 'https://graph.microsoft.com',
      oid: ada.objectId,
      upn: ada.username,
      name: 'Ada Lovelace',
      appid: clientId,
      appidacr: '1',
      scp: 'User.Read',
      tid: tenantId,
    })
    expect(answer.scope).toBe('https://graph.microsoft.com/User.Read')
    const info: unknown = JSON.parse(Buffer.from(answer.client_info ?? '', 'base64url').toString())
    expect(info).toEqual({ uid: ada.objectId, utid: tenantId })
  })

  test('the answer has a refresh token when offline_access is asked for, and an id token with openid', async () => {
    const scope = 'https://storage.azure.com/.default'
    const plain = await tokensOf(exchange(emulator, await adaToken(), { scope }))
    expect(plain).not.toHaveProperty('refresh_token')
    expect(plain).not.toHaveProperty('id_token')
    expect(plain.scope).toBe('https://storage.azure.com/user_impersonation https://storage.azure.com/.default')
    const full = await tokensOf(exchange(emulator, await adaToken(), { scope: `${scope} openid offline_access` }))
    expect(decodeJwt(full.id_token ?? '')).toMatchObject({ aud: clientId, preferred_username: ada.username })
    const later = await tokensOf(refresh(emulator, full.refresh_token, { scope: 'https://vault.azure.net/.default' }))
    expect(decodeJwt(later.access_token)).toMatchObject({ aud: 'https://vault.azure.net', oid: ada.objectId })
  })

  test('MSAL gets a token, with a certificate too', async () => {
    const { certificate, privateKey, sha256 } = await clientCertificate()
    emulator.updateApp('web', { certificates: [certificate] })
    for (const proof of [{ clientSecret: secret }, { clientCertificate: { thumbprintSha256: sha256, privateKey } }]) {
      const scopes = ['https://graph.microsoft.com/User.Read']
      const result = await msalApp(emulator, proof).acquireTokenOnBehalfOf({ oboAssertion: await adaToken(), scopes })
      expect(result?.account).toMatchObject({ username: ada.username, homeAccountId: `${ada.objectId}.${tenantId}` })
      expect(decodeJwt(result?.accessToken ?? '').appid).toBe(clientId)
    }
  })

  test('the tenant may be left to the assertion', async () => {
    const response = await emulator.fetch(`${emulator.url}/organizations/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', requested_token_use: 'on_behalf_of' },
        ...{ client_id: clientId, client_secret: secret, assertion: await adaToken() },
        scope: 'https://graph.microsoft.com/.default',
      }),
    })
    expect(decodeJwt((await tokensOf(Promise.resolve(response))).access_token).tid).toBe(tenantId)
  })
})

test('a thousand users take no time with quick signatures, which only the emulator can verify', async () => {
  await using quick = await startEmulator({ directory: contosoWithUsers, signatures: 'quick' })
  for (let each = 0; each < 1000; each++) {
    const user = {
      objectId: `00000000-0000-4000-8000-${String(each).padStart(12, '0')}`,
      username: `u${each}@x.example`,
    }
    const token = await quick.userToken({ user, app: 'web' })
    const answer = await tokensOf(exchange(quick, token))
    expect(decodeJwt(answer.access_token).oid).toBe(user.objectId)
  }
  const token = await quick.userToken({ user: ada, app: 'web' })
  expect((await refusalOf(await exchange(emulator, token))).error_codes).toEqual([50013])
})
