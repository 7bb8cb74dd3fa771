import type { TokenRequest } from '../cache/token-request.ts'
import { AuthenticationRequiredError } from '../errors.ts'
import { clientSecret as secretOf } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { openContext } from '../source/context.ts'
import type { CredentialOptions } from '../source/options.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { checkRequired } from '../source/required-arguments.ts'
import { type SendGrant, tokensOfUser, userTokens } from '../source/user-grant-source.ts'
import type { IssuedToken } from '../types.ts'
import { Credential } from './credential.ts'

/** Options of `AuthorizationCodeCredential`. */
export interface AuthorizationCodeCredentialOptions extends CredentialOptions {}

/**
 * Signs a user in with the code that a web app received from the authorization endpoint (RFC 6749, 4.1). The first
 * `getToken` redeems the code; later ones use the refresh token that came with it. If redeeming the code fails, the
 * next call tries it again. Once neither can be used, `getToken` rejects with `AuthenticationRequiredError`.
 */
export class AuthorizationCodeCredential extends Credential {
  /**
   * For an application with a secret.
   *
   * @param redirectUri - The redirect URI that the code was requested with.
   * @throws CredentialUnavailableError for a missing argument, `TypeError` for a malformed one.
   */
  constructor(
    tenantId: string,
    clientId: string,
    clientSecret: string,
    authorizationCode: string,
    redirectUri: string,
    options?: AuthorizationCodeCredentialOptions,
  )
  /** For a public application, which has no secret. */
  constructor(
    tenantId: string,
    clientId: string,
    authorizationCode: string,
    redirectUri: string,
    options?: AuthorizationCodeCredentialOptions,
  )
  constructor(tenantId: string, clientId: string, third: string, fourth: string, fifth?: unknown, sixth?: unknown) {
    super('AuthorizationCodeCredential', (name) => {
      const isConfidential = typeof fifth === 'string'
      const [clientSecret, authorizationCode, redirectUri, options] = isConfidential
        ? [third, fourth, fifth, sixth]
        : [undefined, third, fourth, fifth]
      checkRequired(name, {
        tenantId,
        clientId,
        ...(isConfidential ? { clientSecret } : {}),
        authorizationCode,
        redirectUri,
      })
      const given = { tenantId, secrets: [clientSecret, authorizationCode] }
      const context = openContext(name, options as AuthorizationCodeCredentialOptions | undefined, given)
      checkTenant(tenantId, `${name}: tenantId`, context.quote)
      if (!URL.canParse(redirectUri)) {
        throw new TypeError(`${name}: redirectUri is not a URL. Pass the one that the code was requested with.`)
      }
      const authenticate = clientSecret === undefined ? () => undefined : secretOf(clientSecret)
      const obtain = redeemOnce(name, (grants) => grants.authorizationCode(authorizationCode, redirectUri))
      const app = { tenantId, clientId, authenticate }
      return unlessInPage(context, () => tokensOfUser(userTokens({ app, context, obtain }), name, authorizationCode))
    })
  }
}

type Obtain = (request: TokenRequest, send: SendGrant, again: () => Promise<IssuedToken>) => Promise<IssuedToken>

/** Redeems the code once. Requests that arrive in the meantime wait, and then use the refresh token that it yielded. */
function redeemOnce(name: string, code: Parameters<SendGrant>[0]): Obtain {
  let redeeming: Promise<unknown> | undefined
  let isRedeemed = false
  return async ({ scopes }, send, again) => {
    if (redeeming !== undefined) {
      await redeeming
      return again()
    }
    if (isRedeemed) {
      const remedy = 'Send the user to the authorization endpoint for a new code.'
      const problem = {
        who: name,
        reason: 'the code has already been redeemed, and there is no refresh token that is still accepted.',
        remedy,
      }
      throw new AuthenticationRequiredError({ ...problem, scopes: [...scopes] })
    }
    const sending = send(code)
    redeeming = sending.then(
      () => undefined,
      () => undefined,
    )
    try {
      const issued = await sending
      isRedeemed = true
      return issued
    } finally {
      redeeming = undefined
    }
  }
}
