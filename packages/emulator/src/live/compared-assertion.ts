import type { App, FederatedCredential } from '../directory/entries.ts'
import { isGuid } from '../primitives/guid.ts'
import { isSignedBy, type Jwt, readJwt, timeField } from '../primitives/jwt.ts'
import { clientClaim } from '../token/client-authentication.ts'
import { namedAudience } from '../token/token-exchange.ts'
import { isOurs, type OwnTokensService } from './decoded-token.ts'
import { type Comparison, listed, type Refused } from './refused.ts'
import { momentInWords } from './time-words.ts'

const notShown = 'not shown, because neither the emulator nor a declared certificate signed it'

/**
 * An assertion's issuer, subject, audience and times beside the app's certificates or federated credentials. The values of one
 * that somebody else signed are compared, and not shown.
 */
export async function comparedAssertion(
  service: OwnTokensService,
  { seen, app }: Pick<Refused, 'seen' | 'app'>,
): Promise<Comparison[]> {
  const jwt = readJwt(clientClaim(seen.request).assertion ?? '')
  if (jwt === undefined || app === undefined) return []
  const isKnown = (await isOurs(service, jwt)) || app.certificates.some(({ publicKey }) => isSignedBy(jwt, publicKey))
  const rows = isGuid(String(jwt.claims.iss)) ? byCertificate(jwt, app) : byIssuer(jwt, app)
  return [...rows, ...times(jwt, seen.at)].map((row) => (isKnown ? row : { ...row, sent: notShown }))
}

/** An app that signs for itself names itself. */
function byCertificate({ claims }: Jwt, app: App): Comparison[] {
  return (['iss', 'sub'] as const).map((what) => ({
    what,
    sent: String(claims[what] ?? 'nothing'),
    declared: app.clientId,
    matches: String(claims[what]).toLowerCase() === app.clientId,
  }))
}

function byIssuer({ claims }: Jwt, app: App): Comparison[] {
  const audiences = [claims.aud].flat().map(String).map(namedAudience)
  const fits = {
    iss: ({ issuer }: FederatedCredential): boolean => issuer === claims.iss,
    sub: ({ subject }: FederatedCredential): boolean => typeof subject !== 'string' || subject === claims.sub,
    aud: (each: FederatedCredential): boolean => each.audiences.some((audience) => audiences.includes(audience)),
  }
  // The credential that was meant is the one that fits best.
  const fitness = (credential: FederatedCredential): number => Object.values(fits).filter((is) => is(credential)).length
  const [closest] = [...app.federatedCredentials].sort((one, other) => fitness(other) - fitness(one))
  if (closest === undefined) {
    return [{ what: 'iss', sent: String(claims.iss), declared: 'no federated credential', matches: false }]
  }
  return [
    { what: 'iss', sent: String(claims.iss), declared: closest.issuer, matches: fits.iss(closest) },
    { what: 'sub', sent: String(claims.sub), declared: subjectOf(closest), matches: fits.sub(closest) },
    { what: 'aud', sent: listed(audiences), declared: listed(closest.audiences), matches: fits.aud(closest) },
  ]
}

function subjectOf({ subject }: FederatedCredential): string {
  if (typeof subject === 'string') return subject
  return subject.map(({ claim, operator, value }) => `${claim} ${operator} ${value}`).join(' and ')
}

function times({ claims }: Jwt, now: number): Comparison[] {
  const from = timeField(claims, 'nbf') ?? timeField(claims, 'iat')
  const until = timeField(claims, 'exp')
  const words = (ms: number | undefined): string => (ms === undefined ? 'no time' : (momentInWords(ms) ?? String(ms)))
  return [
    {
      what: 'valid',
      sent: `${words(from)} to ${words(until)}`,
      declared: `now, ${words(now)}`,
      matches: until !== undefined && (from ?? now) <= now && now < until,
    },
  ]
}
