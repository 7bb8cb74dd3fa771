import { createPrivateKey } from 'node:crypto'
import { ConfidentialClientApplication, type INetworkModule } from '@azure/msal-node'
import { decodeProtectedHeader } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { type ClientCertificate, clientCertificate } from './client-certificate.ts'
import { clientId, contoso, everywhereClientId, otherTenantId, start, tenantId } from './contoso.ts'
import { forge } from './forge.ts'
import { issuedToken, refusalOf, requestToken } from './token-request.ts'

const [own, strange] = await Promise.all([clientCertificate(), clientCertificate()])
const emulator = await startEmulator({ directory: contoso })
emulator.updateApp('web', { certificates: [own.certificate] })
emulator.updateApp('everywhere', { certificates: [own.certificate] })
afterAll(() => emulator.close())

const key = createPrivateKey(own.privateKey)
const strangeKey = createPrivateKey(strange.privateKey)
const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const now = (): number => Math.floor(emulator.clock.now() / 1000)

type MsalCertificate = NonNullable<
  ConstructorParameters<typeof ConfidentialClientApplication>[0]['auth']['clientCertificate']
>

/** MSAL with a certificate, its network the emulator's `fetch`. */
function msal(clientCertificate: MsalCertificate, id = clientId): ConfidentialClientApplication {
  const read = async (response: Response) => ({
    headers: Object.fromEntries(response.headers),
    body: await response.json(),
    status: response.status,
  })
  const networkClient = {
    sendGetRequestAsync: async (url: string) => read(await emulator.fetch(url)),
    sendPostRequestAsync: async (url: string, options?: { headers?: Record<string, string>; body?: string }) =>
      read(await emulator.fetch(url, { method: 'POST', headers: options?.headers ?? {}, body: options?.body ?? '' })),
  } as INetworkModule
  return new ConfidentialClientApplication({
    auth: {
      clientId: id,
      authority: `${emulator.url}/${tenantId}`,
      knownAuthorities: [new URL(emulator.url).host],
      clientCertificate,
    },
    system: { networkClient },
  })
}

const scopes = ['https://storage.azure.com/.default']
const certified = ({ privateKey, sha256 }: ClientCertificate): MsalCertificate => ({
  thumbprintSha256: sha256,
  privateKey,
})

/** The assertion with which MSAL just got a token. */
async function goodAssertion(): Promise<string> {
  const result = await msal(certified(own)).acquireTokenByClientCredential({ scopes })
  expect(result?.accessToken).toBeDefined()
  return emulator.requests.at(-1)?.form.client_assertion ?? ''
}

const present = (assertion: string, path = `/${tenantId}/oauth2/v2.0/token`): Promise<Response> =>
  requestToken(
    emulator,
    { client_secret: undefined, client_assertion: assertion, client_assertion_type: type },
    { path },
  )

describe('MSAL signs in with a certificate', () => {
  test.for<[string, MsalCertificate, object]>([
    ['by its SHA-256', certified(own), { alg: 'PS256', 'x5t#S256': expect.any(String) }],
    ['with its chain', { ...certified(own), x5c: own.certificate }, { alg: 'PS256', x5c: [expect.any(String)] }],
    ['by its SHA-1', { thumbprint: own.sha1, privateKey: own.privateKey }, { alg: 'RS256', x5t: expect.any(String) }],
  ])('%s', async ([, certificate, header]) => {
    const result = await msal(certificate).acquireTokenByClientCredential({ scopes })
    expect(result?.accessToken).toBeDefined()
    const sent = emulator.requests.at(-1)?.form.client_assertion ?? ''
    expect(decodeProtectedHeader(sent)).toMatchObject(header)
  })

  test('and sends the same assertion again, which Entra ID takes', async () => {
    const client = msal(certified(own))
    await client.acquireTokenByClientCredential({ scopes })
    await client.acquireTokenByClientCredential({ scopes: ['https://vault.azure.net/.default'] })
    const [one, two] = emulator.requests.slice(-2).map(({ form }) => form.client_assertion)
    expect(one).toBe(two)
  })

  test('that is not registered, and is told so', async () => {
    const refused = msal(certified(strange)).acquireTokenByClientCredential({ scopes })
    await expect(refused).rejects.toMatchObject({ errorCode: 'invalid_client', errorNo: 700027 })
  })
})

test('MSAL’s assertion is accepted once more when it is signed anew', async () => {
  const form = { client_secret: undefined, client_assertion_type: type }
  const { claims } = await issuedToken(emulator, { ...form, client_assertion: forge(await goodAssertion(), key) })
  expect(claims).toMatchObject({ appid: clientId, appidacr: '2' })
})

/** What is altered · how · AADSTS code · part of the sentence. */
const altered: [string, (good: string) => string, number, string][] = [
  ['a signature of another key', (good) => forge(good, strangeKey), 700027, 'verify the signature failed'],
  [
    'an unknown certificate',
    (good) =>
      forge(good, strangeKey, { header: { 'x5t#S256': Buffer.from(strange.sha256, 'hex').toString('base64') } }),
    700027,
    'The key was not found',
  ],
  ['no thumbprint', (good) => forge(good, key, { header: { 'x5t#S256': undefined } }), 5002723, 'No certificate SHA-1'],
  ['another audience', (good) => forge(good, key, { claims: { aud: 'https://x.example' } }), 700023, 'Realm issuer'],
  [
    'another tenant’s endpoint',
    (good) => forge(good, key, { claims: { aud: `${emulator.url}/${otherTenantId}/oauth2/v2.0/token` } }),
    700023,
    'Realm issuer',
  ],
  [
    'another app as issuer and subject',
    (good) => forge(good, key, { claims: { iss: everywhereClientId, sub: everywhereClientId } }),
    700021,
    "doesn't match 'client_id'",
  ],
  ['another subject', (good) => forge(good, key, { claims: { sub: everywhereClientId } }), 50048, 'Subject mismatches'],
  [
    'a foreign issuer',
    (good) => forge(good, key, { claims: { iss: 'https://x.example' } }),
    700211,
    "'https://x.example'",
  ],
  ['a time that is over', (good) => forge(good, key, { claims: { exp: now() - 301 } }), 700024, 'valid time range'],
  ['a time that is to come', (good) => forge(good, key, { claims: { nbf: now() + 302 } }), 700024, 'valid time range'],
  ['a life of days', (good) => forge(good, key, { claims: { exp: now() + 172_800 } }), 700024, 'valid time range'],
  ['no end', (good) => forge(good, key, { claims: { exp: undefined } }), 700024, 'valid time range'],
  ['the algorithm none', (good) => forge(good, key, { header: { alg: 'none' } }), 5002738, "'none' is not a supported"],
  [
    'HS256 with the certificate as its key',
    (good) => forge(good, own.certificate, { header: { alg: 'HS256' } }),
    5002738,
    "'HS256' is not a supported",
  ],
  ['no issuer', (good) => forge(good, key, { claims: { iss: undefined } }), 90014, "'iss' is missing"],
  ['no audience', (good) => forge(good, key, { claims: { aud: undefined } }), 90014, "'aud' is missing"],
  ['two parts', (good) => good.split('.').slice(0, 2).join('.'), 50027, 'invalid or malformed'],
  ['nonsense', () => 'a.b.c', 50027, 'invalid or malformed'],
]

test.for(altered)('MSAL’s assertion is refused with %s', async ([, alter, code, text]) => {
  const response = await present(alter(await goodAssertion()))
  const body = await refusalOf(response)
  expect(body.error_codes).toEqual([code])
  expect(body.error_description).toContain(text)
  expect(response.status).toBe(body.error === 'invalid_client' ? 401 : 400)
})

describe('an assertion that was used', () => {
  test('is refused when it comes again', async () => {
    const assertion = forge(await goodAssertion(), key)
    expect((await present(assertion)).status).toBe(200)
    const again = await refusalOf(await present(assertion))
    expect(again).toMatchObject({ error: 'invalid_client', error_codes: [50012] })
    expect(again.error_description).toContain('its jti is not new')
  })

  test('is not used up by a refusal', async () => {
    const good = await goodAssertion()
    const jti = 'the-same'
    await refusalOf(await present(forge(good, strangeKey, { claims: { jti } })))
    expect((await present(forge(good, key, { claims: { jti } }))).status).toBe(200)
  })

  test('is accepted again by an emulator that is asked to, as by Entra ID', async () => {
    await using lenient = await startEmulator({ directory: contoso, replayedAssertions: 'accept' })
    lenient.updateApp('web', { certificates: [own.certificate] })
    const aud = `${lenient.url}/${tenantId}/oauth2/v2.0/token`
    const assertion = forge(await goodAssertion(), key, { claims: { aud } })
    const form = { client_secret: undefined, client_assertion: assertion, client_assertion_type: type }
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
    const assertion = forge(await goodAssertion(), key, { claims: { aud: emulator.url + path } })
    expect((await present(assertion)).status).toBe(200)
  })

  test.for([
    ['another port', 'https://localhost:1/'],
    ['another path', `/${tenantId}/oauth2/v2.0/devicecode`],
    ['an array', undefined],
  ])('not %s', async ([, aud]) => {
    const value = aud?.startsWith('/') ? emulator.url + aud : aud ? `${aud}${tenantId}/oauth2/v2.0/token` : []
    const assertion = forge(await goodAssertion(), key, { claims: { aud: value } })
    expect((await refusalOf(await present(assertion))).error_codes).toEqual([700023])
  })

  test('the global host for a region’s', async () => {
    const hosts = ['westus2.login.microsoft.com', 'login.microsoftonline.com']
    await using regional = await startEmulator({ directory: contoso, hosts })
    regional.updateApp('web', { certificates: [own.certificate] })
    const aud = `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`
    const client_assertion = forge(await goodAssertion(), key, { claims: { aud } })
    const form = { client_secret: undefined, client_assertion, client_assertion_type: type }
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
    const client_assertion = forge(await goodAssertion(), key, { claims })
    const form = { client_secret: undefined, client_assertion, client_assertion_type: type }
    const body = await refusalOf(await requestToken(later, form))
    expect(body.error_description).toContain('The key used is expired')
  })

  test('is replaced while the emulator runs', async () => {
    emulator.updateApp('everywhere', { certificates: [{ certificate: strange.certificate }] })
    await expect(
      msal(certified(strange), everywhereClientId).acquireTokenByClientCredential({ scopes }),
    ).resolves.toBeDefined()
    await expect(msal(certified(own), everywhereClientId).acquireTokenByClientCredential({ scopes })).rejects.toThrow(
      'AADSTS700027',
    )
  })

  test('needs an RSA key, and to be one', () => {
    expect(() => emulator.updateApp('web', { certificates: ['x'] })).toThrow(
      'certificates[0] is not a certificate. Write it as PEM',
    )
    expect(() => emulator.updateApp('web', { certificates: [emulator.ca.pem] })).toThrow('has a key that is not RSA')
    expect(() => emulator.updateApp('nope', {})).toThrow('updateApp: there is no app "nope"')
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
  const client_assertion = forge(await goodAssertion(), key, { claims })
  await issuedToken(declared, { client_secret: undefined, client_assertion, client_assertion_type: type })
})
