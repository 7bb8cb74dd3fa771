import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { CertificateFault } from '../../src/certificates/certificate.ts'
import { readPublicCertificate } from '../../src/certificates/public-certificate.ts'
import { readPublicPem } from '../../src/certificates/read-pem.ts'
import { failure } from '../world.ts'
import { makeCertificate } from './make-certificate.ts'

const sign = (): Uint8Array => Uint8Array.of(1)
const derOf = (pem: string): Uint8Array => new Uint8Array(new X509Certificate(pem).raw)
const authority = makeCertificate({ name: 'authority' })

test.each([
  ['of these years', { issuer: authority }],
  ['that ends in 2062, which is written in another way', { notAfter: new Date('2062-03-04T05:06:07Z') }],
  ['that ended in the last century', { notAfter: new Date('1999-12-31T23:59:59Z') }],
  ['with a long key', { modulusLength: 3072 }],
])('from a certificate %s, WebCrypto alone reads what Node reads', async (_, options) => {
  const { certificate } = makeCertificate(options)
  const byNode = (await readPublicPem(certificate, sign))(Date.now())
  const alone = await readPublicCertificate([derOf(certificate)], sign)
  expect(alone).toEqual(byNode)
  expect(alone.expiresAt).toBe(Date.parse(new X509Certificate(certificate).validTo))
})

test('it sends the certificates in the order in which they stand', async () => {
  const { certificate } = makeCertificate({ issuer: authority })
  const { chain } = await readPublicCertificate([certificate, authority.certificate].map(derOf), sign)
  expect(chain).toEqual((await readPublicPem(certificate + authority.certificate, sign))(Date.now()).chain)
})

test('anything that is not a certificate is refused', async () => {
  const der = derOf(makeCertificate().certificate)
  for (const bytes of [der.subarray(0, 200), Uint8Array.of(0x30, 0), der.subarray(4)]) {
    expect(await failure(readPublicCertificate([bytes], sign))).toBeInstanceOf(CertificateFault)
  }
  expect((await failure(readPublicCertificate([], sign))).message).toBe('there is no certificate in it')
})
