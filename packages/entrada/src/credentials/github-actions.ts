import { CredentialUnavailableError } from '../errors.ts'
import { secureUrl } from '../http/secure-url.ts'
import { clientAssertion } from '../oauth/client-authentication.ts'
import { federationAudience } from '../oauth/federation-audience.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import { applicationTokens } from './application.ts'
import { type CredentialContext, openContext } from './context.ts'
import type { TokenSource } from './credential.ts'
import { type Tokens, unlessInPage } from './not-in-page.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'
import { checkRequired } from './required.ts'

export interface GitHubActionsCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions {
  /** Default `AZURE_TENANT_ID`. */
  tenantId?: string
  /** Default `AZURE_CLIENT_ID`. */
  clientId?: string
}

/**
 * Signs a job of GitHub Actions in with the OIDC token of its run. The job needs `permissions: { id-token: write }`, and
 * the application a federated identity credential for the repository.
 */
export class GitHubActionsCredential implements EntradaCredential {
  readonly name = 'GitHubActionsCredential'
  readonly #tokens: Tokens

  /** @throws CredentialUnavailableError for a missing id or outside such a job, `TypeError` for a malformed one. */
  constructor(options?: GitHubActionsCredentialOptions) {
    const context = openContext('GitHubActionsCredential', options)
    this.#tokens = unlessInPage(context, () => gitHubTokens(context, options ?? {}))
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

/** The tokens of a job, for the credential itself and for the default chain. */
export function gitHubTokens(
  context: CredentialContext,
  job: { tenantId?: string | undefined; clientId?: string | undefined },
): TokenSource {
  const { name, host, authority } = context
  const { env } = host
  const variableOf = (variable: string): string => env[variable]?.trim() ?? ''
  const required = (option: string, given: string | undefined, variable: string): string => {
    const value = given ?? variableOf(variable)
    const mend = `Pass ${option}, or set ${variable}.`
    if (value === '')
      throw new CredentialUnavailableError(`${name}: ${option} is a required parameter. ${mend}`, { mend })
    return value
  }
  const tenantId = required('tenantId', job.tenantId, 'AZURE_TENANT_ID')
  const clientId = required('clientId', job.clientId, 'AZURE_CLIENT_ID')
  checkRequired(name, { clientId })
  checkTenant(tenantId, `${name}: tenantId or AZURE_TENANT_ID`)
  const address = variableOf('ACTIONS_ID_TOKEN_REQUEST_URL')
  const access = variableOf('ACTIONS_ID_TOKEN_REQUEST_TOKEN')
  if (!address || !access) {
    const missing = address ? 'ACTIONS_ID_TOKEN_REQUEST_TOKEN' : 'ACTIONS_ID_TOKEN_REQUEST_URL'
    const mend = 'Run it in a job of GitHub Actions with `permissions: id-token: write`.'
    throw new CredentialUnavailableError(`${name}: ${missing} is not set. ${mend}`, { mend })
  }
  checkRequired(name, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: access })
  const url = secureUrl(address, `${name}: ACTIONS_ID_TOKEN_REQUEST_URL`)
  url.searchParams.set('audience', federationAudience(authority))
  const { http, emit } = context
  const authenticate = clientAssertion(async ({ signal }) => {
    const { requestOidcToken } = await import('../federation/oidc-request.ts')
    return requestOidcToken({
      credential: name,
      http,
      emit,
      signal,
      request: {
        method: 'GET',
        url: url.href,
        headers: { Accept: 'application/json', Authorization: `Bearer ${access}` },
      },
      field: 'value',
      mend: 'Check that the job has `permissions: id-token: write`.',
    })
  })
  return applicationTokens({ tenantId, clientId, authenticate }, context)
}
