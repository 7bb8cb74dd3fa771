import type { Subject } from '../cache/token-request.ts'
import type { Sign } from '../certificates/certificate.ts'
import { type ClientAuthentication, clientAssertion, clientSecret } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import { certificateAuthentication, checkCertificate } from './certificate-authentication.ts'
import { checkAssertion, checkCallback } from './client-assertion.ts'
import { type CredentialContext, openContext } from './context.ts'
import { type Tokens, unlessInPage } from './not-in-page.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'
import { checkRequired } from './required.ts'
import { Subjects } from './subject.ts'
import { type UserTokensOptions, userTokens } from './user-tokens.ts'

interface OnBehalfOfCredentialBase {
  tenantId: string
  clientId: string
  /** The token with which the user called. Left out, each call of `getToken` brings its own. */
  userAssertionToken?: string
}

export interface OnBehalfOfCredentialSecretOptions extends OnBehalfOfCredentialBase {
  clientSecret: string
}

export interface OnBehalfOfCredentialCertificateOptions extends OnBehalfOfCredentialBase {
  certificatePath: string
  certificatePassword?: string
  sendCertificateChain?: boolean
}

/** A certificate in memory, or its public part with a function that signs. */
export interface OnBehalfOfCredentialCertificateContentOptions extends OnBehalfOfCredentialBase {
  certificate: string | Uint8Array
  certificatePassword?: string
  sign?: Sign
  sendCertificateChain?: boolean
}

export interface OnBehalfOfCredentialAssertionOptions extends OnBehalfOfCredentialBase {
  getAssertion: () => string | Promise<string>
}

/** How the application proves itself, and for whom it asks. */
export type OnBehalfOfCredentialOptions = (
  | OnBehalfOfCredentialSecretOptions
  | OnBehalfOfCredentialCertificateOptions
  | OnBehalfOfCredentialCertificateContentOptions
  | OnBehalfOfCredentialAssertionOptions
) &
  MultiTenantTokenCredentialOptions &
  CredentialPersistenceOptions &
  AuthorityValidationOptions

/** What one call may ask for, and for whom. */
export interface OnBehalfOfGetTokenOptions extends GetTokenOptions {
  /** The token with which the user called, in place of the constructor's. */
  userAssertionToken?: string | undefined
}

/**
 * Asks on behalf of the user who called a web API (Microsoft's on-behalf-of flow). One instance serves any number of
 * users: pass each one's token to `getToken`. What is cached is bound to a hash of that token.
 *
 * `getToken` rejects with `AuthenticationRequiredError` where the user has to act; its `claims` are the challenge to
 * pass on to the caller.
 *
 * ```ts
 * const credential = new OnBehalfOfCredential({ tenantId, clientId, clientSecret })
 * await credential.getToken('https://graph.microsoft.com/.default', { userAssertionToken })
 * ```
 */
export class OnBehalfOfCredential implements EntradaCredential {
  readonly name = 'OnBehalfOfCredential'
  readonly #tokens: Tokens
  readonly #subjects: Subjects
  readonly #own: string | undefined

  /** @throws CredentialUnavailableError for a missing member of the options, `TypeError` for a malformed one. */
  constructor(options: OnBehalfOfCredentialOptions) {
    const name = 'OnBehalfOfCredential'
    const { tenantId, clientId, userAssertionToken } = options ?? {}
    checkRequired(name, { tenantId, clientId })
    checkTenant(tenantId, `${name}: tenantId`)
    if (userAssertionToken !== undefined) checkRequired(name, { userAssertionToken })
    const context = openContext(name, options)
    const authenticate = authenticationOf(options, context)
    this.#own = userAssertionToken
    this.#subjects = new Subjects(name)
    const app = { tenantId, clientId, authenticate }
    const obtain: UserTokensOptions['obtain'] = async ({ subject }, send) => {
      const { onBehalfOf } = await import('../oauth/grants.ts')
      return send(() => onBehalfOf((subject as Subject).secret))
    }
    this.#tokens = unlessInPage(context, () => userTokens({ app, context, obtain }))
    polyfillAsyncDispose(this)
  }

  getToken(scopes: string | string[], options?: OnBehalfOfGetTokenOptions): Promise<AccessToken> {
    const assertion = options?.userAssertionToken ?? this.#own
    if (typeof assertion !== 'string' || assertion === '') return this.#refuse(assertion)
    try {
      return this.#tokens.getToken(scopes, options, this.#subjects.of(assertion))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async getTokenInfo(scopes: string | string[], options?: OnBehalfOfGetTokenOptions): Promise<AccessTokenInfo> {
    const assertion = options?.userAssertionToken ?? this.#own
    if (typeof assertion !== 'string' || assertion === '') return this.#refuse(assertion)
    return this.#tokens.getTokenInfo(scopes, options, this.#subjects.of(assertion))
  }

  close(): Promise<void> {
    return this.#tokens.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #refuse(assertion: unknown): Promise<never> {
    checkRequired(this.name, { userAssertionToken: assertion })
    throw new TypeError(`${this.name}: userAssertionToken is no text.`)
  }
}

/** The one proof that the options hold. Throws where there is none, or more than one. */
function authenticationOf(options: OnBehalfOfCredentialOptions, context: CredentialContext): ClientAuthentication {
  const {
    clientId,
    clientSecret: secret,
    certificatePath,
    certificate,
    certificatePassword,
    sign,
    getAssertion,
    sendCertificateChain,
  } = options as OnBehalfOfCredentialBase &
    Partial<OnBehalfOfCredentialSecretOptions & OnBehalfOfCredentialCertificateOptions> &
    Partial<OnBehalfOfCredentialCertificateContentOptions & OnBehalfOfCredentialAssertionOptions>
  const { name } = context
  const given = { clientSecret: secret, certificatePath, certificate, getAssertion }
  const names = Object.entries(given).flatMap(([option, value]) => (value === undefined ? [] : [option]))
  if (names.length > 1) {
    throw new TypeError(`${name}: ${names.join(' and ')} are given. Pass one proof of the application.`)
  }
  if (secret !== undefined) {
    checkRequired(name, { clientSecret: secret })
    return clientSecret(secret)
  }
  if (getAssertion !== undefined) {
    checkCallback(getAssertion, name)
    return clientAssertion(async () => checkAssertion(await getAssertion(), name))
  }
  if (names.length === 0)
    checkRequired(name, { 'clientSecret, certificatePath, certificate or getAssertion': undefined })
  const source = checkCertificate({ certificatePath, certificate, certificatePassword, sign }, name)
  return certificateAuthentication({ source, clientId, sendsChain: sendCertificateChain === true }, context)
}
