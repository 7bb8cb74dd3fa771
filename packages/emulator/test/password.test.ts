import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { clientId, tenantId } from './contoso.ts'
import { type Form, refusalOf, requestToken } from './token-request.ts'
import { ada, contosoWithUsers, publicClientId, refresh, tokensOf } from './user-directory.ts'

const emulator = await startEmulator({ directory: contosoWithUsers })
afterAll(() => emulator.close())

describe('a user name and password', () => {
  const signIn = (changes: Form = {}, path?: string): Promise<Response> =>
    requestToken(
      emulator,
      {
        grant_type: 'password',
        client_id: publicClientId,
        client_secret: undefined,
        username: ada.username,
        password: 'enchantress',
        scope: 'https://storage.azure.com/.default offline_access',
        ...changes,
      },
      path === undefined ? {} : { path },
    )

  test('give a user’s tokens', async () => {
    const answer = await tokensOf(signIn())
    expect(decodeJwt(answer.access_token)).toMatchObject({ upn: ada.username, amr: ['pwd'] })
    await tokensOf(refresh(emulator, answer.refresh_token, { client_id: publicClientId, client_secret: undefined }))
  })

  test('tell the tenant', async () => {
    const answer = await tokensOf(signIn({ username: 'ADA@contoso.example' }, '/organizations/oauth2/v2.0/token'))
    expect(decodeJwt(answer.access_token).tid).toBe(tenantId)
  })

  test('are preceded by the question where they are checked', async () => {
    const response = await emulator.fetch(`${emulator.url}/common/userrealm/${ada.username}?api-version=1.0`)
    expect(await response.json()).toMatchObject({ account_type: 'Managed', domain_name: 'contoso.example' })
  })

  test.for<[string, Form, number]>([
    ['that are wrong', { password: 'x' }, 50126],
    ['of nobody', { username: 'nobody@contoso.example' }, 50034],
    ['of another tenant', { username: 'grace@fabrikam.example', password: 'p' }, 50034],
    ['of someone with a second factor', { username: 'charles@contoso.example', password: 'difference' }, 50076],
    ['without the name', { username: undefined }, 900144],
    ['without the password', { password: undefined }, 900144],
    ['at an app that must show itself', { client_id: clientId }, 7000218],
  ])('%s are refused', async ([, changes, expected]) => {
    expect((await refusalOf(await signIn(changes))).error_codes).toEqual([expected])
  })
})
