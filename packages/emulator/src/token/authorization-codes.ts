import { createHash } from 'node:crypto'
import { Refusal } from '../refusal.ts'
import { createSealer } from './sealed-values.ts'
import type { UserGrant } from './user-grant.ts'

/** What a code was given for. */
interface CodeGrant {
  grant: UserGrant
  redirectUri: string
  /** PKCE (RFC 7636), method S256. */
  codeChallenge?: string
  nonce?: string
}

/** What comes with a code when it is redeemed. */
interface Redemption {
  code: string
  clientId: string
  redirectUri: string
  codeVerifier: string | undefined
  now: number
}

export interface AuthorizationCodes {
  issue(content: CodeGrant, now: number): string
  /**
   * What `use` makes of the code's grant, once. Throws a `Refusal` for anything that does not fit the code; then, and
   * when `use` throws, the code is not spent.
   */
  redeem<T>(redemption: Redemption, use: (content: CodeGrant) => T): T
  /** The home tenant of a code's user, if it is a code. */
  tenantOf(code: string): string | undefined
}

const LIFE_MS = 10 * 60_000
/** Codes that were redeemed are known for longer than they live, unless there are more than so many. */
const CAPACITY = 10_000

export function createAuthorizationCodes(): AuthorizationCodes {
  const sealer = createSealer('1.AC')
  const redeemed = new Set<string>()
  return {
    issue: (content, now) => sealer.seal({ ...content, issuedAt: now }),
    tenantOf: (code) => (sealer.open(code) as CodeGrant | undefined)?.grant.person.tenantId,
    redeem: ({ code, clientId, redirectUri, codeVerifier, now }, use) => {
      const content = sealer.open(code) as (CodeGrant & { issuedAt: number }) | undefined
      if (content === undefined) throw new Refusal(9002313)
      if (content.grant.clientId !== clientId) throw new Refusal(70000)
      if (redeemed.has(code)) throw new Refusal(54005)
      if (now - content.issuedAt >= LIFE_MS) throw new Refusal(70008)
      if (redirectUri !== content.redirectUri) {
        throw new Refusal(500112, { details: { redirect: redirectUri, expected: content.redirectUri } })
      }
      if (content.grant.platform === 'spa' && content.codeChallenge === undefined) throw new Refusal(9002325)
      checkVerifier(content.codeChallenge, codeVerifier)
      const used = use(content)
      if (redeemed.size >= CAPACITY) redeemed.delete(redeemed.values().next().value ?? '')
      redeemed.add(code)
      return used
    },
  }
}

function checkVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined) return
  if (!verifier) throw new Refusal(50148)
  if (createHash('sha256').update(verifier).digest('base64url') !== challenge) throw new Refusal(501481)
}
