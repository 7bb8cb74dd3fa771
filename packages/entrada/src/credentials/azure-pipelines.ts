import { CredentialUnavailableError } from '../errors.ts'
import { secureUrl } from '../http/secure-url.ts'
import { clientAssertion } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { settingOf } from '../runtime/environment.ts'
import { checkSetting } from '../runtime/malformed-variable.ts'
import { applicationTokens } from '../source/application-source.ts'
import type { OwnOptions } from '../source/check-options.ts'
import { type CredentialContext, openContext } from '../source/context.ts'
import type { CredentialOptions } from '../source/options.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { checkRequired } from '../source/required-arguments.ts'
import type { TokenSource } from '../source/token-source.ts'
import { Credential } from './credential.ts'

/** Options of `AzurePipelinesCredential`. */
export interface AzurePipelinesCredentialOptions extends CredentialOptions {}

/** The same as a single object, as in the Python package. */
export interface AzurePipelinesIdentity {
  /** Id (a GUID) or domain of the tenant. */
  tenantId: string
  /** The application (client) id of the service connection's identity. */
  clientId: string
  /** The id of the service connection, which is in its address in Azure DevOps. */
  serviceConnectionId: string
  /** The job's `$(System.AccessToken)`. */
  systemAccessToken: string
}

/**
 * Signs a job of Azure Pipelines in through its service connection (workload identity federation). An OIDC token is
 * requested once per token request, from the address in `SYSTEM_OIDCREQUESTURI`.
 */
export class AzurePipelinesCredential extends Credential {
  /** @throws CredentialUnavailableError for a missing argument or outside a pipeline, `TypeError` for a malformed one. */
  constructor(
    tenantId: string,
    clientId: string,
    serviceConnectionId: string,
    systemAccessToken: string,
    options?: AzurePipelinesCredentialOptions,
  )
  /** @throws CredentialUnavailableError for a missing argument or outside a pipeline, `TypeError` for a malformed one. */
  constructor(identity: AzurePipelinesIdentity & AzurePipelinesCredentialOptions)
  constructor(
    first: string | (AzurePipelinesIdentity & AzurePipelinesCredentialOptions),
    clientId?: string,
    serviceConnectionId?: string,
    systemAccessToken?: string,
    options?: AzurePipelinesCredentialOptions,
  ) {
    super('AzurePipelinesCredential', (name) => {
      const isBag = typeof first === 'object' && first !== null
      const given = (
        isBag ? first : { tenantId: first, clientId, serviceConnectionId, systemAccessToken }
      ) as AzurePipelinesIdentity
      const { tenantId, clientId: id, serviceConnectionId: connection, systemAccessToken: access } = given
      checkRequired(name, { tenantId, clientId: id, serviceConnectionId: connection, systemAccessToken: access })
      const own: OwnOptions<AzurePipelinesIdentity> | undefined = isBag
        ? { tenantId: true, clientId: true, serviceConnectionId: true, systemAccessToken: true }
        : undefined
      const context = openContext(name, isBag ? first : options, { tenantId, secrets: [access], own })
      checkTenant(tenantId, `${name}: tenantId`, context.quote)
      return unlessInPage(context, () => pipelinesTokens(context, given))
    })
  }
}

/** The tokens of a job, in exchange for the OIDC token of its service connection. */
function pipelinesTokens(context: CredentialContext, job: AzurePipelinesIdentity): TokenSource {
  const { tenantId, clientId, serviceConnectionId, systemAccessToken } = job
  const { name: credential, host, http, emit } = context
  const address = settingOf(host.env, 'SYSTEM_OIDCREQUESTURI')
  if (!address) {
    const remedy = 'Run it in a job of Azure Pipelines, and pass $(System.AccessToken).'
    throw new CredentialUnavailableError({ who: credential, reason: 'SYSTEM_OIDCREQUESTURI is not set.', remedy })
  }
  checkSetting(credential, 'SYSTEM_OIDCREQUESTURI', address)
  const url = secureUrl(address, `${credential}: SYSTEM_OIDCREQUESTURI`)
  url.pathname = url.pathname.replace(/(?<!\/)\/+$/, '')
  url.searchParams.set('api-version', '7.1')
  url.searchParams.set('serviceConnectionId', serviceConnectionId)
  const headers = {
    'Content-Type': 'application/json',
    Accept: 'application/json',
    Authorization: `Bearer ${systemAccessToken}`,
    // Without this header a refused job is redirected to a sign-in page.
    'X-TFS-FedAuthRedirect': 'Suppress',
  }
  const remedy = 'Check the id of the service connection, and that the job may use it and passes $(System.AccessToken).'
  const authenticate = clientAssertion(async ({ signal }) => {
    const { requestOidcToken } = await import('../federation/oidc-request.ts')
    const request = { method: 'POST', url: url.href, headers } as const
    return requestOidcToken({ credential, http, emit, signal, request, field: 'oidcToken', remedy })
  })
  return applicationTokens({ tenantId, clientId, authenticate }, context)
}
