/** Three readers of PKCS#12: this library's, OpenSSL's behind `node:tls`, and node-forge. */
import { createSecureContext } from 'node:tls'
import { CertificateCredential } from 'entrada'
import { decodeProtectedHeader } from 'jose'
import forge from 'node-forge'

/** What came out: the chain, leaf first, as base64 of DER, or why nothing did. */
export type Outcome = { chain: readonly string[] } | { refusal: string }

/** This library, through a credential whose requests are all granted. Any other error than its own is thrown. */
export async function byEntrada(certificate: Uint8Array, certificatePassword: string): Promise<Outcome> {
  let chain: readonly string[] = []
  await using credential = new CertificateCredential(
    '11111111-1111-4111-8111-111111111111',
    '22222222-2222-4222-8222-222222222222',
    { certificate, certificatePassword },
    {
      sendCertificateChain: true,
      fetch: async (_, { body }) => {
        const assertion = new URLSearchParams(body).get('client_assertion') ?? ''
        chain = decodeProtectedHeader(assertion).x5c ?? []
        return Response.json({ access_token: 'token', expires_in: 3600 })
      },
    },
  )
  try {
    await credential.getToken('https://vault.azure.net/.default')
    return { chain }
  } catch (error) {
    const { name, message } = error as Error
    if (name !== 'CredentialUnavailableError') throw error
    return { refusal: message.replace('CertificateCredential: ', '') }
  }
}

/** Whether OpenSSL opens it, as `node:tls` and so every server does. */
export function byOpenssl(pfx: Uint8Array, passphrase: string): boolean {
  try {
    createSecureContext({ pfx: Buffer.from(pfx), passphrase })
    return true
  } catch {
    return false
  }
}

/** Whether node-forge opens it and finds an RSA key and a certificate. */
export function byForge(bytes: Uint8Array, password: string): boolean {
  try {
    const file = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(Buffer.from(bytes).toString('latin1')), password)
    const { certBag, keyBag, pkcs8ShroudedKeyBag } = forge.pki.oids as Record<string, string>
    const has = (type: string | undefined, part: 'key' | 'cert'): boolean =>
      type !== undefined && (file.getBags({ bagType: type })[type] ?? []).some((bag) => bag[part] != null)
    return has(certBag, 'cert') && (has(keyBag, 'key') || has(pkcs8ShroudedKeyBag, 'key'))
  } catch {
    return false
  }
}
