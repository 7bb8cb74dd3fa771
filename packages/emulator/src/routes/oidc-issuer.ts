import { json } from '../json-response.ts'
import { plainError } from '../plain-error.ts'
import type { RouteContext } from '../service.ts'

/** OpenID metadata of one of the issuers of federated assertions. */
export function issuerMetadata({ params, service }: RouteContext): Response {
  const issuer = service.issuers.find(params.issuer ?? '')
  if (issuer === undefined) return plainError(404, 'not_found', 'The emulator has no such issuer.')
  return json({
    issuer: issuer.address,
    jwks_uri: `${issuer.address}/keys`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  })
}

/** Its key set (RFC 7517). */
export async function issuerKeys({ params, service }: RouteContext): Promise<Response> {
  const issuer = service.issuers.find(params.issuer ?? '')
  if (issuer === undefined) return plainError(404, 'not_found', 'The emulator has no such issuer.')
  const { kid, jwk } = await issuer.key
  return json({ keys: [{ kty: jwk.kty, use: jwk.use, alg: 'RS256', kid, n: jwk.n, e: jwk.e }] })
}
