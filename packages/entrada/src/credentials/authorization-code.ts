import type { Subject, TokenRequest } from '../cache/token-request.ts'
import { AuthenticationRequiredError } from '../errors.ts'
import { clientSecret as secretOf } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions, IssuedToken } from '../types.ts'
import { openContext } from './context.ts'
import { type Tokens, unlessInPage } from './not-in-page.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'
import { checkRequired } from './required.ts'
import { Subjects } from './subject.ts'
import { type SendGrant, userTokens } from './user-tokens.ts'

export interface AuthorizationCodeCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions {}

/**
 * Signs a user in with a code that a web app got from the authorization endpoint (RFC 6749, 4.1). The code is redeemed
 * once, with the first token; refresh tokens follow. If redeeming fails, the code is kept for the next call.
 */
export class AuthorizationCodeCredential implements EntradaCredential {
  readonly name = 'AuthorizationCodeCredential'
  readonly #tokens: Tokens
  readonly #user: () => Subject

  /** For an application with a secret. */
  constructor(
    tenantId: string,
    clientId: string,
    clientSecret: string,
    authorizationCode: string,
    redirectUri: string,
    options?: AuthorizationCodeCredentialOptions,
  )
  /** For a public application. */
  constructor(
    tenantId: string,
    clientId: string,
    authorizationCode: string,
    redirectUri: string,
    options?: AuthorizationCodeCredentialOptions,
  )
  constructor(tenantId: string, clientId: string, third: string, fourth: string, fifth?: unknown, sixth?: unknown) {
    const name = 'AuthorizationCodeCredential'
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
    checkTenant(tenantId, `${name}: tenantId`)
    if (!URL.canParse(redirectUri)) {
      throw new TypeError(`${name}: redirectUri is not a URL. Pass the one that the code was asked for with.`)
    }
    const context = openContext(name, options as AuthorizationCodeCredentialOptions | undefined)
    const authenticate = clientSecret === undefined ? () => undefined : secretOf(clientSecret)
    const subjects = new Subjects(name)
    this.#user = () => subjects.of(authorizationCode)
    const obtain = redeemOnce(name, (grants) => grants.authorizationCode(authorizationCode, redirectUri))
    const app = { tenantId, clientId, authenticate }
    this.#tokens = unlessInPage(context, () => userTokens({ app, context, obtain }))
    polyfillAsyncDispose(this)
  }

  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#tokens.getToken(scopes, options, this.#user())
  }

  async getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#tokens.getTokenInfo(scopes, options, this.#user())
  }

  close(): Promise<void> {
    return this.#tokens.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

type Obtain = (request: TokenRequest, send: SendGrant, again: () => Promise<IssuedToken>) => Promise<IssuedToken>

/** Redeems the code once; who comes meanwhile waits, and goes on with the refresh token that it brought. */
function redeemOnce(name: string, code: Parameters<SendGrant>[0]): Obtain {
  let redeeming: Promise<unknown> | undefined
  let isRedeemed = false
  return async ({ scopes }, send, again) => {
    if (redeeming !== undefined) {
      await redeeming
      return again()
    }
    if (isRedeemed) {
      const mend = 'Send the user to the authorization endpoint for a new code.'
      const message = `${name}: the code has been redeemed, and there is no refresh token that is accepted. ${mend}`
      throw new AuthenticationRequiredError({ scopes: [...scopes], message, mend })
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
