import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.ts'
import { authorizePath, clientId, contosoSignsIn, redirectUri } from './authorize-request.ts'
import { openBrowser } from './browser.ts'
import { secret } from './contoso.ts'
import { requestToken } from './token-request.ts'
import { ada, redeem, refresh, tokensOf } from './user-directory.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ directory: contosoSignsIn })
})
beforeEach(() => emulator.reset())
afterAll(() => emulator.close())

const scope = 'openid offline_access https://graph.microsoft.com/User.Read'

test('forgets what a test has changed', async () => {
  emulator.addUser({ username: 'new@contoso.example', password: 'p', tenantId: 'contoso.onmicrosoft.com' })
  emulator.updateApp('web', { secrets: [{ value: 'another' }] })
  emulator.faults.always({ status: 503 })
  emulator.clock.advance(3_600_000)
  await requestToken(emulator)
  emulator.reset()

  expect(emulator.requests).toEqual([])
  expect(emulator.env('web').AZURE_CLIENT_SECRET).toBe(secret)
  expect(Math.abs(emulator.clock.now() - Date.now())).toBeLessThan(60_000)
  expect((await requestToken(emulator)).status).toBe(200)
  expect(() => emulator.revokeRefreshTokens('new@contoso.example')).toThrow('no user is called')
})

test('forgets codes, refresh tokens, sessions and consents', async () => {
  emulator.updateApp('web', { consent: 'required' })
  const browser = openBrowser(emulator)
  await browser.open(authorizePath())
  await browser.submit({ action: 'password', username: ada.username, password: 'enchantress' })
  await browser.submit({ action: 'consent' })
  const code = emulator.authorizationCode({ user: ada, app: 'web', redirectUri, scope })
  const { refresh_token: token } = await tokensOf(redeem(emulator, code))
  const unused = emulator.authorizationCode({ user: ada, app: 'web', redirectUri, scope })
  emulator.reset()

  expect((await redeem(emulator, unused)).status).toBe(400)
  expect((await refresh(emulator, token)).status).toBe(400)
  emulator.updateApp('web', { consent: 'required' })
  expect((await browser.open(authorizePath())).title).toBe('Sign in')
  const consent = await browser.submit({ action: 'password', username: ada.username, password: 'enchantress' })
  expect(consent.location).toBeUndefined()
})

test('keeps keys, ports and access tokens, and the functions that were taken from it', async () => {
  const { url } = emulator
  const { fetch: detached } = emulator
  const keys = async (): Promise<unknown> => (await detached(`${url}/common/discovery/v2.0/keys`)).json()
  const before = await keys()
  emulator.reset()
  expect(await keys()).toEqual(before)
  expect(emulator.url).toBe(url)
})

test('a directory that is declared anew is used from the next request on, and a wrong one changes nothing', async () => {
  const next = {
    ...contosoSignsIn,
    apps: contosoSignsIn.apps.map((app) => ({ ...app, secrets: [{ value: 'next-secret' }] })),
  }
  emulator.addUser({ username: 'new@contoso.example', password: 'p', tenantId: 'contoso.onmicrosoft.com' })
  expect(() => emulator.setDirectory({ ...next, tenants: [] })).toThrow('tenants is empty')
  expect((await requestToken(emulator)).status).toBe(200)

  emulator.setDirectory(next)
  expect((await requestToken(emulator)).status).toBe(401)
  expect((await requestToken(emulator, { client_secret: 'next-secret' })).status).toBe(200)
  expect(emulator.directory).toBe(next)
  expect(() => emulator.revokeRefreshTokens('new@contoso.example')).not.toThrow()
  // Whatever was added with the former declaration is still there; what the new one lacks is not.
  emulator.setDirectory({ ...next, apps: next.apps.filter((app) => app.clientId !== clientId) })
  expect((await requestToken(emulator)).status).toBe(400)
  emulator.reset()
  expect(emulator.directory).toBe(contosoSignsIn)
  expect((await requestToken(emulator)).status).toBe(200)
})
