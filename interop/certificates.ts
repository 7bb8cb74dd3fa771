import { generateKeyPair, type KeyObject, webcrypto, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'
import { signCertificate } from '../packages/emulator/src/pki/certificate.ts'

/** An application's certificate and its key, as PEM. */
export interface ClientCertificate {
  certificate: string
  privateKey: string
  /** Both in one text. */
  pem: string
  /** SHA-256 in hexadecimal. */
  thumbprint: string
}

/** Makes an RSA key and a certificate for it. */
export async function clientCertificate(): Promise<ClientCertificate> {
  const keys = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const certificate = await certificateFor(keys.publicKey)
  const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const thumbprint = new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase()
  return { certificate, privateKey, pem: `${privateKey}${certificate}`, thumbprint }
}

/** A certificate (PEM) for a public RSA key whose private part may be out of reach: another key signs it. */
export async function certificateFor(publicKey: KeyObject): Promise<string> {
  const { subtle } = webcrypto
  const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const key = await subtle.importKey('spki', publicKey.export({ type: 'spki', format: 'der' }), rsa, true, ['verify'])
  const issuer = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const { pem } = await signCertificate({
    commonName: 'entrada test app – do not trust',
    publicKey: key,
    issuer: { key: issuer.privateKey },
    purpose: 'tokens',
  })
  return pem
}
