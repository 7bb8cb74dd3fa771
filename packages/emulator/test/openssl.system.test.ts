import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { component, openssl } from '../../../interop/components.ts'
import { type CertificateAuthority, createCertificateAuthority, startEmulator } from '../src/index.ts'
import { createServerCertificate } from '../src/pki/certificate-authority.ts'

component(openssl)

const run = promisify(execFile)
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'entrada-openssl-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** An authority as people make them by hand. `newKey` is what `openssl req` takes. */
async function opensslAuthority(newKey: string): Promise<CertificateAuthority> {
  const [key, certificate] = [join(folder, 'made.key'), join(folder, 'made.pem')]
  const subject = ['-utf8', '-subj', '/C=DE/O=Größenwahn GmbH/CN=by hand+OU=two in one/emailAddress=a@b.example']
  const extensions = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign']
  const files = ['-nodes', '-keyout', key, '-out', certificate]
  await run('openssl', ['req', '-x509', ...newKey.split(' '), ...files, '-days', '2', ...subject, ...extensions])
  return { certificate: readFileSync(certificate, 'utf8'), privateKey: readFileSync(key, 'utf8') }
}

/** What OpenSSL says of a server's certificate under an authority, by all the rules of RFC 5280 that it knows. */
async function verified(ca: CertificateAuthority, certificate: string): Promise<string> {
  const [authority, server] = [join(folder, 'ca.pem'), join(folder, 'server.pem')]
  writeFileSync(authority, ca.certificate)
  writeFileSync(server, certificate)
  const strictly = ['-x509_strict', '-check_ss_sig', '-purpose', 'sslserver']
  const { stdout } = await run('openssl', ['verify', ...strictly, '-CAfile', authority, server])
  return stdout.replace(folder, '').trim()
}

test('OpenSSL finds nothing wrong with the authority and what it signs', async () => {
  const ca = await createCertificateAuthority()
  const { certificate } = await createServerCertificate(ca, ['login.microsoftonline.com', '10.0.0.1'])
  expect(await verified(ca, certificate)).toMatch(/server\.pem: OK$/)
  expect(await verified(ca, ca.certificate).catch((error: unknown) => String(error))).toMatch('sslserver')
  const { stdout } = await run('openssl', [
    'x509',
    ...['-in', join(folder, 'ca.pem'), '-noout', '-ext', 'basicConstraints,keyUsage'],
  ])
  expect(stdout.replace(/\s+/g, ' ').trim()).toBe(
    'X509v3 Basic Constraints: critical CA:TRUE, pathlen:0 X509v3 Key Usage: critical Certificate Sign, CRL Sign',
  )
})

test.for([
  '-newkey rsa:2048',
  '-newkey ec -pkeyopt ec_paramgen_curve:P-256',
  '-newkey ec -pkeyopt ec_paramgen_curve:P-384',
  '-newkey ec -pkeyopt ec_paramgen_curve:P-521',
  // An identifier that is not the SHA-1 of the key.
  '-newkey rsa:2048 -addext subjectKeyIdentifier=01020304 -addext authorityKeyIdentifier=none',
])('an authority made by openssl req %s signs', async (newKey) => {
  const ca = await opensslAuthority(newKey)
  const { certificate } = await createServerCertificate(ca, [])
  expect(await verified(ca, certificate)).toMatch(/server\.pem: OK$/)
})

test('an authority on a curve that WebCrypto lacks is refused', async () => {
  const ca = await opensslAuthority('-newkey ec -pkeyopt ec_paramgen_curve:secp256k1')
  await expect(startEmulator({ ca })).rejects.toThrow(
    'startEmulator: ca.privateKey is on the curve "secp256k1". Use P-256, P-384 or P-521',
  )
})
