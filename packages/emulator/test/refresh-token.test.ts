import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { type ClaimsHook, startEmulator } from '../src/index.ts'
import { everywhereClientId } from './contoso.ts'
import { type Form, refusalOf } from './token-request.ts'
import { ada, contosoWithUsers, redeem, redirectUri, refresh, tokensOf } from './user-directory.ts'

const emulator = await startEmulator({ directory: contosoWithUsers })
afterAll(() => emulator.close())

const scope = 'openid offline_access https://storage.azure.com/user_impersonation'
const code = (): string => emulator.authorizationCode({ user: ada.username, app: 'web', redirectUri, scope })

describe('a refresh token', () => {
  const first = async (): Promise<string | undefined> => (await tokensOf(redeem(emulator, code()))).refresh_token

  test('gives the same access again, and another refresh token', async () => {
    const token = await first()
    const answer = await tokensOf(refresh(emulator, token))
    expect(decodeJwt(answer.access_token)).toMatchObject({ aud: 'https://storage.azure.com', oid: ada.objectId })
    expect(answer.refresh_token).not.toBe(token)
    await tokensOf(refresh(emulator, answer.refresh_token))
  })

  test('gives access to other resources', async () => {
    const answer = await tokensOf(refresh(emulator, await first(), { scope: 'User.Read Mail.Read' }))
    expect(decodeJwt(answer.access_token)).toMatchObject({
      aud: 'https://graph.microsoft.com',
      scp: 'User.Read Mail.Read',
    })
  })

  test('is refused once it is revoked, for one user or for all', async () => {
    const [mine, grace] = [await first(), { objectId: '12345678-1234-4234-8234-123456789abc', username: 'g@x.example' }]
    const other = emulator.authorizationCode({ user: grace, app: 'web', redirectUri, scope })
    const hers = (await tokensOf(redeem(emulator, other))).refresh_token
    emulator.revokeRefreshTokens(ada.username)
    const body = await refusalOf(await refresh(emulator, mine))
    expect(body).toMatchObject({ error: 'invalid_grant', error_codes: [50173] })
    await tokensOf(refresh(emulator, hers))
    emulator.revokeRefreshTokens()
    expect((await refusalOf(await refresh(emulator, hers))).error_codes).toEqual([50173])
    await tokensOf(refresh(emulator, await first()))
    expect(() => emulator.revokeRefreshTokens('nobody')).toThrow('no user is called "nobody"')
  })

  test('of an answer that is under way when sessions are revoked is revoked, too', async () => {
    let revoke = (): void => undefined
    // The hook is called between the check of the grant and the answer.
    const claims: ClaimsHook = (_, { token }) => {
      if (token === 'access') revoke()
      return undefined
    }
    await using own = await startEmulator({ directory: contosoWithUsers, claims })
    revoke = () => own.revokeRefreshTokens(ada.username)
    const fresh = own.authorizationCode({ user: ada.username, app: 'web', redirectUri, scope })
    const token = (await tokensOf(redeem(own, fresh))).refresh_token
    expect((await refusalOf(await refresh(own, token))).error_codes).toEqual([50173])
  })

  test('ends after 90 days', async () => {
    await using later = await startEmulator({ directory: contosoWithUsers })
    const fresh = later.authorizationCode({ user: ada, app: 'web', redirectUri, scope })
    const token = (await tokensOf(redeem(later, fresh))).refresh_token
    later.clock.advance(90 * 86_400_000)
    expect((await refusalOf(await refresh(later, token))).error_codes).toEqual([700082])
  })

  test.for<[string, Form, number]>([
    ['that is none', { refresh_token: 'nonsense' }, 9002313],
    ['that is missing', { refresh_token: undefined }, 900144],
    ['of another app', { client_id: everywhereClientId }, 70000],
    ['without the app’s secret', { client_secret: undefined }, 7000218],
  ])('%s is refused', async ([, changes, expected]) => {
    expect((await refusalOf(await refresh(emulator, await first(), changes))).error_codes).toEqual([expected])
  })
})
