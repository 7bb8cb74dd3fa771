import { createHash, KeyObject, webcrypto, X509Certificate } from 'node:crypto'
import { signCertificate } from '../src/pki/certificate.ts'

/** An app's certificate with its key, as PEM, and its thumbprints in hexadecimal. */
export interface ClientCertificate {
  certificate: string
  privateKey: string
  sha1: string
  sha256: string
}

/** Makes an RSA key and its self-signed certificate. */
export async function clientCertificate(): Promise<ClientCertificate> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048 }
  const keys = await webcrypto.subtle.generateKey({ ...algorithm, publicExponent: new Uint8Array([1, 0, 1]) }, true, [
    'sign',
    'verify',
  ])
  const { pem, der } = await signCertificate({
    commonName: 'entrada test app – do not trust',
    publicKey: keys.publicKey,
    issuer: { key: keys.privateKey },
    purpose: 'tokens',
  })
  return {
    certificate: pem,
    privateKey: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    sha1: createHash('sha1').update(der).digest('hex'),
    sha256: createHash('sha256').update(new X509Certificate(pem).raw).digest('hex'),
  }
}
