import type { Sign } from '../certificates/certificate.ts'
import { type ClientAuthentication, clientAssertion, clientSecret } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { certificateAuthentication, checkCertificate } from '../source/certificate-authentication.ts'
import type { OwnOptions } from '../source/check-options.ts'
import { type CredentialContext, openContext } from '../source/context.ts'
import type { CredentialSource } from '../source/credential-source.ts'
import { HashedSubjects } from '../source/hashed-subjects.ts'
import type { CredentialOptions } from '../source/options.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { checkRequired } from '../source/required-arguments.ts'
import type { TokenSource } from '../source/token-source.ts'
import { type UserTokensOptions, userTokens } from '../source/user-grant-source.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'
import { checkAssertion, checkCallback } from './client-assertion.ts'
import { Credential } from './credential.ts'

interface OnBehalfOfCredentialBase {
  /** Id (a GUID) or domain of the tenant. */
  tenantId: string
  /** The application (client) id of your API. */
  clientId: string
  /** The access token with which the user called your API. Without it, pass one with each call of `getToken`. */
  userAssertionToken?: string
}

/** The application authenticates with a secret. */
export interface OnBehalfOfCredentialSecretOptions extends OnBehalfOfCredentialBase {
  /** The secret's value, not its id. */
  clientSecret: string
}

/** The application authenticates with a certificate in a file. */
export interface OnBehalfOfCredentialCertificateOptions extends OnBehalfOfCredentialBase {
  /** A PEM or PKCS#12 file with the certificate and its key. It may be replaced while the program runs. */
  certificatePath: string
  /** Password of the PKCS#12 file, or of the encrypted key in the PEM file. */
  certificatePassword?: string
  /** Sends the certificate and its chain with each assertion (`x5c`). Default `false`. */
  sendCertificateChain?: boolean
}

/** The application authenticates with a certificate in memory, or with one with whose key your function signs. */
export interface OnBehalfOfCredentialCertificateContentOptions extends OnBehalfOfCredentialBase {
  /** PEM as a string or bytes, PKCS#12 as bytes. With `sign`, PEM without the key. */
  certificate: string | Uint8Array
  /** Password of the PKCS#12, or of the encrypted key in the PEM. */
  certificatePassword?: string
  /** Signs with a key that is kept elsewhere; see `SigningCallbackCertificate`. */
  sign?: Sign
  /** Sends the certificate and its chain with each assertion (`x5c`). Default `false`. */
  sendCertificateChain?: boolean
}

/** The application authenticates with an assertion that your function supplies. */
export interface OnBehalfOfCredentialAssertionOptions extends OnBehalfOfCredentialBase {
  /** Returns the assertion, a JWT, or a promise of it. Called once for each token request. */
  getAssertion: () => string | Promise<string>
}

/** How the application authenticates itself, and for whom it asks. */
export type OnBehalfOfCredentialOptions = (
  | OnBehalfOfCredentialSecretOptions
  | OnBehalfOfCredentialCertificateOptions
  | OnBehalfOfCredentialCertificateContentOptions
  | OnBehalfOfCredentialAssertionOptions
) &
  CredentialOptions

/** The options of one call, and the user that it is for. */
export interface OnBehalfOfGetTokenOptions extends GetTokenOptions {
  /** The access token with which this user called your API; it takes precedence over the constructor's. */
  userAssertionToken?: string | undefined
}

/**
 * Gets tokens on behalf of the user who called your web API (Microsoft's on-behalf-of flow). One instance serves any
 * number of users: pass each one's token to `getToken`. Tokens are cached per user, under a hash of that token.
 *
 * `getToken` rejects with `AuthenticationRequiredError` if the user has to act; its `claims` are the challenge to
 * return to the caller.
 *
 * ```ts
 * const credential = new OnBehalfOfCredential({ tenantId, clientId, clientSecret })
 * await credential.getToken('https://graph.microsoft.com/.default', { userAssertionToken })
 * ```
 */
export class OnBehalfOfCredential extends Credential<OnBehalfOfGetTokenOptions> {
  /** @throws CredentialUnavailableError for a missing option, `TypeError` for a malformed one. */
  constructor(options: OnBehalfOfCredentialOptions) {
    super('OnBehalfOfCredential', (name) => {
      const { tenantId, clientId, userAssertionToken } = options ?? {}
      checkRequired(name, { tenantId, clientId })
      // A caller that sets the option, even to `undefined`, means a single user; without the option each call has its
      // own.
      if (Object.hasOwn(options, 'userAssertionToken')) checkRequired(name, { userAssertionToken })
      const context = openContext(name, options, { tenantId, secrets: secretsOf(options), own })
      checkTenant(tenantId, `${name}: tenantId`, context.quote)
      const authenticate = authenticationOf(options, context)
      const app = { tenantId, clientId, authenticate }
      const obtain: UserTokensOptions['obtain'] = async ({ subject }, send) => {
        const { onBehalfOf } = await import('../oauth/grants.ts')
        return send(() => onBehalfOf(subject?.secret as string))
      }
      const open = (): OnBehalfOfSource =>
        new OnBehalfOfSource(userTokens({ app, context, obtain }), name, userAssertionToken)
      return unlessInPage(context, open)
    })
  }
}

const own: OwnOptions<OnBehalfOfCredentialOptions> = {
  tenantId: true,
  clientId: true,
  userAssertionToken: true,
  clientSecret: true,
  certificatePath: true,
  certificate: true,
  certificatePassword: true,
  sign: true,
  sendCertificateChain: true,
  getAssertion: true,
}

/** Adds to each call the user that it is for. */
class OnBehalfOfSource implements CredentialSource<OnBehalfOfGetTokenOptions> {
  readonly #tokens: TokenSource
  readonly #name: string
  readonly #subjects: HashedSubjects
  readonly #defaultAssertion: string | undefined

  constructor(tokens: TokenSource, name: string, defaultAssertion: string | undefined) {
    this.#tokens = tokens
    this.#name = name
    this.#subjects = new HashedSubjects(name)
    this.#defaultAssertion = defaultAssertion
  }

  peek(scopes: string | string[], options?: OnBehalfOfGetTokenOptions): Promise<AccessToken> | undefined {
    const assertion = options?.userAssertionToken ?? this.#defaultAssertion
    if (typeof assertion !== 'string' || assertion === '') return undefined
    const subject = this.#subjects.known(assertion)
    return subject && this.#tokens.peek(scopes, options, subject)
  }

  getToken(scopes: string | string[], options?: OnBehalfOfGetTokenOptions): Promise<AccessToken> {
    const assertion = options?.userAssertionToken ?? this.#defaultAssertion
    if (typeof assertion !== 'string' || assertion === '') return this.#reject(assertion)
    const subject = this.#subjects.of(assertion)
    if (subject instanceof Promise) return subject.then((later) => this.#tokens.getToken(scopes, options, later))
    return this.#tokens.getToken(scopes, options, subject)
  }

  async getTokenInfo(scopes: string | string[], options?: OnBehalfOfGetTokenOptions): Promise<AccessTokenInfo> {
    const access = await this.getToken(scopes, options)
    return (await import('../source/token-info.ts')).tokenInfo(access, this.#name)
  }

  close(): Promise<void> {
    this.#subjects.forget()
    return this.#tokens.close()
  }

  async #reject(assertion: unknown): Promise<never> {
    checkRequired(this.#name, { userAssertionToken: assertion })
    throw new TypeError(`${this.#name}: userAssertionToken must be a string.`)
  }
}

/** The values of options that must not appear in messages. */
function secretsOf(options: OnBehalfOfCredentialOptions): readonly unknown[] {
  const {
    userAssertionToken,
    clientSecret: secret,
    certificatePassword,
  } = options as OnBehalfOfCredentialBase &
    Partial<OnBehalfOfCredentialSecretOptions & OnBehalfOfCredentialCertificateOptions>
  return [userAssertionToken, secret, certificatePassword]
}

/** How the application authenticates itself. Throws unless the options have exactly one way. */
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
    throw new TypeError(`${name}: ${names.join(' and ')} are given. Pass only one of them.`)
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
