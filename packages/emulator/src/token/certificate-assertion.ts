import { createHash } from 'node:crypto'
import type { Directory } from '../directory/directory.ts'
import type { App, RegisteredCertificate, Tenant } from '../directory/entries.ts'
import { hostnameOf, isLoopback } from '../http/host-names.ts'
import type { RouteContext } from '../http/received-request.ts'
import { isSignedBy, type Jwt, type JwtFields, textField } from '../primitives/jwt.ts'
import { Refusal } from '../refusal/refusal.ts'
import { checkAssertionTime, endOfUse } from './assertion-time.ts'
import type { AssertionUses } from './assertion-uses.ts'

/** The parts of the emulator that are needed for checking an app's own assertion. */
export interface CertificateAssertionService {
  directory: Pick<Directory, 'tenant'>
  assertionUses: AssertionUses
  /** Milliseconds since the epoch. */
  now(): number
  answersTo(hostname: string): boolean
  listeningHosts(): readonly string[]
}

const supportedAlgorithms = ['RS256', 'PS256']
/** Entra ID documents no limit; Microsoft's libraries use 10 to 30 minutes. */
const maxLifetimeMs = 24 * 60 * 60_000

/**
 * Returns if an app signed the assertion itself, with the key of a registered certificate
 * (https://learn.microsoft.com/entra/identity-platform/certificate-credentials), and did not use it before.
 */
export function checkCertificateAssertion(
  context: RouteContext<CertificateAssertionService>,
  tenant: Tenant,
  app: App,
  jwt: Jwt,
): void {
  const { service, request } = context
  const { claims, header } = jwt
  if (claims.sub !== claims.iss) throw new Refusal(50048)
  if (String(claims.iss).toLowerCase() !== app.clientId) throw new Refusal(700021)
  const algorithm = String(header.alg)
  if (!supportedAlgorithms.includes(algorithm)) {
    throw new Refusal(5002738, { details: { algorithm, supported: supportedAlgorithms.join(',') } })
  }
  const thumbprint = thumbprintOf(header)
  if (thumbprint === undefined) throw new Refusal(5002723)
  const certificate = app.certificates.find(({ sha1, sha256 }) => thumbprint === sha1 || thumbprint === sha256)
  const reason = faultOf(jwt, certificate, service.now())
  if (reason !== undefined) throw new Refusal(700027, { details: { reason, thumbprint: thumbprint.toUpperCase() } })
  if (!namesTokenEndpoint(context, tenant, claims.aud)) throw new Refusal(700023)
  checkAssertionTime(claims, service.now(), maxLifetimeMs)
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

/** Why the signature is not accepted, in Entra ID's words; `undefined` if it is. */
function faultOf(jwt: Jwt, certificate: RegisteredCertificate | undefined, now: number): string | undefined {
  if (certificate === undefined) return 'The key was not found'
  if (certificate.expiresAt <= now) return 'The key used is expired'
  if (isSignedBy(jwt, certificate.publicKey)) return undefined
  return 'Key was found, but use of the key to verify the signature failed'
}

/** What may follow the tenant in an audience: its token endpoints, its issuers, its authority. */
const tenantPaths = ['/oauth2/v2.0/token', '/oauth2/token', '/v2.0', '']

/**
 * Whether the `aud` of an app's assertion is the token endpoint that was called, or another URL of the same tenant on
 * one of the emulator's hosts. A region's host and the global one are interchangeable.
 */
function namesTokenEndpoint(
  { request, service }: RouteContext<CertificateAssertionService>,
  tenant: Tenant,
  audience: unknown,
): boolean {
  if (typeof audience !== 'string' || !URL.canParse(audience)) return false
  const { host, pathname } = new URL(audience)
  // On loopback, the port tells emulators apart.
  const isOurs = isLoopback(hostnameOf(host))
    ? host === request.host || service.listeningHosts().includes(host)
    : service.answersTo(hostnameOf(host))
  if (!isOurs) return false
  const asked = request.path.split('/')[1]?.toLowerCase()
  const [, segment = '', rest = ''] = /^\/([^/]+)(.*?)\/?$/.exec(pathname) ?? []
  if (!tenantPaths.includes(rest.toLowerCase())) return false
  return segment.toLowerCase() === asked || service.directory.tenant(segment)?.id === tenant.id
}
