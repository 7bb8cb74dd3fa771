import { CredentialUnavailableError } from '../errors.ts'
import { secureUrl } from '../http/secure-url.ts'
import { clientAssertion } from '../oauth/client-authentication.ts'
import { federationAudience } from '../oauth/federation-audience.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { secretOf, settingOf, unreadable } from '../runtime/environment.ts'
import { checkSetting } from '../runtime/malformed-variable.ts'
import { applicationTokens } from '../source/application-source.ts'
import type { OwnOptions } from '../source/check-options.ts'
import { type CredentialContext, openContext } from '../source/context.ts'
import type { CredentialOptions } from '../source/options.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { checkRequired } from '../source/required-arguments.ts'
import type { TokenSource } from '../source/token-source.ts'
import { Credential } from './credential.ts'

/** Options of `GitHubActionsCredential`. */
export interface GitHubActionsCredentialOptions extends CredentialOptions {
  /** Id (a GUID) or domain of the tenant. Default `AZURE_TENANT_ID`. */
  tenantId?: string
  /** The application (client) id. Default `AZURE_CLIENT_ID`. */
  clientId?: string
}

/**
 * Signs a GitHub Actions job in with the OIDC token of its run. The job needs `permissions: { id-token: write }`, and
 * the application needs a federated identity credential for the repository.
 */
export class GitHubActionsCredential extends Credential {
  /** @throws CredentialUnavailableError for a missing id or outside such a job, `TypeError` for a malformed one. */
  constructor(options?: GitHubActionsCredentialOptions) {
    super('GitHubActionsCredential', (name) => {
      const own: OwnOptions<GitHubActionsCredentialOptions> = { tenantId: true, clientId: true }
      const context = openContext(name, options, { own })
      return unlessInPage(context, () => gitHubTokens(context, options ?? {}))
    })
  }
}

/** The tokens of a job, for the credential itself and for the default chain. */
export function gitHubTokens(
  context: CredentialContext,
  job: { tenantId?: string | undefined; clientId?: string | undefined },
): TokenSource {
  const { name, host, authority } = context
  const { env } = host
  const required = (option: string, given: string | undefined, variable: string): string => {
    const value = given ?? settingOf(env, variable)
    const remedy = `Pass ${option}, or set ${variable}.`
    if (!value) {
      const problem = unreadable([variable]) ?? { reason: `${option} is a required parameter.`, remedy }
      throw new CredentialUnavailableError({ who: name, ...problem })
    }
    if (given === undefined) checkSetting(name, variable, value)
    return value
  }
  const tenantId = required('tenantId', job.tenantId, 'AZURE_TENANT_ID')
  const clientId = required('clientId', job.clientId, 'AZURE_CLIENT_ID')
  checkRequired(name, { clientId })
  if (job.tenantId !== undefined) checkTenant(tenantId, `${name}: tenantId`, context.quote)
  else checkSetting(name, 'AZURE_TENANT_ID', tenantId, () => checkTenant(tenantId, 'AZURE_TENANT_ID', context.quote))
  const address = settingOf(env, 'ACTIONS_ID_TOKEN_REQUEST_URL')
  const access = secretOf(env, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN')
  if (!address || !access) {
    const missing = address ? 'ACTIONS_ID_TOKEN_REQUEST_TOKEN' : 'ACTIONS_ID_TOKEN_REQUEST_URL'
    const remedy = 'Run it in a job of GitHub Actions with `permissions: id-token: write`.'
    throw new CredentialUnavailableError({ who: name, reason: `${missing} is not set.`, remedy })
  }
  // A value that a header cannot carry is not a token.
  checkSetting(name, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', access, () => {
    checkRequired(name, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: access })
  })
  checkSetting(name, 'ACTIONS_ID_TOKEN_REQUEST_URL', address, () => {
    secureUrl(address, 'ACTIONS_ID_TOKEN_REQUEST_URL')
  })
  const url = new URL(address)
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
      remedy: 'Check that the job has `permissions: id-token: write`.',
    })
  })
  return applicationTokens({ tenantId, clientId, authenticate }, context)
}
