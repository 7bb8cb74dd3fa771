import type { KeyObject } from 'node:crypto'
import { meets } from '../directory/claim-conditions.ts'
import type { Directory } from '../directory/directory.ts'
import type { App, FederatedCredential, Tenant } from '../directory/entries.ts'
import type { RouteContext } from '../http/received-request.ts'
import { isGuid } from '../primitives/guid.ts'
import { isSignedBy, type Jwt, type JwtFields, readJwt, textField } from '../primitives/jwt.ts'
import { Refusal } from '../refusal/refusal.ts'
import { agentCredentials } from './agent-identity.ts'
import { checkAssertionTime } from './assertion-time.ts'
import { type CertificateAssertionService, checkCertificateAssertion } from './certificate-assertion.ts'
import { issuerV2, namedAudience } from './token-exchange.ts'
import type { TokenSigner } from './token-signer.ts'

/** The parts of the emulator that are needed for authenticating a client. */
export interface ClientAssertionService extends CertificateAssertionService {
  directory: Pick<Directory, 'app' | 'tenant' | 'tenants'>
  signingKey: Promise<IssuerKey>
  signer: Pick<TokenSigner, 'verifies'>
  issuers: { keysOf(address: string): Promise<readonly IssuerKey[]> }
  issuer(tenantId: string): string
}

interface IssuerKey {
  kid: string
  publicKey: KeyObject
}

const jwtBearerType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * Returns if the assertion (RFC 7523) belongs to the app: signed with a registered certificate's key if the app itself
 * is the issuer, or by a federated issuer. Otherwise throws a `Refusal` that says what is wrong with it.
 */
export async function checkClientAssertion(
  context: RouteContext<ClientAssertionService>,
  tenant: Tenant,
  app: App,
  assertion: string,
): Promise<void> {
  const { client_assertion_type: type } = context.request.form
  if (!type) throw new Refusal(900144, { details: { parameter: 'client_assertion_type' } })
  if (type !== jwtBearerType) throw new Refusal(9002313)
  const jwt = readJwt(assertion)
  if (jwt === undefined) throw new Refusal(50027)
  for (const name of ['iss', 'sub'] as const) {
    if (textField(jwt.claims, name) === undefined) throw new Refusal(90014, { details: { parameter: name } })
  }
  if (jwt.claims.aud === undefined) throw new Refusal(90014, { details: { parameter: 'aud' } })
  // An app names itself by its id, any other issuer by a URL.
  if (isGuid(String(jwt.claims.iss))) checkCertificateAssertion(context, tenant, app, jwt)
  else await checkFederatedAssertion(context, tenant, app, jwt)
}

/** Whether the credential's subject, or all of its conditions, fit the claims. */
function trusts({ subject }: FederatedCredential, claims: JwtFields): boolean {
  return typeof subject === 'string' ? claims.sub === subject : subject.every((condition) => meets(claims, condition))
}

const federatedAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']

/**
 * Returns if the assertion is another issuer's and one of the app's federated identity credentials names its issuer,
 * audience and subject, character by character
 * (https://learn.microsoft.com/entra/workload-id/workload-identity-federation). Such an assertion may be used again.
 */
async function checkFederatedAssertion(
  { service }: RouteContext<ClientAssertionService>,
  tenant: Tenant,
  app: App,
  jwt: Jwt,
): Promise<void> {
  const issuer = String(jwt.claims.iss)
  const subject = String(jwt.claims.sub)
  const audiences = [jwt.claims.aud].flat().map(String).map(namedAudience)
  const trusted = [...app.federatedCredentials, ...agentCredentials(service, tenant, app)]
  const ofIssuer = trusted.filter((each) => each.issuer === issuer)
  if (ofIssuer.length === 0) throw new Refusal(700211, { details: { issuer } })
  const ofAudience = ofIssuer.filter((each) => each.audiences.some((audience) => audiences.includes(audience)))
  if (ofAudience.length === 0) throw new Refusal(700212, { details: { audience: audiences.join(' ') } })
  if (!ofAudience.some((each) => trusts(each, jwt.claims))) {
    const sameLetters = ofAudience.some((each) => String(each.subject).toLowerCase() === subject.toLowerCase())
    throw new Refusal(sameLetters ? 7002138 : 700213, { details: { subject } })
  }

  const algorithm = String(jwt.header.alg)
  if (!federatedAlgorithms.includes(algorithm)) {
    throw new Refusal(5002738, { details: { algorithm, supported: federatedAlgorithms.join(',') } })
  }
  const isManagedIdentity = service.directory.tenants.some(({ id }) => issuerV2(service, id) === issuer)
  const thumbprint = textField(jwt.header, 'kid') ?? ''
  const keys = isManagedIdentity ? [await service.signingKey] : await service.issuers.keysOf(issuer)
  const key = keys.find((each) => each.kid === thumbprint)
  if (key === undefined) throw new Refusal(7000272, { details: { thumbprint, issuer } })
  // A managed identity's token comes from the emulator itself, so it may have a quick signature.
  if (!(isManagedIdentity ? await service.signer.verifies(jwt) : isSignedBy(jwt, key.publicKey))) {
    const reason = 'Key was found, but use of the key to verify the signature failed'
    throw new Refusal(700027, { details: { reason, thumbprint } })
  }
  checkAssertionTime(jwt.claims, service.now())
}
