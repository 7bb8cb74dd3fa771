import type { TokenCredential } from 'entrada'
import type { AssertionSource } from '../assertion/assertion-source.ts'
import { scopeOf } from './allowed-scopes.ts'
import type { Asked, GivenToken, Refusal } from './family.ts'
import { isOf, tokenClaims } from './token-claims.ts'

/** Where tokens come from, and which are given. */
export interface TokenGiver {
  credential: TokenCredential
  assertion: AssertionSource | undefined
  isAllowed(scope: string): boolean
  anyIdentity: boolean
  /** Milliseconds since the epoch. */
  now(): number
}

/** The token for what was asked, or why there is none. */
export async function give(giver: TokenGiver, asked: Asked, signal: AbortSignal): Promise<GivenToken | Refusal> {
  const name = asked.kind === 'token' ? asked.resource : asked.audience
  if (!giver.isAllowed(name)) {
    return { status: 403, reason: `${name} is not on the list of this endpoint. --allow-scope adds it.` }
  }
  try {
    return asked.kind === 'token'
      ? await tokenFor(giver, asked, signal)
      : await assertionFor(giver, asked.audience, signal)
  } catch (error) {
    return refusalOf(error)
  }
}

async function tokenFor(
  giver: TokenGiver,
  { resource, selector }: Extract<Asked, { kind: 'token' }>,
  abortSignal: AbortSignal,
): Promise<GivenToken | Refusal> {
  const token = await giver.credential.getToken(scopeOf(resource), { abortSignal })
  if (token === null) return { status: 400, reason: 'The credential has no token for this resource.' }
  const claims = tokenClaims(token.token)
  if (selector !== undefined && !giver.anyIdentity && !isOf(claims, selector)) {
    const reason = `Identity not found: the tokens here are not those of ${selector.value}. Name no identity, or start with --any-identity.`
    return { status: 400, reason }
  }
  return { ...times(giver, token), resource, clientId: claims.clientId }
}

async function assertionFor(giver: TokenGiver, audience: string, signal: AbortSignal): Promise<GivenToken | Refusal> {
  if (giver.assertion === undefined) {
    const reason =
      'This profile has no assertion to give. Use one with a managed identity or a federated source, or a family that asks for tokens.'
    return { status: 400, reason }
  }
  return { ...times(giver, await giver.assertion(audience, signal)), resource: audience, clientId: undefined }
}

function times(
  { now }: TokenGiver,
  { token, expiresOnTimestamp }: { token: string; expiresOnTimestamp: number },
): Pick<GivenToken, 'token' | 'expiresOn' | 'expiresIn'> {
  const expiresOn = Math.floor(expiresOnTimestamp / 1000)
  return { token, expiresOn, expiresIn: Math.max(0, expiresOn - Math.floor(now() / 1000)) }
}

/** Clients ask again after a 500, so it is for what may pass: no connection, or an authority in trouble. */
function refusalOf(error: unknown): Refusal {
  const { statusCode, message, name } = Object(error) as { statusCode?: unknown; message?: unknown; name?: unknown }
  const isPassing =
    name === 'AuthenticationError' && (statusCode === 0 || Number(statusCode) >= 500 || statusCode === 429)
  const [line = ''] = String(message ?? 'The credential failed.').split('\n', 1)
  return { status: isPassing ? 500 : 400, reason: line.slice(0, 1000) }
}
