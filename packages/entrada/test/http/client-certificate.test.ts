import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createCertificateAuthority } from '@entrada/emulator'
import { ClientSecretCredential, type EntradaEvent, type TlsOptions } from 'entrada'
import { describe, expect, test } from 'vitest'
import { clientId, scope, tenantId } from '../app.ts'
import { type MadeCertificate, makeCertificate, makePkcs12 } from '../certificates/make-certificate.ts'
import { failure } from '../world.ts'
import { serveTls, type TlsListening } from './serve-tls.ts'

const authority = makeCertificate({ name: 'an authority' })
const ofServer = makeCertificate({ name: 'localhost', issuer: authority })
const rsa = makeCertificate({ name: 'a client' })
const other = makeCertificate({ name: 'another client' })
const elliptic = await createCertificateAuthority()

/** A server that asks for a certificate. It can verify signatures of these algorithms, and likes the first best. */
const asking = (sigalgs: string): Promise<TlsListening> =>
  serveTls(ofServer, '{"access_token":"token","expires_in":3600}', {
    requestCert: true,
    rejectUnauthorized: false,
    sigalgs,
  })

async function getToken(
  server: TlsListening,
  tlsOptions: TlsOptions,
  onEvent: (event: EntradaEvent) => void = () => undefined,
): Promise<string> {
  await using credential = new ClientSecretCredential(tenantId, clientId, 'secret', {
    authorityHost: server.url,
    tlsOptions: { ca: authority.certificate, ...tlsOptions },
    onEvent,
    host: { env: {} },
  })
  return (await credential.getToken(scope)).token
}

const encrypted = ({ privateKey }: MadeCertificate, passphrase: string): string =>
  createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString()

const { certificate: cert, privateKey: key } = rsa
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a server that asks for a certificate is shown the one', () => {
  test.each<[string, TlsOptions]>([
    ['of a key as text', { cert, key }],
    ['of a key as bytes', { cert: bytes(cert), key: bytes(key) }],
    ['of an encrypted key', { cert, key: encrypted(rsa, 'one'), passphrase: 'one' }],
    ['of a list of texts', { cert: [cert], key: [key] }],
    ['of a list of bytes', { cert: [bytes(cert)], key: [bytes(key)] }],
    ['of a list with a passphrase of its own', { cert, key: [{ pem: encrypted(rsa, 'one'), passphrase: 'one' }] }],
    ['of a list with the passphrase of all', { cert, key: [{ pem: bytes(encrypted(rsa, 'all')) }], passphrase: 'all' }],
    ['of PKCS#12', { pfx: makePkcs12(rsa, 'one'), passphrase: 'one' }],
    ['of a list of PKCS#12', { pfx: [makePkcs12(rsa, 'all')], passphrase: 'all' }],
    [
      'of a list of PKCS#12 with a passphrase of its own',
      { pfx: [{ buf: makePkcs12(rsa, 'one'), passphrase: 'one' }] },
    ],
    [
      'that comes last in a list of PKCS#12',
      {
        pfx: [
          { buf: makePkcs12(other, 'other'), passphrase: 'other' },
          { buf: makePkcs12(rsa, 'one'), passphrase: 'one' },
        ],
      },
    ],
  ])('%s', async (_, tlsOptions) => {
    await using server = await asking('rsa_pss_rsae_sha256')
    expect(await getToken(server, tlsOptions)).toBe('token')
    expect(server.shown()).toEqual([new X509Certificate(cert).fingerprint256])
  })

  test.each([
    ['rsa_pss_rsae_sha256:ecdsa_secp256r1_sha256', rsa],
    ['ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256', elliptic],
  ])('of several whose kind of key it likes best: %s', async (algorithms, { certificate }) => {
    await using server = await asking(algorithms)
    await getToken(server, {
      cert: [cert, elliptic.certificate],
      key: [{ pem: encrypted(rsa, 'one'), passphrase: 'one' }, elliptic.privateKey],
    })
    expect(server.shown()).toEqual([new X509Certificate(certificate).fingerprint256])
  })
})

test.each<[string, object, RegExp]>([
  ['a wrong passphrase', { pfx: makePkcs12(rsa, 'one'), passphrase: 'another' }, /mac verify failure/],
  ['a wrong passphrase in a list', { pfx: [{ buf: makePkcs12(rsa, 'one'), passphrase: 'another' }] }, /mac verify/],
  ['PKCS#12 as text', { pfx: btoa(String.fromCharCode(...makePkcs12(rsa, ''))) }, /wrong tag/],
  ['a key without its passphrase', { cert, key: [{ pem: encrypted(rsa, 'one') }] }, /ERR_/],
  ['the key of another certificate', { cert, key: [other.privateKey] }, /key values mismatch/],
  ['a passphrase that is a number', { cert, key, passphrase: 4711 }, /ERR_INVALID_ARG_TYPE/],
])('%s is reported before anything is sent, and not retried', async (_, tlsOptions, words) => {
  await using server = await asking('rsa_pss_rsae_sha256')
  const events: EntradaEvent[] = []
  const error = await failure(getToken(server, tlsOptions, (event) => events.push(event)))
  expect(error).toMatchObject({ name: 'AuthenticationError', statusCode: 0 })
  expect(error.message).toMatch(/^ClientSecretCredential: tlsOptions cannot be used: .* Check that the key belongs/)
  expect(error.message).toMatch(words)
  expect(error.message).not.toContain('4711')
  expect(events.map(({ type }) => type)).toEqual(['token-failed'])
  expect(server.connections()).toBe(0)
})
