import { clientAssertion } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { applicationTokens } from '../source/application-source.ts'
import { openContext } from '../source/context.ts'
import type { CredentialOptions } from '../source/options.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { checkRequired } from '../source/required-arguments.ts'
import { Credential } from './credential.ts'

/** Options of `ClientAssertionCredential`. */
export interface ClientAssertionCredentialOptions extends CredentialOptions {}

/**
 * Signs an application in with an assertion that your function supplies (RFC 7523): a JWT from an identity provider that
 * the application trusts (a federated identity credential), or one signed with a key of the application's own.
 *
 * `getAssertion` is called once for each token request, and never for a cached token. If it throws, `getToken` rejects
 * with what it threw.
 */
export class ClientAssertionCredential extends Credential {
  /**
   * @param tenantId - Id (a GUID) or domain of the tenant.
   * @param clientId - The application (client) id.
   * @param getAssertion - Returns the assertion, or a promise of it.
   * @throws CredentialUnavailableError for a missing argument, `TypeError` for a malformed one.
   */
  constructor(
    tenantId: string,
    clientId: string,
    getAssertion: () => string | Promise<string>,
    options?: ClientAssertionCredentialOptions,
  ) {
    super('ClientAssertionCredential', (name) => {
      checkRequired(name, { tenantId, clientId })
      checkCallback(getAssertion, name)
      const authenticate = clientAssertion(async () => checkAssertion(await getAssertion(), name))
      const context = openContext(name, options, { tenantId })
      checkTenant(tenantId, `${name}: tenantId`, context.quote)
      return unlessInPage(context, () => applicationTokens({ tenantId, clientId, authenticate }, context))
    })
  }
}

/** Throws `CredentialUnavailableError` for a missing callback, `TypeError` for anything else that is not one. */
export function checkCallback(getAssertion: unknown, who: string): void {
  if (typeof getAssertion === 'function') return
  checkRequired(who, { getAssertion })
  throw new TypeError(
    `${who}: getAssertion is of type ${typeof getAssertion}; it must be a function that returns the assertion.`,
  )
}

/** An assertion must be a non-empty string. Any other value is an error of the callback; the message does not repeat it. */
export function checkAssertion(assertion: unknown, who: string): string {
  if (typeof assertion === 'string' && assertion.trim() !== '') return assertion.trim()
  const what = typeof assertion === 'string' ? 'an empty string' : `a value of type ${typeof assertion}`
  throw new TypeError(`${who}: getAssertion returned ${what}. It must return the assertion, a JWT, as a string.`)
}
