import { createPrivateKey } from 'node:crypto'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { clientCertificate } from './client-certificate.ts'
import { clientId, otherTenantId } from './contoso.ts'
import { forge } from './forge.ts'
import { issuedToken, refusalOf } from './token-request.ts'
import { ada, contosoWithUsers, exchange } from './user-directory.ts'

const emulator = await startEmulator({ directory: contosoWithUsers })
afterAll(() => emulator.close())
afterEach(() => emulator.updateApp('web', { consent: undefined, conditionalAccess: undefined }))

const adaToken = (): Promise<string> => emulator.userToken({ user: 'ada@contoso.example', app: 'web' })

describe('an on-behalf-of request is refused', () => {
  const strange = clientCertificate()

  test.for<[string, () => Promise<string>, number, string]>([
    ['whose assertion is no JWT', async () => 'nonsense', 50027, 'invalid or malformed'],
    [
      'whose assertion another key signed',
      async () => forge(await adaToken(), createPrivateKey((await strange).privateKey)),
      50013,
      'signature value',
    ],
    [
      'whose assertion says none',
      async () => forge(await adaToken(), '', { header: { alg: 'none' } }),
      50013,
      'failed',
    ],
    [
      'whose assertion is for another app',
      () => emulator.userToken({ user: ada, app: 'everywhere' }),
      500131,
      `the expected audience is 'api://${clientId}'`,
    ],
    [
      'whose assertion has ended',
      () => emulator.userToken({ user: ada, app: 'web', lifetimeSeconds: -1 }),
      500133,
      'expiry time of assertion',
    ],
    [
      'whose assertion is of another tenant',
      () => emulator.userToken({ user: { ...ada, tenantId: otherTenantId }, app: 'web' }),
      50013,
      'issuer',
    ],
    [
      'whose assertion is an app’s own token',
      async () => (await issuedToken(emulator, { scope: `api://${clientId}/.default` })).answer.access_token,
      7000114,
      'not allowed to make application on-behalf-of calls',
    ],
  ])('%s', async ([, assertion, code, text]) => {
    const body = await refusalOf(await exchange(emulator, await assertion()))
    expect(body).toMatchObject({ error: code === 50027 ? 'invalid_request' : 'invalid_grant', error_codes: [code] })
    expect(body.error_description).toContain(text)
  })

  test.for([
    ['without an assertion', { assertion: undefined }, 900144],
    ['without its use', { requested_token_use: undefined }, 900144],
    ['with another use', { requested_token_use: 'x' }, 9002313],
    ['without a secret', { client_secret: undefined }, 7000218],
    ['with a wrong secret', { client_secret: 'wrong' }, 7000215],
    ['for two resources', { scope: 'https://vault.azure.net/a https://storage.azure.com/b' }, 28000],
    ['for an unknown resource', { scope: 'api://no/x' }, 500011],
  ] as const)('%s', async ([, changes, code]) => {
    const body = await refusalOf(await exchange(emulator, await adaToken(), changes))
    expect(body.error_codes).toEqual([code])
  })

  test('without consent, with the suberror that says so', async () => {
    emulator.updateApp('web', { consent: 'required' })
    const body = await refusalOf(await exchange(emulator, await adaToken()))
    expect(body).toMatchObject({ error: 'invalid_grant', suberror: 'consent_required', error_codes: [65001] })
  })

  test('by a policy, with its claims challenge, until the user has a second factor', async () => {
    const claims = '{"access_token":{"polids":{"essential":true,"values":["9ab03e19-ed42-4168-b6b7-7001fb3e933a"]}}}'
    emulator.updateApp('web', { conditionalAccess: { code: 50076, claims } })
    const body = await refusalOf(await exchange(emulator, await adaToken()))
    expect(body).toMatchObject({
      error: 'interaction_required',
      suberror: 'basic_action',
      error_codes: [50076],
      claims,
    })
    const stronger = await emulator.userToken({ user: ada, app: 'web', amr: ['pwd', 'mfa'] })
    expect((await exchange(emulator, stronger)).status).toBe(200)
  })

  test('by a policy that blocks some users from some resources', async () => {
    const resources = ['https://graph.microsoft.com/']
    emulator.updateApp('web', { conditionalAccess: { code: 53003, resources, users: ['ADA@contoso.example'] } })
    const body = await refusalOf(await exchange(emulator, await adaToken()))
    expect(body).toMatchObject({ error: 'invalid_grant', suberror: 'message_only', error_codes: [53003] })
    expect(JSON.parse(body.claims ?? '')).toHaveProperty('access_token')
    const scope = 'https://vault.azure.net/.default'
    expect((await exchange(emulator, await adaToken(), { scope })).status).toBe(200)
    const charles = await emulator.userToken({ user: 'charles@contoso.example', app: 'web' })
    expect((await exchange(emulator, charles)).status).toBe(200)
  })
})
