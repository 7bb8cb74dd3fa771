import { CredentialUnavailableError } from '../errors.ts'
import { secureUrl } from '../http/secure-url.ts'
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

export interface AzurePipelinesCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions {}

/** The same as one bag, as the Python package has it. */
export interface AzurePipelinesIdentity {
  tenantId: string
  clientId: string
  serviceConnectionId: string
  /** The job's `$(System.AccessToken)`. */
  systemAccessToken: string
}

/**
 * Signs a job of Azure Pipelines in through its service connection (workload identity federation). The OIDC token is asked
 * for once a token request, at the address in `SYSTEM_OIDCREQUESTURI`.
 */
export class AzurePipelinesCredential implements EntradaCredential {
  readonly name = 'AzurePipelinesCredential'
  readonly #tokens: Tokens

  constructor(
    tenantId: string,
    clientId: string,
    serviceConnectionId: string,
    systemAccessToken: string,
    options?: AzurePipelinesCredentialOptions,
  )
  constructor(identity: AzurePipelinesIdentity & AzurePipelinesCredentialOptions)
  /** @throws CredentialUnavailableError for a missing argument or outside a pipeline, `TypeError` for a malformed one. */
  constructor(
    first: string | (AzurePipelinesIdentity & AzurePipelinesCredentialOptions),
    clientId?: string,
    serviceConnectionId?: string,
    systemAccessToken?: string,
    options?: AzurePipelinesCredentialOptions,
  ) {
    const name = 'AzurePipelinesCredential'
    const isBag = typeof first === 'object' && first !== null
    const given = isBag ? first : { tenantId: first, clientId, serviceConnectionId, systemAccessToken }
    const { tenantId, serviceConnectionId: connection, systemAccessToken: access } = given
    checkRequired(name, {
      tenantId,
      clientId: given.clientId,
      serviceConnectionId: connection,
      systemAccessToken: access,
    })
    checkTenant(tenantId, `${name}: tenantId`)
    const context = openContext(name, isBag ? first : options)
    const open = (): Tokens => {
      const { env } = context.host
      const address = env.SYSTEM_OIDCREQUESTURI?.trim()
      if (!address) {
        const mend = 'Run it in a job of Azure Pipelines, and pass $(System.AccessToken).'
        throw new CredentialUnavailableError(`${name}: SYSTEM_OIDCREQUESTURI is not set. ${mend}`, { mend })
      }
      const url = secureUrl(address, `${name}: SYSTEM_OIDCREQUESTURI`)
      url.pathname = url.pathname.replace(/\/+$/, '')
      url.searchParams.set('api-version', '7.1')
      url.searchParams.set('serviceConnectionId', connection as string)
      const headers = {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        Authorization: `Bearer ${access}`,
        // Without it a refused job is led to a sign-in page.
        'X-TFS-FedAuthRedirect': 'Suppress',
      }
      const { http, emit } = context
      const authenticate = clientAssertion(async ({ signal }) => {
        const { requestOidcToken } = await import('../federation/oidc-request.ts')
        return requestOidcToken({
          credential: name,
          http,
          emit,
          signal,
          request: { method: 'POST', url: url.href, headers },
          field: 'oidcToken',
          mend: 'Check the id of the service connection, and that the job may use it and passes $(System.AccessToken).',
        })
      })
      return applicationTokens({ tenantId, clientId: given.clientId as string, authenticate }, context)
    }
    this.#tokens = unlessInPage(context, open)
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
