import { decodeJwt } from 'jose'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { clientId, disabledClientId, otherTenantId, start, tenantId } from './contoso.ts'
import { type Form, type RefusalBody, refusalOf, requestToken } from './token-request.ts'
import { ada, contosoWithUsers, publicClientId, refresh, tokensOf } from './user-directory.ts'

const emulator = await startEmulator({ directory: contosoWithUsers, now: () => start })
afterAll(() => emulator.close())
beforeEach(() => emulator.clock.set(start))

const azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const SECOND = 1000

interface DeviceAnswer {
  user_code: string
  device_code: string
  verification_uri: string
  expires_in: number
  interval: number
  message: string
}

function ask(changes: Form = {}, path = `/${tenantId}/oauth2/v2.0/devicecode`, host?: string): Promise<Response> {
  const form: Form = {
    client_id: publicClientId,
    scope: 'https://storage.azure.com/.default offline_access openid profile',
    ...changes,
  }
  const set = Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined)
  const headers = host === undefined ? {} : { host }
  return emulator.fetch(emulator.url + path, { method: 'POST', body: new URLSearchParams(set), headers })
}

async function begun(changes?: Form, path?: string): Promise<DeviceAnswer> {
  return (await (await ask(changes, path)).json()) as DeviceAnswer
}

function poll(device_code: string | undefined, changes: Form = {}, path?: string): Promise<Response> {
  const form = { client_id: publicClientId, client_secret: undefined, scope: undefined, device_code, ...changes }
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  return requestToken(emulator, { grant_type, ...form }, path === undefined ? {} : { path })
}

async function refusedPoll(device_code: string | undefined, changes?: Form): Promise<RefusalBody> {
  return refusalOf(await poll(device_code, changes))
}

describe('a device that begins', () => {
  test('gets a code to show, one to poll with, and the words for its user', async () => {
    const answer = await begun()
    expect(answer).toEqual({
      user_code: expect.stringMatching(/^[A-Z2-9]{9}$/),
      device_code: expect.stringMatching(/^[\w.-]{100,}$/),
      verification_uri: `${emulator.url}/devicelogin`,
      expires_in: 900,
      interval: 5,
      message: `To sign in, use a web browser to open the page ${emulator.url}/devicelogin and enter the code ${answer.user_code} to authenticate.`,
    })
  })

  test('is never sent to a page of the real cloud', async () => {
    await using standIn = await startEmulator({ directory: contosoWithUsers, hosts: ['login.microsoftonline.com'] })
    const response = await standIn.fetch(`${standIn.url}/common/oauth2/v2.0/devicecode`, {
      method: 'POST',
      headers: { host: 'login.microsoftonline.com' },
      body: new URLSearchParams({ client_id: publicClientId, scope: 'User.Read' }),
    })
    expect(await response.json()).toMatchObject({ verification_uri: `${standIn.url}/devicelogin` })
  })

  test('gets the words of version 1 at its address', async () => {
    const form = { scope: undefined, resource: 'https://storage.azure.com' }
    const answer = await begun(form, `/${tenantId}/oauth2/devicecode`)
    expect(answer).toMatchObject({
      verification_url: `${emulator.url}/devicelogin`,
      expires_in: '900',
      interval: '5',
    })
    emulator.approveDeviceCode(answer.user_code, { user: ada.username })
    const v1 = { device_code: undefined, code: answer.device_code, resource: 'https://storage.azure.com' }
    const tokens = await tokensOf(poll(undefined, v1, `/${tenantId}/oauth2/token`))
    expect(decodeJwt(tokens.access_token).aud).toBe('https://storage.azure.com')
  })

  test('is told the times that the emulator was started with', async () => {
    const deviceCode = { expiresInSeconds: 60, intervalSeconds: 1 }
    await using quick = await startEmulator({ directory: contosoWithUsers, deviceCode })
    const body = new URLSearchParams({ client_id: azureCli, scope: 'User.Read' })
    const response = await quick.fetch(`${quick.url}/common/oauth2/v2.0/devicecode`, { method: 'POST', body })
    expect(await response.json()).toMatchObject({ expires_in: 60, interval: 1 })
  })

  test.for<[string, Form, string | undefined, number]>([
    ['an app that is not there', { client_id: otherTenantId }, undefined, 700016],
    ['a disabled app', { client_id: disabledClientId }, undefined, 7000112],
    ['no app', { client_id: undefined }, undefined, 900144],
    ['no scope', { scope: undefined }, undefined, 900144],
    ['scopes of two resources', { scope: 'https://a.example/x https://b.example/y' }, undefined, 28000],
    ['a tenant that is not there', {}, '/nowhere.example/oauth2/v2.0/devicecode', 90002],
  ])('is refused with %s', async ([, changes, path, expected]) => {
    expect((await refusalOf(await ask(changes, path))).error_codes).toEqual([expected])
  })

  test('must use POST', async () => {
    const response = await emulator.fetch(`${emulator.url}/common/oauth2/v2.0/devicecode`)
    expect((await refusalOf(response)).error_codes).toEqual([900561])
  })
})

describe('a device that polls', () => {
  test('waits, then gets the tokens of the user who approved', async () => {
    const { device_code, user_code } = await begun()
    expect(await refusedPoll(device_code)).toMatchObject({
      error: 'authorization_pending',
      error_codes: [70016],
      error_description: expect.stringContaining('Authorization is pending. Continue polling.'),
    })
    emulator.approveDeviceCode(user_code.toLowerCase(), { user: ada.username, amr: ['pwd', 'mfa'] })
    const answer = await tokensOf(poll(device_code, { client_info: '1' }))
    expect(decodeJwt(answer.access_token)).toMatchObject({
      aud: 'https://storage.azure.com',
      appid: publicClientId,
      oid: ada.objectId,
      amr: ['pwd', 'mfa'],
    })
    expect(decodeJwt(answer.id_token ?? '')).toMatchObject({ preferred_username: ada.username })
    expect(JSON.parse(Buffer.from(answer.client_info ?? '', 'base64url').toString())).toEqual({
      uid: ada.objectId,
      utid: tenantId,
    })
    await tokensOf(refresh(emulator, answer.refresh_token, { client_id: publicClientId, client_secret: undefined }))
  })

  test('gets its tokens once', async () => {
    const { device_code, user_code } = await begun()
    emulator.approveDeviceCode(user_code, { user: ada })
    await tokensOf(poll(device_code, { grant_type: 'device_code' }))
    expect(await refusedPoll(device_code)).toMatchObject({ error: 'invalid_grant', error_codes: [7000014] })
  })

  test('and is too early must slow down, more each time', async () => {
    const { device_code } = await begun()
    const answers: string[] = []
    // An interval of 5 s; each answer of `slow_down` adds 5 more.
    for (const seconds of [0, 5, 3, 9, 15]) {
      emulator.clock.advance(seconds * SECOND)
      answers.push((await refusedPoll(device_code)).error)
    }
    const [pending, slowDown] = ['authorization_pending', 'slow_down']
    expect(answers).toEqual([pending, pending, slowDown, slowDown, pending])
  })

  test('and is early by what timers are early may go on', async () => {
    const { device_code } = await begun()
    await refusedPoll(device_code)
    emulator.clock.advance(5 * SECOND - 20)
    expect((await refusedPoll(device_code)).error).toBe('authorization_pending')
  })

  test('is told that its user said no', async () => {
    const { device_code, user_code } = await begun()
    emulator.declineDeviceCode(user_code)
    expect((await refusedPoll(device_code)).error).toBe('authorization_declined')
    emulator.clock.advance(3600 * SECOND)
    expect((await refusedPoll(device_code)).error).toBe('authorization_declined')
  })

  test.for([false, true])('is told that its code has expired, approved or not: %s', async (approved) => {
    const { device_code, user_code, expires_in } = await begun()
    if (approved) emulator.approveDeviceCode(user_code, { user: ada })
    emulator.clock.advance(expires_in * SECOND - 1)
    if (!approved) expect((await refusedPoll(device_code)).error).toBe('authorization_pending')
    emulator.clock.advance(1)
    expect(await refusedPoll(device_code)).toMatchObject({ error: 'expired_token', error_codes: [70020] })
  })

  test.for<[string, (code: string) => [string | undefined, Form], string, number]>([
    ['a code that is none', () => ['nonsense', {}], 'bad_verification_code', 70018],
    ['no code', () => [undefined, {}], 'invalid_request', 900144],
    ['another app’s code', (code) => [code, { client_id: azureCli }], 'invalid_grant', 70000],
    ['an app that must show itself', (code) => [code, { client_id: clientId }], 'invalid_client', 7000218],
  ])('is refused with %s', async ([, sent, error, code]) => {
    const { device_code } = await begun()
    expect(await refusedPoll(...sent(device_code))).toMatchObject({ error, error_codes: [code] })
  })

  test('keeps its code when a policy stands against the tokens', async () => {
    const { device_code, user_code } = await begun()
    emulator.approveDeviceCode(user_code, { user: ada })
    emulator.updateApp('tool', { conditionalAccess: { code: 53003 } })
    expect((await refusedPoll(device_code)).error_codes).toEqual([53003])
    emulator.updateApp('tool', { conditionalAccess: undefined })
    await tokensOf(poll(device_code))
  })

  test('at an address that all tenants share gets the tokens of its user’s tenant', async () => {
    const { device_code, user_code } = await begun({ client_id: azureCli }, '/organizations/oauth2/v2.0/devicecode')
    const waiting = await poll(device_code, { client_id: azureCli }, '/organizations/oauth2/v2.0/token')
    expect((await refusalOf(waiting)).error).toBe('authorization_pending')
    emulator.approveDeviceCode(user_code, { user: 'grace@fabrikam.example' })
    const answer = await tokensOf(poll(device_code, { client_id: azureCli }, '/organizations/oauth2/v2.0/token'))
    expect(decodeJwt(answer.access_token)).toMatchObject({ tid: otherTenantId, appid: azureCli })
  })

  test('in a tenant that its user is no member of is refused', async () => {
    const { device_code, user_code } = await begun()
    emulator.approveDeviceCode(user_code, { user: 'grace@fabrikam.example' })
    expect((await refusedPoll(device_code)).error_codes).toEqual([50020])
  })
})

describe('a code that nobody waits for', () => {
  function expectNobodyWaits(code: string): void {
    const approve = (): void => emulator.approveDeviceCode(code, { user: ada })
    expect(approve).toThrow(/no sign-in is waiting for the code .*\/devicecode/)
    expect(() => emulator.declineDeviceCode(code)).toThrow(/no sign-in is waiting for the code/)
  }

  test('can be neither approved nor declined', async () => {
    const { user_code } = await begun()
    emulator.approveDeviceCode(user_code, { user: ada })
    expectNobodyWaits(user_code)
    expectNobodyWaits('NONSENSE9')
    const expired = (await begun()).user_code
    emulator.clock.advance(900 * SECOND)
    expectNobodyWaits(expired)
  })

  test('is not approved for an unknown user, and stays', async () => {
    const { user_code } = await begun()
    expect(() => emulator.approveDeviceCode(user_code, { user: 'nobody' })).toThrow(/no user is called "nobody"/)
    emulator.approveDeviceCode(user_code, { user: ada })
  })
})

test('a refresh token serves its user’s tenant, and no other', async () => {
  const { device_code, user_code } = await begun({ client_id: azureCli }, '/organizations/oauth2/v2.0/devicecode')
  emulator.approveDeviceCode(user_code, { user: ada.username })
  const { refresh_token } = await tokensOf(poll(device_code, { client_id: azureCli }))
  const refreshAt = (tenant: string): Promise<Response> => {
    const form = { client_id: azureCli, client_secret: undefined, scope: 'User.Read', refresh_token }
    return requestToken(emulator, { grant_type: 'refresh_token', ...form }, { path: `/${tenant}/oauth2/v2.0/token` })
  }
  await tokensOf(refreshAt(tenantId))
  expect(await refusalOf(await refreshAt(otherTenantId))).toMatchObject({
    error_codes: [50020],
    error_description: expect.stringContaining(`'https://sts.windows.net/${tenantId}/' does not exist in tenant`),
  })
})

test('the log shows no device code', async () => {
  const { device_code } = await begun()
  await poll(device_code)
  expect(JSON.stringify(emulator.requests.slice(-1))).not.toContain(device_code)
})

test('Microsoft’s own programs are in every tenant, and can be given a policy like any app', async () => {
  emulator.updateApp(azureCli, { refuse: 50076 })
  const { device_code, user_code } = await begun({ client_id: azureCli })
  emulator.approveDeviceCode(user_code, { user: ada })
  expect((await refusedPoll(device_code, { client_id: azureCli })).error_codes).toEqual([50076])
  await using other = await startEmulator({ directory: contosoWithUsers })
  const form = { client_id: azureCli, grant_type: 'password', username: ada.username, password: 'enchantress' }
  const body = new URLSearchParams({ ...form, scope: 'User.Read' })
  const response = await other.fetch(`${other.url}/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body })
  expect(response.status).toBe(200)
})
