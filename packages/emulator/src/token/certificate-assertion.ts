import { createHash } from 'node:crypto'
import type { App, RegisteredCertificate, Tenant } from '../directory/entries.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { namesTokenEndpoint } from './assertion-audience.ts'
import { checkAssertionTime, endOfUse } from './assertion-time.ts'
import { isSignedBy, type Jwt, type JwtFields, textField } from './jwt.ts'

const ALGORITHMS = ['RS256', 'PS256']
/** Entra ID sets no bound that it documents; Microsoft's libraries stay at 10 to 30 minutes. */
const LONGEST_MS = 24 * 60 * 60_000

/**
 * Returns if an app signed the assertion itself, with the key of a registered certificate
 * (https://learn.microsoft.com/entra/identity-platform/certificate-credentials), and did not use it before.
 */
export function checkCertificateAssertion(context: RouteContext, tenant: Tenant, app: App, jwt: Jwt): void {
  const { service, request } = context
  const { claims, header } = jwt
  if (claims.sub !== claims.iss) throw new Refusal(50048)
  if (String(claims.iss).toLowerCase() !== app.clientId) throw new Refusal(700021)
  const algorithm = String(header.alg)
  if (!ALGORITHMS.includes(algorithm)) {
    throw new Refusal(5002738, { details: { algorithm, supported: ALGORITHMS.join(',') } })
  }
  const thumbprint = thumbprintOf(header)
  if (thumbprint === undefined) throw new Refusal(5002723)
  const certificate = app.certificates.find(({ sha1, sha256 }) => thumbprint === sha1 || thumbprint === sha256)
  const reason = faultOf(jwt, certificate, service.now())
  if (reason !== undefined) throw new Refusal(700027, { details: { reason, thumbprint: thumbprint.toUpperCase() } })
  if (!namesTokenEndpoint(context, tenant, claims.aud)) throw new Refusal(700023)
  checkAssertionTime(claims, service.now(), LONGEST_MS)
  const id = textField(claims, 'jti')
  if (id === undefined) return
  const sku = request.headers['x-client-sku'] ?? request.form['x-client-SKU']
  const use = { key: `${app.clientId} ${id}`, until: endOfUse(claims), sku }
  if (!service.assertionUses.first(use, service.now())) {
    throw new Refusal(50012, { details: { reason: 'The client assertion was used before: its jti is not new.' } })
  }
}

/** The certificate a header names, as hexadecimal: `x5t#S256`, `x5t`, `kid`, or the first of `x5c`. */
function thumbprintOf(header: JwtFields): string | undefined {
  for (const name of ['x5t#S256', 'x5t']) {
    const named = textField(header, name)
    if (named !== undefined) return Buffer.from(named, 'base64').toString('hex')
  }
  const kid = textField(header, 'kid')
  if (kid !== undefined) {
    return /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(kid) ? kid.toLowerCase() : Buffer.from(kid, 'base64').toString('hex')
  }
  const [leaf] = Array.isArray(header.x5c) ? (header.x5c as unknown[]) : []
  return typeof leaf === 'string' ? createHash('sha256').update(Buffer.from(leaf, 'base64')).digest('hex') : undefined
}

/** Why the signature is not taken, in Entra ID's words; `undefined` when it is. */
function faultOf(jwt: Jwt, certificate: RegisteredCertificate | undefined, now: number): string | undefined {
  if (certificate === undefined) return 'The key was not found'
  if (certificate.expiresAt <= now) return 'The key used is expired'
  if (isSignedBy(jwt, certificate.publicKey)) return undefined
  return 'Key was found, but use of the key to verify the signature failed'
}
