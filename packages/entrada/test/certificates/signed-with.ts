import { type CertificateConfiguration, CertificateCredential, type CertificateCredentialOptions } from 'entrada'
import { decodeJwt, decodeProtectedHeader, type JWTPayload, type ProtectedHeaderParameters } from 'jose'
import { clientId, scope, tenantId } from '../app.ts'

/** An assertion that was sent, and what it says. */
export interface SentAssertion {
  jwt: string
  header: ProtectedHeaderParameters & Record<string, unknown>
  payload: JWTPayload
  url: string
}

/** A credential with a certificate, and the assertions that it sends; every request is granted. */
export function withCertificate(
  certificate: CertificateConfiguration,
  { tenant = tenantId, ...options }: CertificateCredentialOptions & { tenant?: string } = {},
): { credential: CertificateCredential; sent: SentAssertion[] } {
  const sent: SentAssertion[] = []
  const credential = new CertificateCredential(tenant, clientId, certificate, {
    authorityHost: 'https://login.example',
    fetch: (url, { method, body }) => {
      if (method === 'GET') return Response.json({ token_endpoint: 'https://login.example/adfs/oauth2/token/' })
      const jwt = new URLSearchParams(body).get('client_assertion') ?? ''
      sent.push({ jwt, url, header: decodeProtectedHeader(jwt), payload: decodeJwt(jwt) })
      return Response.json({ access_token: `token-${sent.length}`, expires_in: 3600 })
    },
    ...options,
    host: { env: {}, ...options.host },
  })
  return { credential, sent }
}

/** The assertion that a certificate brings. */
export async function signedWith(
  certificate: CertificateConfiguration,
  options?: CertificateCredentialOptions & { tenant?: string },
): Promise<SentAssertion> {
  const { credential, sent } = withCertificate(certificate, options)
  await credential.getToken(scope)
  await credential.close()
  return sent[0] as SentAssertion
}
