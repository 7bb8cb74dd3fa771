import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { clientId, everywhereClientId, otherTenantId, secret, tenantId } from './contoso.ts'
import { type Form, refusalOf, requestToken } from './token-request.ts'
import { ada, contosoWithUsers, publicClientId, redeem, redirectUri, tokensOf } from './user-directory.ts'

const emulator = await startEmulator({ directory: contosoWithUsers })
afterAll(() => emulator.close())

const scope = 'openid offline_access https://storage.azure.com/user_impersonation'
const code = (more: { codeChallenge?: string; nonce?: string; app?: string; scope?: string } = {}): string =>
  emulator.authorizationCode({ user: ada.username, app: 'web', redirectUri, scope, ...more })

describe('an authorization code', () => {
  test('gives the tokens that the user signed in for', async () => {
    const answer = await tokensOf(redeem(emulator, code({ nonce: 'n-1' })))
    expect(decodeJwt(answer.access_token)).toMatchObject({
      aud: 'https://storage.azure.com',
      appid: clientId,
      upn: ada.username,
      scp: 'user_impersonation',
    })
    expect(decodeJwt(answer.id_token ?? '')).toMatchObject({ nonce: 'n-1', tid: tenantId, ver: '2.0' })
    expect(answer.refresh_token).toEqual(expect.any(String))
  })

  test('gives no refresh token when nobody asked for offline_access', async () => {
    const answer = await tokensOf(redeem(emulator, code({ scope: 'https://storage.azure.com/.default' })))
    expect(answer).not.toHaveProperty('refresh_token')
  })

  test('tells the tenant of its user, where the path tells none', async () => {
    emulator.updateApp('everywhere', { redirectUris: [redirectUri] })
    const grace = emulator.authorizationCode({ user: 'grace@fabrikam.example', app: 'everywhere', redirectUri, scope })
    const form = { client_id: everywhereClientId, client_secret: secret, grant_type: 'authorization_code', code: grace }
    const path = '/common/oauth2/v2.0/token'
    const answer = await tokensOf(requestToken(emulator, { ...form, redirect_uri: redirectUri, scope }, { path }))
    expect(decodeJwt(answer.access_token).tid).toBe(otherTenantId)
    const again = { ...form, grant_type: 'refresh_token', code: undefined, refresh_token: answer.refresh_token }
    expect(decodeJwt((await tokensOf(requestToken(emulator, again, { path }))).access_token).tid).toBe(otherTenantId)
  })

  test('works once', async () => {
    const once = code()
    await tokensOf(redeem(emulator, once))
    const body = await refusalOf(await redeem(emulator, once))
    expect(body).toMatchObject({ error: 'invalid_grant', error_codes: [54005] })
  })

  test('still works after a request that was refused', async () => {
    const once = code()
    const twoResources = 'https://storage.azure.com/.default https://vault.azure.net/.default'
    await refusalOf(await redeem(emulator, once, { client_secret: 'wrong' }))
    await refusalOf(await redeem(emulator, once, { scope: twoResources }))
    await tokensOf(redeem(emulator, once))
  })

  test('ends after ten minutes', async () => {
    await using later = await startEmulator({ directory: contosoWithUsers })
    const old = later.authorizationCode({ user: ada, app: 'web', redirectUri, scope })
    later.clock.advance(600_000)
    expect((await refusalOf(await redeem(later, old))).error_codes).toEqual([70008])
  })

  test('is bound to the verifier of its challenge', async () => {
    const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const codeChallenge = createHash('sha256').update(code_verifier).digest('base64url')
    const bound = code({ codeChallenge })
    expect((await refusalOf(await redeem(emulator, bound))).error_codes).toEqual([50148])
    const wrong = await refusalOf(await redeem(emulator, bound, { code_verifier: 'x'.repeat(43) }))
    expect(wrong.error_codes).toEqual([501481])
    await tokensOf(redeem(emulator, bound, { code_verifier }))
  })

  test.for<[string, Form, number]>([
    ['with another redirect URI that is registered', { redirect_uri: 'http://localhost:8401/' }, 500112],
    ['with a redirect URI that is not registered', { redirect_uri: 'https://evil.example/' }, 50011],
    ['without a redirect URI', { redirect_uri: undefined }, 900144],
    ['without a code', { code: '' }, 900144],
    ['with something else', { code: 'nonsense' }, 9002313],
    ['by another app', { client_id: everywhereClientId }, 70000],
    ['without the app’s secret', { client_secret: undefined }, 7000218],
  ])('is not redeemed %s', async ([, changes, expected]) => {
    emulator.updateApp('web', { redirectUris: [redirectUri, 'http://localhost:8401/'] })
    expect((await refusalOf(await redeem(emulator, code(), changes))).error_codes).toEqual([expected])
  })

  test('of a public client needs no secret, and takes none', async () => {
    const form = { client_id: publicClientId, client_secret: undefined }
    const answer = await tokensOf(redeem(emulator, code({ app: 'tool' }), form))
    expect(decodeJwt(answer.access_token)).toMatchObject({ appid: publicClientId, appidacr: '0' })
    const shown = await redeem(emulator, code({ app: 'tool' }), { client_id: publicClientId, client_secret: secret })
    expect((await refusalOf(shown)).error_codes).toEqual([700025])
  })
})
