import { clientAssertion } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import { applicationTokens } from './application.ts'
import { openContext } from './context.ts'
import { type Tokens, unlessInPage } from './not-in-page.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'
import { checkRequired } from './required.ts'

export interface ClientAssertionCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions {}

/**
 * Signs an application in with an assertion that the caller makes: a JWT of an identity provider that the application
 * trusts (a federated identity credential), or one signed with a key of its own (RFC 7523).
 *
 * `getAssertion` is called once a token request and never for a cached token; what it throws, `getToken` rejects with.
 */
export class ClientAssertionCredential implements EntradaCredential {
  readonly name = 'ClientAssertionCredential'
  readonly #tokens: Tokens

  /**
   * @param tenantId - Id (a GUID) or domain of the tenant.
   * @param clientId - Id of the application.
   * @param getAssertion - Gives the assertion, or a promise of it.
   * @throws CredentialUnavailableError for a missing argument, `TypeError` for a malformed one.
   */
  constructor(
    tenantId: string,
    clientId: string,
    getAssertion: () => string | Promise<string>,
    options?: ClientAssertionCredentialOptions,
  ) {
    const name = 'ClientAssertionCredential'
    checkRequired(name, { tenantId, clientId })
    checkCallback(getAssertion, name)
    checkTenant(tenantId, `${name}: tenantId`)
    const authenticate = clientAssertion(async () => checkAssertion(await getAssertion(), name))
    const context = openContext(name, options)
    this.#tokens = unlessInPage(context, () => applicationTokens({ tenantId, clientId, authenticate }, context))
    polyfillAsyncDispose(this)
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#tokens.getToken(scopes, options)
  }

  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#tokens.getTokenInfo(scopes, options)
  }

  close(): Promise<void> {
    return this.#tokens.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** A missing callback is `CredentialUnavailableError`, another value a `TypeError`, which does not repeat it. */
export function checkCallback(getAssertion: unknown, who: string): void {
  if (typeof getAssertion === 'function') return
  checkRequired(who, { getAssertion })
  throw new TypeError(
    `${who}: getAssertion is of type ${typeof getAssertion}; it must be a function that gives the text.`,
  )
}

/** An assertion is a text; the fault of another is its maker's, and its value is not repeated. */
export function checkAssertion(assertion: unknown, who: string): string {
  if (typeof assertion === 'string' && assertion.trim() !== '') return assertion.trim()
  const what = typeof assertion === 'string' ? 'an empty text' : `a value of type ${typeof assertion}`
  throw new TypeError(`${who}: getAssertion gave ${what}. It must give the assertion, a JWT, as text.`)
}
