import { createPrivateKey } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { assertionForm, certified, goodAssertion, msalApp, present, scopes } from './certificate-sign-in.ts'
import { clientCertificate } from './client-certificate.ts'
import { contoso, everywhereClientId, start, tenantId } from './contoso.ts'
import { forge } from './forge.ts'
import { issuedToken, refusalOf, requestToken } from './token-request.ts'

const [own, strange] = await Promise.all([clientCertificate(), clientCertificate()])
const emulator = await startEmulator({ directory: contoso })
emulator.updateApp('web', { certificates: [own.certificate] })
emulator.updateApp('everywhere', { certificates: [own.certificate] })
afterAll(() => emulator.close())

const key = createPrivateKey(own.privateKey)
const strangeKey = createPrivateKey(strange.privateKey)
const good = (): Promise<string> => goodAssertion(emulator, own)

describe('an assertion that was used', () => {
  test('is refused when it comes again', async () => {
    const assertion = forge(await good(), key)
    expect((await present(emulator, assertion)).status).toBe(200)
    const again = await refusalOf(await present(emulator, assertion))
    expect(again).toMatchObject({ error: 'invalid_client', error_codes: [50012] })
    expect(again.error_description).toContain('its jti is not new')
  })

  test('is not used up by a refusal', async () => {
    const made = await good()
    const jti = 'the-same'
    await refusalOf(await present(emulator, forge(made, strangeKey, { claims: { jti } })))
    expect((await present(emulator, forge(made, key, { claims: { jti } }))).status).toBe(200)
  })

  test('is accepted again by an emulator that is asked to, as by Entra ID', async () => {
    await using lenient = await startEmulator({ directory: contoso, replayedAssertions: 'accept' })
    lenient.updateApp('web', { certificates: [own.certificate] })
    const aud = `${lenient.url}/${tenantId}/oauth2/v2.0/token`
    const assertion = forge(await good(), key, { claims: { aud } })
    const form = assertionForm(assertion)
    await issuedToken(lenient, form)
    await issuedToken(lenient, form)
  })
})

describe('the audience may be', () => {
  test.for([
    ['the v1 endpoint', `/${tenantId}/oauth2/token`],
    ['the issuer of v2.0', `/${tenantId}/v2.0`],
    ['the authority', `/${tenantId}/`],
    ['the endpoint by the tenant’s domain', '/contoso.onmicrosoft.com/oauth2/v2.0/token'],
  ])('%s', async ([, path = '']) => {
    const assertion = forge(await good(), key, { claims: { aud: emulator.url + path } })
    expect((await present(emulator, assertion)).status).toBe(200)
  })

  test.for([
    ['another port', 'https://localhost:1/'],
    ['another path', `/${tenantId}/oauth2/v2.0/devicecode`],
    ['an array', undefined],
  ])('not %s', async ([, aud]) => {
    const value = aud?.startsWith('/') ? emulator.url + aud : aud ? `${aud}${tenantId}/oauth2/v2.0/token` : []
    const assertion = forge(await good(), key, { claims: { aud: value } })
    expect((await refusalOf(await present(emulator, assertion))).error_codes).toEqual([700023])
  })

  test('the global host for a region’s', async () => {
    const hosts = ['westus2.login.microsoft.com', 'login.microsoftonline.com']
    await using regional = await startEmulator({ directory: contoso, hosts })
    regional.updateApp('web', { certificates: [own.certificate] })
    const aud = `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`
    const assertion = forge(await good(), key, { claims: { aud } })
    const form = assertionForm(assertion)
    await issuedToken(regional, form, { headers: { host: 'westus2.login.microsoft.com' } })
  })
})

describe('a certificate', () => {
  test('is no longer taken once it has ended', async () => {
    await using later = await startEmulator({ directory: contoso })
    later.updateApp('web', { certificates: [own.certificate] })
    later.clock.advance(60 * 86_400_000)
    const at = Math.floor(later.clock.now() / 1000)
    const claims = { aud: `${later.url}/${tenantId}/oauth2/v2.0/token`, nbf: at, exp: at + 600 }
    const assertion = forge(await good(), key, { claims })
    const form = assertionForm(assertion)
    const body = await refusalOf(await requestToken(later, form))
    expect(body.error_description).toContain('The key used is expired')
  })

  test('is replaced while the emulator runs', async () => {
    emulator.updateApp('everywhere', { certificates: [{ certificate: strange.certificate }] })
    await expect(
      msalApp(emulator, {
        clientId: everywhereClientId,
        clientCertificate: certified(strange),
      }).acquireTokenByClientCredential({ scopes }),
    ).resolves.toBeDefined()
    await expect(
      msalApp(emulator, {
        clientId: everywhereClientId,
        clientCertificate: certified(own),
      }).acquireTokenByClientCredential({ scopes }),
    ).rejects.toThrow('AADSTS700027')
  })

  test('needs an RSA key, and to be one', () => {
    expect(() => emulator.updateApp('web', { certificates: ['x'] })).toThrow(
      'certificates[0] is not a certificate. Write it as PEM',
    )
    expect(() => emulator.updateApp('web', { certificates: [emulator.ca.pem] })).toThrow('has a key that is not RSA')
    expect(() => emulator.updateApp('nope', {})).toThrow('updateApp: no app is called "nope"')
  })
})

test('the type of an assertion is asked for', async () => {
  const form = { client_secret: undefined, client_assertion: 'a.b.c' }
  const missing = await refusalOf(await requestToken(emulator, form))
  expect(missing.error_description).toContain("'client_assertion_type'")
  const wrong = await refusalOf(await requestToken(emulator, { ...form, client_assertion_type: 'saml' }))
  expect(wrong.error_codes).toEqual([9002313])
})

test('it takes certificates in a declared directory', async () => {
  const apps = contoso.apps.map((app) => ({ ...app, certificates: [{ certificate: own.certificate }] }))
  await using declared = await startEmulator({ directory: { ...contoso, apps }, now: () => start })
  const claims = { aud: `${declared.url}/${tenantId}/v2.0`, nbf: start / 1000, exp: start / 1000 + 600 }
  const assertion = forge(await good(), key, { claims })
  await issuedToken(declared, assertionForm(assertion))
})
