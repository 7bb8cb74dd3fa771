import { createPrivateKey } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import {
  assertionForm,
  certified,
  goodAssertion,
  type MsalCertificate,
  msalApp,
  present,
  scopes,
} from './certificate-sign-in.ts'
import { clientCertificate } from './client-certificate.ts'
import { clientId, contoso, everywhereClientId, otherTenantId } from './contoso.ts'
import { forge } from './forge.ts'
import { issuedToken, refusalOf } from './token-request.ts'

const [own, strange] = await Promise.all([clientCertificate(), clientCertificate()])
const emulator = await startEmulator({ directory: contoso })
emulator.updateApp('web', { certificates: [own.certificate] })
emulator.updateApp('everywhere', { certificates: [own.certificate] })
afterAll(() => emulator.close())

const key = createPrivateKey(own.privateKey)
const strangeKey = createPrivateKey(strange.privateKey)
const now = (): number => Math.floor(emulator.clock.now() / 1000)

describe('MSAL signs in with a certificate', () => {
  test.for<[string, MsalCertificate, object]>([
    ['by its SHA-256', certified(own), { alg: 'PS256', 'x5t#S256': expect.any(String) }],
    ['with its chain', { ...certified(own), x5c: own.certificate }, { alg: 'PS256', x5c: [expect.any(String)] }],
    ['by its SHA-1', { thumbprint: own.sha1, privateKey: own.privateKey }, { alg: 'RS256', x5t: expect.any(String) }],
  ])('%s', async ([, certificate, header]) => {
    const result = await msalApp(emulator, { clientCertificate: certificate }).acquireTokenByClientCredential({
      scopes,
    })
    expect(result?.accessToken).toBeDefined()
    const sent = emulator.requests.at(-1)?.form.client_assertion ?? ''
    expect(decodeProtectedHeader(sent)).toMatchObject(header)
  })

  test('and sends the same assertion again, which Entra ID takes', async () => {
    const client = msalApp(emulator, { clientCertificate: certified(own) })
    await client.acquireTokenByClientCredential({ scopes })
    await client.acquireTokenByClientCredential({ scopes: ['https://vault.azure.net/.default'] })
    const [one, two] = emulator.requests.slice(-2).map(({ form }) => form.client_assertion)
    expect(one).toBe(two)
  })

  test('that is not registered, and is told so', async () => {
    const refused = msalApp(emulator, { clientCertificate: certified(strange) }).acquireTokenByClientCredential({
      scopes,
    })
    await expect(refused).rejects.toMatchObject({ errorCode: 'invalid_client', errorNo: 700027 })
  })
})

test('MSAL’s assertion is accepted once more when it is signed anew', async () => {
  const { claims } = await issuedToken(emulator, assertionForm(forge(await goodAssertion(emulator, own), key)))
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
  const response = await present(emulator, alter(await goodAssertion(emulator, own)))
  const body = await refusalOf(response)
  expect(body.error_codes).toEqual([code])
  expect(body.error_description).toContain(text)
  expect(response.status).toBe(body.error === 'invalid_client' ? 401 : 400)
})
