import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type Distortion, type ManagedIdentityOptions, startEmulator } from '../src/index.ts'
import { assertionForm } from './certificate-sign-in.ts'
import { contoso, otherTenantId, start, tenantId } from './contoso.ts'
import { ask, askAppService, askImds, resource } from './host-request.ts'
import { issuedToken, refusalOf, requestToken } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso, now: () => start })
const keyDirectory = mkdtempSync(join(tmpdir(), 'entrada-keys-'))
afterAll(async () => {
  await emulator.close()
  rmSync(keyDirectory, { recursive: true })
})
afterEach(() => emulator.faults.clear())

const reader = { name: 'reader', clientId: '0a0a0a0a-0000-4000-8000-00000000000a' }
const host = await emulator.managedIdentity({ host: 'imds', identities: ['system', reader] })

describe('a token of a managed identity', () => {
  test('says which one, and is signed as the emulator’s others', async () => {
    const full = {
      ...{ name: 'full', clientId: reader.clientId, objectId: '0b0b0b0b-0000-4000-8000-00000000000b' },
      resourceId: '/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/full',
      tenantId: 'fabrikam.example',
    }
    const own = await emulator.managedIdentity({ host: 'imds', identities: [full] })
    expect(own.identities).toEqual([{ ...full, tenantId: otherTenantId, system: false }])
    const { body } = await askImds(own)
    const keys = createRemoteJWKSet(new URL(`${emulator.url}/${otherTenantId}/discovery/v2.0/keys`), {
      [customFetch]: emulator.fetch,
    })
    const { payload } = await jwtVerify(String(body.access_token), keys, { currentDate: new Date(start) })
    expect(payload).toMatchObject({
      aud: resource,
      iss: `${emulator.url}/${otherTenantId}/`,
      tid: otherTenantId,
      appid: full.clientId,
      appidacr: '2',
      oid: full.objectId,
      sub: full.objectId,
      idtyp: 'app',
      ver: '1.0',
      xms_mirid: full.resourceId,
      iat: start / 1000 - 300,
      exp: start / 1000 + 86_400,
    })
  })

  test('is of the public cloud where the emulator’s tokens are', async () => {
    await using cloud = await startEmulator({ directory: contoso, issuer: 'public-cloud' })
    const { body } = await askImds(await cloud.managedIdentity({ host: 'imds' }))
    expect(decodeJwt(String(body.access_token)).iss).toBe(`https://sts.windows.net/${tenantId}/`)
  })

  test('is the assertion of an app that trusts the identity, and of none that does not', async () => {
    for (const signatures of ['rsa', 'quick'] as const) {
      await using own = await startEmulator({ directory: contoso, signatures })
      const imds = await own.managedIdentity({ host: 'imds', identities: [reader] })
      const { body } = await askImds(imds, { resource: 'api://AzureADTokenExchange' })
      const assertion = String(body.access_token)
      const issuer = `${own.url}/${tenantId}/v2.0`
      const subject = imds.identities[0]?.objectId ?? ''
      expect(decodeJwt(assertion)).toMatchObject({
        aud: 'fb60f99c-7a34-4190-8149-302f77469936',
        iss: issuer,
        sub: subject,
        azp: reader.clientId,
        ver: '2.0',
      })
      const refused = await refusalOf(await requestToken(own, assertionForm(assertion)))
      expect(refused.error_codes).toEqual([700211])
      own.updateApp('web', { federatedCredentials: [{ issuer, subject }] })
      const { claims } = await issuedToken(own, assertionForm(assertion))
      expect(claims).toMatchObject({ appid: contoso.apps[0]?.clientId, appidacr: '2' })
      const forged = await requestToken(own, assertionForm(`${assertion.slice(0, -8)}AAAAAAAA`))
      expect((await refusalOf(forged)).error_codes).toEqual([700027])
    }
  })

  test('is the same again for half its life, for each identity and resource', async () => {
    await using own = await startEmulator({ directory: contoso, now: () => start })
    const imds = await own.managedIdentity({ host: 'imds', identities: ['system', reader], tokenLifetimeSeconds: 7200 })
    const get = async (query = {}): Promise<unknown> => (await askImds(imds, query)).body.access_token
    const first = await get()
    expect(await get()).toBe(first)
    expect(await get({ client_id: reader.clientId })).not.toBe(first)
    expect(await get({ resource: 'https://vault.azure.net' })).not.toBe(first)
    own.clock.advance(3_599_000)
    expect(await askImds(imds)).toMatchObject({ body: { access_token: first, expires_in: '3601' } })
    own.clock.advance(1000)
    expect(await get()).not.toBe(first)
    const second = await get()
    imds.forgetTokens()
    expect(await get()).not.toBe(second)
  })

  test('is kept as long as a test says, and never past its life', async () => {
    await using own = await startEmulator({ directory: contoso, now: () => start })
    const fresh = await own.managedIdentity({ host: 'imds', cacheSeconds: 0 })
    expect((await askImds(fresh)).body.access_token).not.toBe((await askImds(fresh)).body.access_token)
    const long = await own.managedIdentity({ host: 'imds', cacheSeconds: 1000, tokenLifetimeSeconds: 60 })
    const before = (await askImds(long)).body.access_token
    own.clock.advance(60_000)
    expect((await askImds(long)).body.access_token).not.toBe(before)
  })
})

describe('hosts of one emulator', () => {
  test('are each by themselves', async () => {
    const [one, two] = await Promise.all([
      emulator.managedIdentity({ host: 'app-service', identities: ['system', reader] }),
      emulator.managedIdentity({ host: 'app-service' }),
    ])
    expect(one.env.IDENTITY_HEADER).not.toBe(two.env.IDENTITY_HEADER)
    expect((await askAppService(two, { client_id: reader.clientId })).status).toBe(400)
    expect((await askAppService(one, { client_id: reader.clientId })).status).toBe(200)
    expect([one.requests.length, two.requests.length]).toEqual([1, 1])
  })

  test('tell what they were asked, secrets included, and show none', async () => {
    const own = await emulator.managedIdentity({ host: 'app-service' })
    await askAppService(own)
    const [request] = own.requests
    expect(request).toMatchObject({
      method: 'GET',
      path: '/msi/token',
      query: { 'api-version': '2019-08-01', resource },
      headers: { 'x-identity-header': own.env.IDENTITY_HEADER },
      form: {},
      status: 200,
    })
    expect(inspect(request) + JSON.stringify(request)).not.toContain(own.env.IDENTITY_HEADER)
    emulator.requests.clear()
    expect(own.requests).toEqual([])
  })

  test('stop with close, and with the emulator', async () => {
    const other = await startEmulator({ directory: contoso })
    const [one, two] = [await other.managedIdentity({ host: 'imds' }), await other.managedIdentity({ host: 'imds' })]
    await one.close()
    await one.close()
    await expect(askImds(one)).rejects.toThrow('fetch failed')
    expect((await askImds(two)).status).toBe(200)
    await other.close()
    await expect(askImds(two)).rejects.toThrow('fetch failed')
  })

  test('answer neither web pages nor foreign names nor other addresses', async () => {
    const asked = { 'api-version': '2018-02-01', resource }
    const metadata = { metadata: 'true' }
    expect((await ask(host.url, asked, { ...metadata, origin: 'https://evil.example' })).status).toBe(403)
    expect((await ask(host.url, asked, { ...metadata, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    const rebound = { ...metadata, host: `evil.example:${new URL(host.url).port}` }
    const address = `${host.url}?${new URLSearchParams(asked)}`
    expect((await emulator.fetch(address, { headers: rebound })).status).toBe(421)
    expect(
      (await fetch(host.url, { method: 'OPTIONS', headers: metadata })).headers.get('access-control-allow-origin'),
    ).toBe(null)
    expect((await fetch(host.url, { method: 'POST', headers: metadata })).status).toBe(405)
    expect((await ask(host.url.replace('/oauth2/', '//oauth2/'), asked, metadata)).status).toBe(404)
  })
})

describe('faults', () => {
  test('are for the token endpoints of hosts, too, whose words they have', async () => {
    const appService = await emulator.managedIdentity({ host: 'app-service' })
    emulator.faults.next({ status: 500 }, { status: 429, retryAfter: 3 }, { status: 410 })
    expect((await askImds(host)).body.error).toBe('unknown')
    const throttled = await askAppService(appService)
    expect([throttled.body.statusCode, throttled.headers.get('retry-after')]).toEqual([429, '3'])
    expect((await askImds(host)).status).toBe(410)
    expect((await askImds(host)).status).toBe(200)
  })

  test('choose hosts by their path', async () => {
    const appService = await emulator.managedIdentity({ host: 'app-service' })
    emulator.faults.next({ path: /^\/msi\/token$/, body: '<h1>Sign in</h1>' })
    expect((await askImds(host)).status).toBe(200)
    const { IDENTITY_ENDPOINT = '' } = appService.env
    expect(await (await fetch(IDENTITY_ENDPOINT)).text()).toBe('<h1>Sign in</h1>')
  })

  test('are for addresses with a slash at their end, too, which some clients write', async () => {
    const slashed = { ...host, url: `${host.url}/` }
    emulator.faults.next({ status: 410 })
    expect((await askImds(slashed)).status).toBe(410)
    expect((await askImds(slashed)).status).toBe(200)
  })

  test('break connections', async () => {
    emulator.faults.next({ drop: true })
    await expect(askImds(host)).rejects.toThrow('fetch failed')
  })
})

describe('a distortion', () => {
  afterEach(() => host.distort())
  const [system, user] = host.identities
  const seconds = start / 1000 + 86_400

  test.for<[Distortion, Record<string, unknown>]>([
    [{ identity: 'reader' }, { client_id: user?.clientId }],
    [{ resource: (asked) => `${asked}/` }, { resource: `${resource}/` }],
    [{ expiresOn: 'number' }, { expires_on: seconds }],
    [{ expiresOn: 'milliseconds' }, { expires_on: seconds * 1000 }],
    [{ expiresOn: 'iso' }, { expires_on: '2026-01-02T00:00:00.000Z' }],
    [{ expiresOn: 'us-12-hour' }, { expires_on: '1/2/2026 12:00:00 AM +00:00' }],
    [{ fields: { token_type: 'pop', client_id: undefined } }, { token_type: 'pop' }],
  ])('%j changes the answer alone', async ([distortion, told]) => {
    host.distort(distortion)
    const { body } = await askImds(host)
    expect(body).toMatchObject(told)
    expect(decodeJwt(String(body.access_token))).toMatchObject({ appid: system?.clientId, aud: resource })
    if (distortion.fields) expect(body).not.toHaveProperty('client_id')
    host.distort()
    expect((await askImds(host)).body).toMatchObject({ client_id: system?.clientId, expires_on: String(seconds) })
  })

  test('may have another identity answer in all', async () => {
    host.distort({ tokenOf: 'system' })
    const { body } = await askImds(host, { client_id: reader.clientId })
    expect([body.client_id, decodeJwt(String(body.access_token)).appid]).toEqual([system?.clientId, system?.clientId])
  })

  test('of an afternoon is written with twelve hours', async () => {
    await using own = await startEmulator({ directory: contoso, now: () => Date.UTC(2027, 0, 1, 15, 4, 5) })
    const late = await own.managedIdentity({
      host: 'imds',
      distortion: { expiresOn: 'us-12-hour' },
      refreshInSeconds: 60,
    })
    const { body } = await askImds(late)
    expect(body).toMatchObject({ expires_on: '1/2/2027 3:04:05 PM +00:00', refresh_in: 60 })
    late.distort({ expiresOn: 'us-24-hour' })
    expect((await askImds(late)).body.expires_on).toBe('01/02/2027 15:04:05 +00:00')
  })
})

describe('managedIdentity refuses', () => {
  const guid = '0c0c0c0c-0000-4000-8000-00000000000c'
  test.for<[unknown, string]>([
    [undefined, 'host undefined is unknown'],
    [{ host: 'vm' }, 'host "vm" is unknown'],
    [{ host: 'toString' }, 'host "toString" is unknown'],
    [{ host: 'imds', identity: [] }, 'imds has no option "identity"'],
    [{ host: 'imds', identities: {} }, 'identities is not an array'],
    [{ host: 'imds', identities: ['systen'] }, "identities[0] is neither 'system' nor an object"],
    [{ host: 'imds', identities: [{ clientid: guid }] }, 'identities[0] has no field "clientid"'],
    [{ host: 'imds', identities: [{ clientId: 'x' }] }, 'identities[0].clientId is not a GUID'],
    [{ host: 'imds', identities: [{ objectId: 7 }] }, 'identities[0].objectId is not a non-empty string'],
    [{ host: 'imds', identities: [{ resourceId: 'x' }] }, 'identities[0].resourceId is not an Azure resource id'],
    [{ host: 'imds', identities: [{ tenantId: guid }] }, 'identities[0].tenantId is not a declared tenant'],
    [
      { host: 'imds', identities: ['system', { system: true, name: 'b' }] },
      'identities has more than one system-assigned identity',
    ],
    [{ host: 'imds', identities: [reader, { ...reader, name: 'b' }] }, 'identities has the clientId "0a0a0a0a'],
    [{ host: 'imds', tokenLifetimeSeconds: 0 }, 'tokenLifetimeSeconds 0 is not a whole number'],
    [{ host: 'imds', cacheSeconds: 0.5 }, 'cacheSeconds 0.5 is not a whole number'],
    [{ host: 'imds', rateLimit: { concurrent: 0 } }, 'rateLimit.concurrent 0 is not'],
    [{ host: 'imds', distortion: { token: 1 } }, 'distortion has no field "token"'],
    [
      { host: 'imds', distortion: { identity: 'nobody' } },
      'distortion names the identity "nobody", which the host does not have',
    ],
    [{ host: 'imds', distortion: { expiresOn: 'never' } }, 'distortion.expiresOn is not one of its values'],
    [{ host: 'imds', distortion: { keepsChallenging: true } }, 'imds does not send challenges'],
    [{ host: 'app-service', apiVersions: ['2020-01-01'] }, 'apiVersions contains "2020-01-01"'],
    [{ host: 'app-service', apiVersions: [] }, 'apiVersions is empty'],
    [{ host: 'azure-arc' }, 'keyDirectory is missing'],
    [{ host: 'azure-arc', keyDirectory, userAssigned: 'maybe' }, 'userAssigned is not one of its values'],
    [{ host: 'azure-arc', keyDirectory, identities: [reader] }, 'identities has a user-assigned one'],
    [{ host: 'service-fabric', identities: ['system', reader] }, 'identities has 2'],
    [{ host: 'aks', identities: ['system'] }, 'identities has no user-assigned one'],
    [{ host: 'aks', tokenFile: '' }, 'tokenFile is not a non-empty string'],
  ])('%j', async ([options, fault]) => {
    const failing = emulator.managedIdentity(options as ManagedIdentityOptions)
    await expect(failing).rejects.toThrow(TypeError)
    await expect(failing).rejects.toThrow(`Emulator: managedIdentity: ${fault}`)
  })
})
