import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'

/** A certificate and its key, as PEM. */
export interface MadeCertificate {
  certificate: string
  privateKey: string
  /** Both in one text. */
  pem: string
}

/** Makes an RSA key, or takes a given one, and its self-signed certificate, or one that another signs. */
export function makeCertificate(
  options: {
    name?: string
    notBefore?: Date
    notAfter?: Date
    issuer?: MadeCertificate
    modulusLength?: number
    privateKey?: string
  } = {},
): MadeCertificate {
  const { name = 'entrada test app', notAfter = new Date(Date.now() + 3650 * 86_400_000), issuer } = options
  const privateKey = options.privateKey ?? makeKey(options.modulusLength ?? 2048)
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey)
  certificate.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(8))}`
  certificate.validity.notBefore = options.notBefore ?? new Date(Math.min(Date.now(), notAfter.getTime()) - 86_400_000)
  certificate.validity.notAfter = notAfter
  certificate.setSubject([{ name: 'commonName', value: name }])
  const above = issuer && forge.pki.certificateFromPem(issuer.certificate)
  certificate.setIssuer(above ? above.subject.attributes : certificate.subject.attributes)
  certificate.setExtensions([{ name: 'basicConstraints', cA: issuer === undefined }])
  certificate.sign(forge.pki.privateKeyFromPem(issuer?.privateKey ?? privateKey), forge.md.sha256.create())
  const text = forge.pki.certificateToPem(certificate).replaceAll('\r', '')
  return { certificate: text, privateKey, pem: `${privateKey}${text}` }
}

function makeKey(modulusLength: number): string {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return privateKey
}

/** The same as PKCS#12. */
export function makePkcs12({ certificate, privateKey }: MadeCertificate, password: string): Uint8Array {
  const key = forge.pki.privateKeyFromPem(privateKey)
  const file = forge.pkcs12.toPkcs12Asn1(key, [forge.pki.certificateFromPem(certificate)], password, {
    algorithm: '3des',
  })
  return Uint8Array.from(Buffer.from(forge.asn1.toDer(file).getBytes(), 'latin1'))
}
