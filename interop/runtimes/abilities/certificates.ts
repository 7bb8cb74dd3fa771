import { type CertificateConfiguration, CertificateCredential, type CertificateCredentialOptions } from 'entrada'
import { type Ability, abilitiesOf, bytesOf, check, type Given, gets } from './ability.ts'
import { at } from './applications.ts'

/** The forms in which certificates are given. */
export const certificates: readonly Ability[] = abilitiesOf('Certificates', {
  'PEM in memory': using(({ certificate: { pem: certificate } }) => ({ certificate })),
  'PEM whose key is encrypted': using(({ certificate: { encryptedPem: certificate, password } }) => {
    return { certificate, certificatePassword: password }
  }),
  'PKCS#12': using(({ certificate: { pkcs12, password } }) => {
    return { certificate: bytesOf(pkcs12), certificatePassword: password }
  }),
  'A file (`certificatePath`)': using(({ files: { pem: certificatePath } }) => ({ certificatePath })),
  'The chain is sent along (`sendCertificateChain`)': using(
    ({ certificate: { pem: certificate } }) => ({ certificate }),
    { sendCertificateChain: true },
  ),
  'A callback signs (`sign`)': using(({ certificate: { publicPem: certificate, pkcs8 } }) => {
    return { certificate, sign: (input: Uint8Array) => signed(new Uint8Array(input), pkcs8) }
  }),
  async 'RS256, for AD FS'({ clientId, authorityHost, certificate: { pem: certificate, spki } }) {
    const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('spki', bytesOf(spki), rsa, false, ['verify'])
    let isGenuine = false
    const fetch = async (url: string, { body }: { body?: string }): Promise<Response> => {
      const metadata = { token_endpoint: `${authorityHost}/adfs/oauth2/token` }
      if (body === undefined) return new Response(JSON.stringify({ issuer: new URL(url).origin, ...metadata }))
      const [header = '', payload = '', signature = ''] =
        new URLSearchParams(body).get('client_assertion')?.split('.') ?? []
      const base64 = signature.replaceAll('-', '+').replaceAll('_', '/')
      const input = new TextEncoder().encode(`${header}.${payload}`)
      isGenuine = await crypto.subtle.verify(rsa, key, bytesOf(base64), input)
      return new Response(JSON.stringify({ token_type: 'Bearer', access_token: 'a.b.c', expires_in: 3600 }))
    }
    const make = () => new CertificateCredential('adfs', clientId, { certificate }, { authorityHost, fetch })
    await gets(make)({} as Given)
    check(isGenuine, 'the signature is not that of the key')
  },
})

function using(
  certificate: (given: Given) => CertificateConfiguration,
  options?: CertificateCredentialOptions,
): Ability['prove'] {
  return gets((given) => {
    const { tenantId, clientId } = given
    return new CertificateCredential(tenantId, clientId, certificate(given), { ...at(given), ...options })
  })
}

/** What a vault would do. */
async function signed(input: Uint8Array<ArrayBuffer>, pkcs8: string): Promise<ArrayBuffer> {
  const rsa = { name: 'RSA-PSS', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('pkcs8', bytesOf(pkcs8), rsa, false, ['sign'])
  return crypto.subtle.sign({ name: 'RSA-PSS', saltLength: 32 }, key, input)
}
