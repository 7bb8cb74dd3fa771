import { createHash } from 'node:crypto'
import type { App, Tenant } from '../directory/entries.ts'
import { registeredRedirect } from '../directory/redirect-uris.ts'
import type { RouteContext } from '../http/received-request.ts'
import type { Kept } from '../primitives/kept.ts'
import { createSealer } from '../primitives/secrets.ts'
import { Refusal } from '../refusal/refusal.ts'
import type { ClientAssertionService } from './client-assertion.ts'
import { authenticateUserClient } from './client-authentication.ts'
import { checkOrigin, type UserGrant } from './user-grant.ts'
import { grantTokens, type UserTokenService, userTokenResponse } from './user-tokens.ts'

/** The parts of the emulator that the grant uses. */
export type CodeGrantService = ClientAssertionService & UserTokenService & { codes: Pick<AuthorizationCodes, 'redeem'> }

/** What a code was issued for. */
interface CodeGrant {
  grant: UserGrant
  redirectUri: string
  /** PKCE (RFC 7636), method S256. */
  codeChallenge?: string
  nonce?: string
}

/** What is sent with a code to redeem it. */
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
   * Redeems a code once, and returns what `use` makes of its grant. Throws a `Refusal` for anything that does not match
   * the code; then, and when `use` throws, the code stays valid.
   */
  redeem<T>(redemption: Redemption, use: (content: CodeGrant) => T): T
  /** The home tenant of a code's user, or `undefined` if it is not a code. */
  tenantOf(code: string): string | undefined
}

const codeLifetimeMs = 10 * 60_000
/** How many redeemed codes are remembered; the oldest are forgotten first. */
const maxRedeemed = 10_000

export function createAuthorizationCodes(kept: Kept): AuthorizationCodes {
  const sealer = createSealer('1.AC', kept)
  // Digests, which are a tenth as long as the codes.
  const redeemed: Set<string> = new Set(kept.part('redeemed codes', () => [...redeemed]))
  return {
    issue: (content, now) => sealer.seal({ ...content, issuedAt: now }),
    tenantOf: (code) => (sealer.open(code) as CodeGrant | undefined)?.grant.person.tenantId,
    redeem: ({ code, clientId, redirectUri, codeVerifier, now }, use) => {
      const content = sealer.open(code) as (CodeGrant & { issuedAt: number }) | undefined
      if (content === undefined) throw new Refusal(9002313)
      if (content.grant.clientId !== clientId) throw new Refusal(70000)
      if (redeemed.has(digest(code))) throw new Refusal(54005)
      if (now - content.issuedAt >= codeLifetimeMs) throw new Refusal(70008)
      if (redirectUri !== content.redirectUri) {
        throw new Refusal(500112, { details: { redirect: redirectUri, expected: content.redirectUri } })
      }
      if (content.grant.platform === 'spa' && content.codeChallenge === undefined) throw new Refusal(9002325)
      checkVerifier(content.codeChallenge, codeVerifier)
      const used = use(content)
      if (redeemed.size >= maxRedeemed) redeemed.delete(redeemed.values().next().value ?? '')
      redeemed.add(digest(code))
      kept.changed()
      return used
    },
  }
}

function checkVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined) return
  if (!verifier) throw new Refusal(50148)
  if (digest(verifier) !== challenge) throw new Refusal(501481)
}

/** SHA-256, as PKCE writes it. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/**
 * The grant `authorization_code` (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow). A code
 * can still be redeemed after a refusal that was due to the rest of the request.
 */
export async function authorizationCode(
  context: RouteContext<CodeGrantService>,
  tenant: Tenant,
  app: App,
): Promise<Response> {
  const { service, request } = context
  const { code, redirect_uri: redirectUri, code_verifier: codeVerifier } = request.form
  if (!code) throw new Refusal(900144, { details: { parameter: 'code' } })
  if (!redirectUri) throw new Refusal(900144, { details: { parameter: 'redirect_uri' } })
  const registered = registeredRedirect(app.redirectUris, redirectUri)
  checkOrigin(request, app, registered?.platform)
  const proof = await authenticateUserClient(context, tenant, app, registered?.platform)
  if (registered === undefined) {
    throw new Refusal(50011, { details: { redirect: redirectUri, client: app.clientId } })
  }
  const redemption = { code, clientId: app.clientId, redirectUri, codeVerifier, now: service.now() }
  const { granted, nonce } = service.codes.redeem(redemption, (content) => ({
    granted: grantTokens({ context, tenant, app, proof, grant: content.grant }),
    nonce: content.nonce,
  }))
  const asked = granted.grant.scope.split(' ').includes('offline_access')
  return userTokenResponse(granted, {
    refreshable: asked || granted.scopes.offline,
    ...(nonce === undefined ? {} : { nonce }),
  })
}
