import type { App } from '../directory/entries.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { checkAssertionTime } from './assertion-time.ts'
import { isSignedBy, type Jwt, textField } from './jwt.ts'
import { issuerV2, namedAudience } from './token-exchange.ts'

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']

/**
 * Returns if the assertion is another issuer's and one of the app's federated identity credentials names its issuer,
 * audience and subject, letter by letter (https://learn.microsoft.com/entra/workload-id/workload-identity-federation).
 * Such an assertion may be used again.
 */
export async function checkFederatedAssertion({ service }: RouteContext, app: App, jwt: Jwt): Promise<void> {
  const issuer = String(jwt.claims.iss)
  const subject = String(jwt.claims.sub)
  const audiences = [jwt.claims.aud].flat().map(String).map(namedAudience)
  const ofIssuer = app.federatedCredentials.filter((each) => each.issuer === issuer)
  if (ofIssuer.length === 0) throw new Refusal(700211, { details: { issuer } })
  const ofAudience = ofIssuer.filter((each) => each.audiences.some((audience) => audiences.includes(audience)))
  if (ofAudience.length === 0) throw new Refusal(700212, { details: { audience: audiences.join(' ') } })
  if (!ofAudience.some((each) => each.subject === subject)) throw new Refusal(700213, { details: { subject } })

  const algorithm = String(jwt.header.alg)
  if (!ALGORITHMS.includes(algorithm)) {
    throw new Refusal(5002738, { details: { algorithm, supported: ALGORITHMS.join(',') } })
  }
  const isOwn = service.directory.tenants.some(({ id }) => issuerV2(service, id) === issuer)
  const thumbprint = textField(jwt.header, 'kid') ?? ''
  const keys = isOwn ? [await service.signingKey] : await service.issuers.keysOf(issuer)
  const key = keys.find((each) => each.kid === thumbprint)
  if (key === undefined) throw new Refusal(7000272, { details: { thumbprint, issuer } })
  // The emulator's own are a managed identity's, which need not be signed so that others can verify it.
  if (!(isOwn ? await service.signer.verifies(jwt) : isSignedBy(jwt, key.publicKey))) {
    const reason = 'Key was found, but use of the key to verify the signature failed'
    throw new Refusal(700027, { details: { reason, thumbprint } })
  }
  checkAssertionTime(jwt.claims, service.now())
}
