import { constants, createCipheriv, pbkdf2Sync, verify, X509Certificate } from 'node:crypto'
import { CredentialUnavailableError } from 'entrada'
import { expect, test } from 'vitest'
import { failure, scope } from '../world.ts'
import { type MadeCertificate, makeCertificate } from './make-certificate.ts'
import fixtures from './openssl-fixtures.json' with { type: 'json' }
import {
  authenticatedSafe,
  type Bytes,
  certificateBag,
  contentOf,
  der,
  endless,
  explicit,
  integer,
  keyBag,
  macData,
  nestedBag,
  octets,
  oid,
  pbes2,
  pbmac1Data,
  pfx,
  privateKeyInfo,
  sequence,
  shroudedBag,
} from './pkcs12-writer.ts'
import { signedWith, withCertificate } from './signed-with.ts'

const bytesOf = (base64: string): Bytes => Uint8Array.from(Buffer.from(base64, 'base64'))
const made = makeCertificate({ name: 'written by hand', modulusLength: 1024 })
const bags = [keyBag(made), certificateBag(made)]
const content = authenticatedSafe(bags)
const password = 'pässwörd'
// Nobody's algorithm.
const unknown = '1.3.6.1.4.1.99999.1'
const ciphertext = Buffer.alloc(32)

function thumbprintOf({ certificate }: Pick<MadeCertificate, 'certificate'>): string {
  return Buffer.from(new X509Certificate(certificate).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
}

/** The fixtures' key is too short for jose. */
function isSignedBy(jwt: string, certificate: string): boolean {
  const [header = '', payload = '', signature = ''] = jwt.split('.')
  const key = { key: certificate, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  return verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))
}

/** What a file that is not opened says. */
async function refusal(certificate: Bytes | string, certificatePassword?: string): Promise<string> {
  const given = certificatePassword === undefined ? { certificate } : { certificate, certificatePassword }
  const { credential, sent } = withCertificate(given)
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(sent).toEqual([])
  return error.message.replace('CertificateCredential: ', '')
}

test.each(fixtures.pkcs12)(
  'opens what OpenSSL writes with $name',
  async ({ base64, password: certificatePassword }) => {
    const { header, jwt } = await signedWith({ certificate: bytesOf(base64), certificatePassword })
    expect(header['x5t#S256']).toBe(thumbprintOf(fixtures))
    expect(isSignedBy(jwt, fixtures.certificate)).toBe(true)
  },
)

test.each(fixtures.pkcs12.filter(({ name }) => name.includes('empty')))(
  'opens $name where no password is given',
  async ({ base64 }) => {
    const { header } = await signedWith({ certificate: bytesOf(base64) })
    expect(header['x5t#S256']).toBe(thumbprintOf(fixtures))
  },
)

const locked = fixtures.pkcs12.filter(({ name }) => name !== 'nothing encrypted')

test.each(locked)('says that the password is wrong for $name', async ({ base64, password: right }) => {
  const wrong = 'certificatePassword does not open the PKCS#12. Check the password.'
  expect(await refusal(bytesOf(base64), `${right}x`)).toBe(wrong)
  if (right !== '')
    expect(await refusal(bytesOf(base64))).toMatch(/^the PKCS#12 is protected by a password\. Pass cert/)
})

test.each(fixtures.unsupported)('names what it does not know, and blames no password: $name', async (fixture) => {
  const message = await refusal(bytesOf(fixture.base64), fixture.password)
  expect(message).toBe(`${fixture.what} is not supported. Export it again with AES-256 and SHA-256.`)
})

test.each(fixtures.encryptedKeys)('opens a key in PEM that is encrypted by $name', async ({ pem, password: given }) => {
  const certificate = pem + fixtures.certificate
  const { header } = await signedWith({ certificate, certificatePassword: given })
  expect(header['x5t#S256']).toBe(thumbprintOf(fixtures))
  expect(await refusal(certificate, 'another')).toBe(
    'certificatePassword does not open the private key. Check the password.',
  )
})

test.each<[string, Bytes]>([
  ['PBMAC1', pfx(content, pbmac1Data(content, password))],
  ['a MAC of one iteration that is not written down', macFor(content)],
  ['bags within bags', macFor(authenticatedSafe([nestedBag(nestedBag(...bags)), nestedBag()]))],
  ['a part for each bag', macFor(authenticatedSafe(...bags.map((bag) => [bag])))],
  ['bags of other kinds', macFor(authenticatedSafe([otherBag(), ...bags]))],
  ['attributes of any kind', macFor(authenticatedSafe(bags.map(withAttributes)))],
  ['lengths of no end and strings in pieces', endlessly(content)],
  ['bytes after its end', Buffer.concat([macFor(content), Buffer.from('\r\n')])],
  ['a length in more bytes than it needs', longer(macFor(content))],
])('opens a PKCS#12 with %s', async (_, certificate) => {
  const { header } = await signedWith({ certificate, certificatePassword: password })
  expect(header['x5t#S256']).toBe(thumbprintOf(made))
})

test('opens a file that mixes the two forms of an empty password', async () => {
  const fixture = fixtures.pkcs12.find(({ name }) => name === '3DES and an empty password')
  const authenticated = authenticatedOf(bytesOf(fixture?.base64 ?? ''))
  for (const given of [null, '']) {
    const certificate = pfx(authenticated, macData(authenticated, given))
    const { header } = await signedWith({ certificate, certificatePassword: '' })
    expect(header['x5t#S256']).toBe(thumbprintOf(fixtures))
  }
})

test.each<[string, Bytes, string]>([
  ['a MAC', pfx(content, macData(content, password, { hash: unknown })), `the MAC algorithm ${unknown}`],
  ['a cipher', locks(shroudedBag(pbes2({ iterations: 1, cipher: unknown }), ciphertext)), `the cipher ${unknown}`],
  ['a PRF', locks(shroudedBag(pbes2({ iterations: 1, prf: unknown }), ciphertext)), `the PRF ${unknown}`],
  ['a KDF', locks(shroudedBag(pbes2({ iterations: 1, kdf: unknown }), ciphertext)), `the key derivation ${unknown}`],
  ['an encryption', locks(shroudedBag(sequence(oid(unknown)), ciphertext)), `the encryption ${unknown}`],
  ['a part', macFor(sequence(sequence(oid(unknown)))), `the content type ${unknown}`],
  [
    'a part for a key',
    macFor(sequence(sequence(oid('1.2.840.113549.1.7.3')))),
    'a PKCS#12 that is encrypted for a key',
  ],
  [
    'a signature',
    sequence(integer(3), sequence(oid('1.2.840.113549.1.7.2'))),
    'a PKCS#12 that is sealed by a signature',
  ],
  ['a version', sequence(integer(4), sequence(oid('1.2.840.113549.1.7.1'))), 'PKCS#12 of version 4'],
])('names %s that it does not know', async (_, certificate, what) => {
  expect(await refusal(certificate, password)).toBe(
    `${what} is not supported. Export it again with AES-256 and SHA-256.`,
  )
})

test('says so where a part has another password than the MAC', async () => {
  const message = await refusal(locks(shroudedUnder('another password')), password)
  expect(message).toMatch(
    /^certificatePassword fits the MAC of the PKCS#12, but a part of it has a different password\. Export/,
  )
  const { header } = await signedWith({ certificate: locks(shroudedUnder(password)), certificatePassword: password })
  expect(header['x5t#S256']).toBe(thumbprintOf(made))
})

test('a MAC key that is short proves nothing (RFC 9579)', async () => {
  expect(await refusal(pfx(content, pbmac1Data(content, password, 16)), password)).toMatch(/PKCS#12 is damaged/)
})

test.each<[string, Bytes, RegExp]>([
  [
    'half of a file',
    macFor(content).slice(0, 500),
    /^it is not a PKCS#12, or only part of one\. Export or copy it again/,
  ],
  ['a certificate alone', new X509Certificate(made.certificate).raw, /^it is not a PKCS#12/],
  ['bytes', Buffer.from('bytes'), /^it is neither PEM nor PKCS#12\. Pass/],
  ['values without end', Buffer.alloc(100_000, Buffer.of(0x30, 0x80)), /^it is not a PKCS#12/],
  ['a hundred thousand values', sequence(Buffer.alloc(200_000, Buffer.of(5, 0))), /^it is not a PKCS#12/],
  ['parts that are none', macFor(octets(Buffer.from('none'))), /^the PKCS#12 is damaged .*\. Export it again/],
  ['bags without end', macFor(authenticatedSafe([deep(200)])), /^the PKCS#12 is damaged \(nested too deeply\)/],
  [
    'a length beyond the end',
    macFor(Buffer.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff)),
    /damaged \(a length beyond the end\)/,
  ],
  ['no iterations', pfx(content, macData(content, password, { iterations: 0 })), /^the PKCS#12 is damaged/],
  ['no key', macFor(authenticatedSafe([certificateBag(made)])), /^there is no private key next to/],
  ['no certificate', macFor(authenticatedSafe([keyBag(made)])), /^there is no certificate in it/],
  ['nothing', macFor(authenticatedSafe()), /^there is no certificate in it/],
  ['more than 1 MiB', Buffer.alloc((1 << 20) + 1), /^it is larger than 1048576 bytes/],
])('says what is wrong with %s', async (_, certificate, reason) => {
  expect(await refusal(certificate, password)).toMatch(reason)
})

function macFor(authenticated: Bytes): Bytes {
  return pfx(authenticated, macData(authenticated, password))
}

/** The certificate with a key of the test's. */
function locks(bag: Bytes): Bytes {
  return macFor(authenticatedSafe([bag, certificateBag(made)]))
}

function shroudedUnder(given: string): Bytes {
  const key = pbkdf2Sync(given, Buffer.alloc(8, 1), 10, 32, 'sha256')
  const cipher = createCipheriv('aes-256-cbc', key, Buffer.alloc(16, 2))
  const ciphertext = Buffer.concat([cipher.update(privateKeyInfo(made)), cipher.final()])
  return shroudedBag(pbes2({ iterations: 10 }), ciphertext)
}

function authenticatedOf(file: Bytes): Bytes {
  // SEQUENCE, INTEGER 3, SEQUENCE, the identifier of data, [0], OCTET STRING: each with a length of two bytes.
  const start = 4 + 3 + 4 + 11 + 4
  const length = Buffer.from(file).readUInt16BE(start + 2)
  return file.subarray(start + 4, start + 4 + length)
}

function otherBag(): Bytes {
  return sequence(oid('1.2.840.113549.1.12.10.1.5'), explicit(sequence(oid(unknown))))
}

function withAttributes(bag: Bytes): Bytes {
  return sequence(contentOf(bag), der(0x31, octets(Buffer.from('no attribute'))))
}

/** As NSS and Bouncy Castle wrote it: no lengths outside, and the content in pieces of pieces. */
function endlessly(authenticated: Bytes): Bytes {
  const pieces = Array.from({ length: Math.ceil(authenticated.length / 100) }, (_, index) =>
    octets(authenticated.subarray(index * 100, index * 100 + 100)),
  )
  const content = endless(0xa0, endless(0x24, endless(0x24, ...pieces.slice(0, 3)), ...pieces.slice(3)))
  const safe = endless(0x30, oid('1.2.840.113549.1.7.1'), content)
  return endless(0x30, integer(3), safe, macData(authenticated, password))
}

function longer(file: Bytes): Bytes {
  const inside = contentOf(file)
  const header = Buffer.of(0x30, 0x84, 0, 0, 0, 0)
  header.writeUInt32BE(inside.length, 2)
  return Buffer.concat([header, inside])
}

function deep(levels: number): Bytes {
  return levels === 0 ? keyBag(made) : nestedBag(deep(levels - 1))
}
