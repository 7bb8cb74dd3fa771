import { Random } from '../../../../bench/soak/random.ts'
import { apiId, type Members, makeKey, otherTenantId, shapes, signed, type TestKey, tenantId } from '../azure-tokens.ts'

export { Random }

/** Two tenants that are served, and one that is not. */
export const tenants: readonly string[] = [tenantId, otherTenantId]
export const strangeTenant = '0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9'
export const required = { requiredScopes: ['Files.Read'], requiredRoles: ['Files.Read.All'] }

/** Who makes tokens: the issuer's key, a stranger's, one of a tenant of its own, and the moment. */
export interface Issuer {
  random: Random
  key: TestKey
  stranger: TestKey
  /** A key that the issuer publishes for a third tenant alone. */
  ofAnother: TestKey
  /** Seconds since the epoch. */
  readonly now: number
}

/** The keys differ from run to run; all else is the seed's. `now` tells milliseconds, and goes on while tokens are made. */
export function makeIssuer(seed: number, now: () => number): Issuer {
  const ofAnother = makeKey(`https://login.microsoftonline.com/${strangeTenant}/v2.0`)
  return {
    ...{ random: new Random(seed), key: makeKey(), stranger: makeKey(), ofAnother },
    get now() {
      return Math.floor(now() / 1000)
    },
  }
}

/** What a token says, before it is signed. */
export interface Draft {
  header: Members
  claims: Members
}

/** A token as Entra ID makes them: no two alike, and every one of them good. */
export function goodDraft({ random, key, now }: Issuer): Draft {
  const shape = random.pick(['userV1', 'userV2', 'appV1', 'appV2'] as const)
  const tid = random.pick(tenants)
  const isV2 = shape.endsWith('V2')
  const isUser = shape.startsWith('user')
  const iat = now - 300 - random.below(3000)
  const changes: Members = {
    ...{ tid, iss: isV2 ? `https://login.microsoftonline.com/${tid}/v2.0` : `https://sts.windows.net/${tid}/` },
    ...{
      aud: isV2 || random.chance(0.3) ? apiId : `api://${apiId}`,
      iat,
      nbf: iat,
      exp: now + 900 + random.below(80_000),
    },
    ...{ uti: text(random, 22), aio: text(random, 40 + random.below(200)) },
    ...(isUser
      ? {
          scp: random.pick(['Files.Read', 'Files.Read Files.Write', 'openid Files.Read']),
          name: random.pick(peopleNames),
        }
      : { roles: random.pick([['Files.Read.All'], ['Files.Write.All', 'Files.Read.All']]) }),
    ...(isUser && random.chance(0.3) ? { idtyp: 'user' } : {}),
    ...(isUser && random.chance(0.2)
      ? { groups: Array.from({ length: 1 + random.below(40) }, () => guid(random)) }
      : {}),
    ...(isUser && random.chance(0.1) ? overage : {}),
    ...(random.chance(0.2) ? { xms_cc: ['cp1'] } : {}),
    ...(random.chance(0.2) ? { acrs: ['c1', 'c2'] } : {}),
    ...(random.chance(0.1) ? { xms_idrel: '1 2', 'http://contoso.example/claims/"dep:t"': 'a:{"b":[' } : {}),
  }
  const claims = shuffled(random, { ...shapes[shape], ...changes })
  const header = { typ: 'JWT', alg: 'RS256', ...(isV2 ? {} : { x5t: key.kid }), kid: key.kid }
  return { claims, header }
}

export function goodToken(issuer: Issuer): string {
  const { header, claims } = goodDraft(issuer)
  return signed(issuer.key, header, claims)
}

const peopleNames = ['Abe Lincoln', 'Ada Lovelace', 'Jürgen Groß', '山田 太郎', 'O’Brien "Bob" \\ {x}', '\u{1f600}', '']
const overage = {
  _claim_names: { groups: 'src1' },
  _claim_sources: { src1: { endpoint: 'https://graph.windows.net/x' } },
}

function shuffled(random: Random, members: Members): Members {
  const entries = Object.entries(members).map((entry) => [random.next(), entry] as const)
  return Object.fromEntries(entries.sort(([left], [right]) => left - right).map(([, entry]) => entry))
}

export function text(random: Random, length: number): string {
  return Array.from(
    { length },
    () => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'[random.below(64)],
  ).join('')
}

export function guid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => random.below(16).toString(16)).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
