import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { type CertificateConfiguration, CertificateCredential, CredentialUnavailableError } from 'entrada'
import { importX509, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientId, tenantId } from '../app.ts'
import { thrown } from '../credentials/thrown.ts'
import { failure, scope } from '../world.ts'
import { type MadeCertificate, makeCertificate, makePkcs12 } from './make-certificate.ts'
import { ellipticPkcs12, mixedPkcs12, modernPassword, modernPkcs12, modernThumbprint } from './openssl-fixtures.ts'
import { signedWith, withCertificate } from './signed-with.ts'

const password = 'Pass~word-of-the-key'
const made = makeCertificate()
const other = makeCertificate({ name: 'another' })
const { certificate, privateKey, pem } = made

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-certificates-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function fileOf(content: string | Uint8Array): Promise<string> {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.bin`)
  await writeFile(path, content, { mode: 0o600 })
  return path
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const encrypted = createPrivateKey(privateKey).export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: password,
}) as string
const traditional = createPrivateKey(privateKey).export({ type: 'pkcs1', format: 'pem' }) as string
const traditionalEncrypted = createPrivateKey(privateKey).export({
  type: 'pkcs1',
  format: 'pem',
  cipher: 'aes-128-cbc',
  passphrase: password,
}) as string
const attributes = 'Bag Attributes\n    friendlyName: the app\n    localKeyID: 01 02\nKey Attributes: <No Attributes>\n'

function thumbprintOf({ certificate: text }: MadeCertificate): string {
  const { fingerprint256 } = new X509Certificate(text)
  return Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
}

/** The form of a certificate, or what makes it from files. */
type Given = CertificateConfiguration | (() => Promise<CertificateConfiguration>)

test.each<[string, Given]>([
  ['the path of a PEM', () => fileOf(pem)],
  ['the path of a PEM in an object', async () => ({ certificatePath: await fileOf(pem) })],
  ['a PEM as text', { certificate: pem }],
  ['a PEM as bytes', { certificate: bytesOf(pem) }],
  ['a PEM as a Buffer', { certificate: Buffer.from(pem) }],
  ['the certificate before the key', { certificate: certificate + privateKey }],
  ['text before, between and after', { certificate: `${attributes}${privateKey}${attributes}${certificate}the end` }],
  [
    'bytes before it that are no UTF-8',
    { certificate: Buffer.concat([Buffer.from([0xff, 0xfe, 10]), Buffer.from(pem)]) },
  ],
  ['the ends of lines of Windows', { certificate: pem.replaceAll('\n', '\r\n') }],
  ['the ends of lines of old Macs', { certificate: pem.replaceAll('\n', '\r') }],
  ['line breaks as a variable has them', { certificate: pem.replaceAll('\n', '\\n') }],
  ['line breaks as a variable of Windows has them', { certificate: pem.replaceAll('\n', '\\r\\n') }],
  ['blanks in place of line breaks', { certificate: pem.replaceAll('\n', ' ') }],
  ['no line breaks at all', { certificate: pem.replaceAll('\n', '') }],
  ['the indentation of YAML', { certificate: pem.replaceAll(/^/gm, '    ') }],
  ['the quotation marks of JSON', { certificate: JSON.stringify(pem) }],
  ['an older label', { certificate: pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE') }],
  ['UTF-16, as Windows PowerShell writes it', { certificate: Buffer.from(`\ufeff${pem}`, 'utf16le') }],
  ['a file in big-endian UTF-16', () => fileOf(Buffer.from(`\ufeff${pem}`, 'utf16le').swap16())],
  [
    'an encrypted key on one line',
    { certificate: (encrypted + certificate).replaceAll('\n', ' '), certificatePassword: password },
  ],
  ['a key as PKCS#1', { certificate: traditional + certificate }],
  ['an encrypted key', { certificate: encrypted + certificate, certificatePassword: password }],
  ['an encrypted PKCS#1 key', { certificate: traditionalEncrypted + certificate, certificatePassword: password }],
  ['a password that a plain key does not need', { certificate: pem, certificatePassword: password }],
  ['another certificate first', { certificate: other.certificate + pem }],
  ['PKCS#12 as bytes', { certificate: makePkcs12(made, password), certificatePassword: password }],
  ['PKCS#12 without a password', { certificate: makePkcs12(made, '') }],
  [
    'the path of a PKCS#12',
    async () => ({ certificatePath: await fileOf(makePkcs12(made, password)), certificatePassword: password }),
  ],
])('signs with %s', async (_, given) => {
  const { jwt, header } = await signedWith(typeof given === 'function' ? await given() : given)
  expect(header['x5t#S256']).toBe(thumbprintOf(made))
  await jwtVerify(jwt, await importX509(certificate, 'PS256'))
})

test('reads the PKCS#12 that OpenSSL makes by default, byte for byte, with its chain', async () => {
  const { header } = await signedWith(
    { certificate: modernPkcs12, certificatePassword: modernPassword },
    { sendCertificateChain: true },
  )
  expect(header['x5t#S256']).toBe(modernThumbprint)
  const subjects = (header.x5c as string[]).map((der) => new X509Certificate(Buffer.from(der, 'base64')).subject)
  expect(subjects).toEqual(['CN=Fixture Ünïcode\nO=Müller', 'CN=Fixture CA'])
})

test('keeps an authority with an elliptic key in the chain of a PKCS#12: only the leaf’s key has to be RSA', async () => {
  const { header } = await signedWith(
    { certificate: mixedPkcs12, certificatePassword: 'x' },
    { sendCertificateChain: true },
  )
  const subjects = (header.x5c as string[]).map((der) => new X509Certificate(Buffer.from(der, 'base64')).subject)
  expect(subjects).toEqual(['CN=RSA below EC', 'CN=EC'])
})

const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
const expired = makeCertificate({ notAfter: new Date('2024-05-06T07:08:09Z') })
const broken = certificate.replace(/\n.{64}\n/, '\nAAAA\n')

test.each<[string, Given, RegExp]>([
  [
    'an encrypted key without its password',
    { certificate: encrypted + certificate },
    /is encrypted.*certificatePassword/,
  ],
  [
    'an encrypted key with another password',
    { certificate: encrypted + certificate, certificatePassword: 'wrong-password' },
    /certificatePassword does not open the private key/,
  ],
  [
    'an encrypted PKCS#1 key with another password',
    { certificate: traditionalEncrypted + certificate, certificatePassword: 'wrong-password' },
    /certificatePassword does not open the private key/,
  ],
  [
    'a PKCS#12 without its password',
    { certificate: makePkcs12(made, password) },
    /PKCS#12 is protected by a password.*certificatePassword/,
  ],
  [
    'a PKCS#12 with another password',
    { certificate: makePkcs12(made, password), certificatePassword: 'wrong-password' },
    /certificatePassword does not open the PKCS#12/,
  ],
  [
    'a modern PKCS#12 with another password',
    { certificate: modernPkcs12, certificatePassword: 'wrong-password' },
    /certificatePassword does not open the PKCS#12/,
  ],
  ['a modern PKCS#12 without its password', { certificate: modernPkcs12 }, /protected by a password/],
  ['half a PKCS#12', { certificate: modernPkcs12.slice(0, 1500), certificatePassword: modernPassword }, /PKCS#12/],
  [
    'an elliptic key in a PKCS#12',
    { certificate: ellipticPkcs12, certificatePassword: 'x' },
    /type ec, and .* only RSA/,
  ],
  ['an elliptic key', { certificate: elliptic + certificate }, /type ec, and Entra ID accepts only RSA/],
  [
    'a key that is not the certificate’s',
    { certificate: other.privateKey + certificate },
    /does not belong to the certificate/,
  ],
  ['a key alone', { certificate: privateKey }, /no certificate in it/],
  ['a certificate alone', { certificate }, /no private key next to the certificate/],
  ['a certificate that is broken', { certificate: privateKey + broken }, /a certificate in it cannot be read/],
  [
    'a key that is broken',
    { certificate: privateKey.replace(/\n.{64}\n/, '\nAAAA\n') + certificate },
    /private key cannot be read/,
  ],
  ['an expired certificate', { certificate: expired.pem }, /expired on 2024-05-06\. Renew it/],
  ['a text that is no PEM', { certificate: 'MIIKPAIBAzCCCg' }, /no PEM in the text/],
  ['bytes that are nothing', { certificate: bytesOf('nothing at all') }, /neither PEM nor PKCS#12/],
  ['no bytes', { certificate: new Uint8Array() }, /neither PEM nor PKCS#12/],
  ['an empty file', () => fileOf(''), /neither PEM nor PKCS#12/],
  ['a file that is not there', async () => join(folder, 'absent.pem'), /absent\.pem" cannot be read \(ENOENT\)/],
  ['a folder', async () => folder, /cannot be read \(EISDIR\)/],
  ['a file of 2 MiB', () => fileOf(new Uint8Array(2 << 20)), /cannot be read \(EFBIG\)/],
])('refuses %s in words of its own, and shows neither key nor password', async (_, given, reason) => {
  const configuration = typeof given === 'function' ? await given() : given
  const { credential, sent } = withCertificate(configuration)
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toMatch(/^CertificateCredential: /)
  expect(error.message).toMatch(reason)
  expect(error.message).not.toContain('..')
  expect(sent).toEqual([])
  const shown = inspect([error, credential, await failure(credential.getToken(scope))], { depth: 10, showHidden: true })
  for (const secret of [password, 'wrong-password', modernPassword, ...linesOf(privateKey), ...linesOf(encrypted)]) {
    expect(shown).not.toContain(secret)
  }
  await credential.close()
})

/** What a key's text shows of it, line by line. */
function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.length > 40 && !line.startsWith('-----'))
}

test('reads no file and no certificate before the first token is asked for', () => {
  const credential = new CertificateCredential(tenantId, clientId, join(folder, 'absent.pem'))
  expect(credential.name).toBe('CertificateCredential')
})

test.each<[string, unknown, RegExp, boolean]>([
  ['nothing', undefined, /certificate is a required parameter/, true],
  ['null', null, /certificate is a required parameter/, true],
  ['an empty path', '', /certificate is a required parameter/, true],
  ['an empty object', {}, /needs either certificatePath or certificate/, false],
  ['both', { certificatePath: 'a.pem', certificate: pem }, /needs either/, false],
  ['an empty path in an object', { certificatePath: '' }, /certificatePath must be a non-empty string/, false],
  ['a number', 5, /needs either/, false],
  ['a certificate that is a list', { certificate: [pem] }, /must be a non-empty string or a Uint8Array/, false],
  [
    'a password that is a number',
    { certificate: pem, certificatePassword: 5 },
    /certificatePassword must be a string/,
    false,
  ],
  ['a signer that is no function', { certificate: pem, sign: 'sign' }, /sign must be a function/, false],
])('the constructor refuses %s for a certificate', (_, given, reason, isMissing) => {
  const error = thrown(() => new CertificateCredential(tenantId, clientId, given as string))
  expect(error).toBeInstanceOf(isMissing ? CredentialUnavailableError : TypeError)
  expect(error.message).toMatch(reason)
  expect(error.message).toMatch(/^CertificateCredential: /)
  for (const line of linesOf(privateKey)) expect(error.message).not.toContain(line)
})
