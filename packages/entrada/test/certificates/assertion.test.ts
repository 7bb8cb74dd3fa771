import { constants, createHash, sign as signBytes, X509Certificate } from 'node:crypto'
import { inspect } from 'node:util'
import { CertificateCredential } from 'entrada'
import { importX509, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { clientId, otherTenantId, tenantId } from '../app.ts'
import { createWorld, failure, scope } from '../world.ts'
import { makeCertificate } from './make-certificate.ts'
import { signedWith, withCertificate } from './signed-with.ts'

const root = makeCertificate({ name: 'root' })
const intermediate = makeCertificate({ name: 'intermediate', issuer: root })
const leaf = makeCertificate({ name: 'leaf', issuer: intermediate })
const unrelated = makeCertificate({ name: 'unrelated' })
const derOf = (text: string): Buffer => new X509Certificate(text).raw
const thumbprint = (algorithm: string): string =>
  createHash(algorithm).update(derOf(leaf.certificate)).digest('base64url')
const x5c = (...texts: string[]): string[] => texts.map((text) => derOf(text).toString('base64'))

test('an assertion for Entra ID is PS256 with the SHA-256 thumbprint, for the tenant’s token URL, for ten minutes', async () => {
  const now = Date.UTC(2030, 0, 2, 3, 4, 5, 678)
  const { jwt, header, url } = await signedWith({ certificate: leaf.pem }, { host: { now: () => now } })
  expect(header).toEqual({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint('sha256') })
  expect(url).toBe(`https://login.example/${tenantId}/oauth2/v2.0/token`)
  const { payload } = await jwtVerify(jwt, await importX509(leaf.certificate, 'PS256'), { currentDate: new Date(now) })
  const issuedAt = Math.floor(now / 1000)
  expect(payload).toEqual({
    aud: url,
    iss: clientId,
    sub: clientId,
    jti: expect.stringMatching(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/),
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + 600,
  })
  expect(jwt).not.toContain('=')
})

test('an assertion for AD FS is RS256 with the SHA-1 thumbprint, for the address in its metadata', async () => {
  const { jwt, header, payload } = await signedWith({ certificate: leaf.pem }, { tenant: 'adfs' })
  expect(header).toEqual({ alg: 'RS256', typ: 'JWT', x5t: thumbprint('sha1') })
  expect(payload.aud).toBe('https://login.example/adfs/oauth2/token/')
  await jwtVerify(jwt, await importX509(leaf.certificate, 'RS256'))
})

test('an assertion is for the tenant that a call asks for', async () => {
  const { credential, sent } = withCertificate({ certificate: leaf.pem }, { additionallyAllowedTenants: ['*'] })
  await credential.getToken(scope, { tenantId: otherTenantId })
  expect(sent[0]?.payload.aud).toBe(`https://login.example/${otherTenantId}/oauth2/v2.0/token`)
})

test('no two token requests share an assertion, and a cached token needs none', async () => {
  const { credential, sent } = withCertificate({ certificate: leaf.pem })
  const scopes = Array.from({ length: 20 }, (_, index) => `https://a${index}.example/.default`)
  await Promise.all(scopes.map((asked) => credential.getToken(asked)))
  await Promise.all(scopes.map((asked) => credential.getToken(asked)))
  expect(sent).toHaveLength(20)
  expect(new Set(sent.map(({ payload }) => payload.jti)).size).toBe(20)
})

test.each<[string, string, string[]]>([
  [
    'from leaf to root, whatever their order',
    root.certificate + leaf.pem + intermediate.certificate,
    [leaf.certificate, intermediate.certificate, root.certificate],
  ],
  ['without what is not above the leaf', unrelated.certificate + leaf.pem + root.certificate, [leaf.certificate]],
  [
    'with each certificate once',
    leaf.pem + leaf.certificate + intermediate.certificate + intermediate.certificate,
    [leaf.certificate, intermediate.certificate],
  ],
  ['of a certificate that signs itself, once', unrelated.pem + unrelated.certificate, [unrelated.certificate]],
])('sendCertificateChain sends the chain %s', async (_, certificate, expected) => {
  const { header } = await signedWith({ certificate }, { sendCertificateChain: true })
  expect(header.x5c).toEqual(x5c(...expected))
})

test.each([undefined, false])('no chain is sent with sendCertificateChain %s', async (sendCertificateChain) => {
  const options = sendCertificateChain === undefined ? {} : { sendCertificateChain }
  expect((await signedWith({ certificate: leaf.pem }, options)).header).not.toHaveProperty('x5c')
})

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }

test.each([
  ['PS256', tenantId],
  ['RS256', 'adfs'],
] as const)('a signing callback is given the signing input itself and %s', async (algorithm, tenant) => {
  const calls: [Uint8Array, string][] = []
  const sign = async (input: Uint8Array, asked: string) => {
    calls.push([input, asked])
    const key = { key: leaf.privateKey, ...(asked === 'PS256' ? pss : {}) }
    return new Uint8Array(signBytes('sha256', input, key))
  }
  const { jwt } = await signedWith({ certificate: leaf.certificate, sign }, { tenant })
  expect(calls).toHaveLength(1)
  const [input, asked] = calls[0] as [Uint8Array, string]
  expect(asked).toBe(algorithm)
  expect(Buffer.from(input).toString()).toBe(jwt.split('.').slice(0, 2).join('.'))
  await jwtVerify(jwt, await importX509(leaf.certificate, algorithm))
})

test('a signing callback runs once a token request, and never for a cached token', async () => {
  let calls = 0
  const sign = (input: Uint8Array) => {
    calls++
    return new Uint8Array(signBytes('sha256', input, { key: leaf.privateKey, ...pss }))
  }
  const { credential, sent } = withCertificate({ certificate: Buffer.from(leaf.certificate), sign })
  await Promise.all(Array.from({ length: 10 }, () => credential.getToken(scope)))
  await credential.getToken(scope)
  expect([calls, sent.length]).toEqual([1, 1])
  await credential.getToken(scope, { claims: '{}' })
  expect(calls).toBe(2)
})

test.each<[string, () => never]>([
  [
    'throws',
    () => {
      throw Object.assign(new Error('the HSM is gone'), { code: 'CKR_DEVICE_REMOVED' })
    },
  ],
  [
    'throws what is no error',
    () => {
      throw 'no error'
    },
  ],
])('what a signing callback %s comes out unchanged', async (_, work) => {
  let thrown: unknown
  const sign = async (): Promise<Uint8Array> => {
    try {
      return work()
    } catch (error) {
      thrown = error
      throw error
    }
  }
  const { credential, sent } = withCertificate({ certificate: leaf.certificate, sign })
  expect(await failure(credential.getToken(scope))).toBe(thrown)
  expect(sent).toEqual([])
})

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'signature'],
  ['no bytes', new Uint8Array()],
  ['a list', [1, 2, 3]],
])('a signing callback that gives %s is named, and nothing is sent', async (_, value) => {
  const { credential, sent } = withCertificate({ certificate: leaf.certificate, sign: async () => value as Uint8Array })
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(/^CertificateCredential: sign returned .*Uint8Array/)
  expect(sent).toEqual([])
})

test('a signing callback may give an ArrayBuffer, as WebCrypto does', async () => {
  const sign = async (input: Uint8Array) =>
    Uint8Array.from(signBytes('sha256', input, { key: leaf.privateKey, ...pss })).buffer
  const { jwt } = await signedWith({ certificate: leaf.certificate, sign })
  await jwtVerify(jwt, await importX509(leaf.certificate, 'PS256'))
})

test('a signing callback needs no private key, and does not take one that is there', async () => {
  const sign = (input: Uint8Array) => new Uint8Array(signBytes('sha256', input, { key: leaf.privateKey, ...pss }))
  const given = await signedWith({ certificate: unrelated.privateKey + leaf.certificate, sign })
  await jwtVerify(given.jwt, await importX509(leaf.certificate, 'PS256'))
})

test('the emulator, which checks assertions as Entra ID does, takes them, with a chain and in another tenant', async () => {
  const world = await createWorld()
  await using _ = { [Symbol.asyncDispose]: world.close }
  world.emulator.updateApp('app', { certificates: [leaf.certificate] })
  const options = { ...world.options(), sendCertificateChain: true, additionallyAllowedTenants: ['*'] }
  await using credential = new CertificateCredential(tenantId, clientId, { certificate: leaf.pem }, options)
  await credential.getToken(scope)
  await credential.getToken(scope, { tenantId: otherTenantId })
  expect(world.tokenRequests()).toBe(2)
  world.emulator.updateApp('app', { certificates: [unrelated.certificate] })
  const error = await failure(credential.getToken(scope, { claims: '{}' }))
  expect(error.message).toContain('AADSTS700027')
  for (const { form } of world.emulator.requests) expect(inspect(error)).not.toContain(form.client_assertion)
})
