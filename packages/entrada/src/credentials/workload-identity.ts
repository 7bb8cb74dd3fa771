import { CredentialUnavailableError } from '../errors.ts'
import { tokenFromFile } from '../federation/token-file.ts'
import { readTokenProxy, tokenProxyTransport } from '../federation/token-proxy.ts'
import { openHttp } from '../http/http.ts'
import { clientAssertion } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import { applicationTokens } from './application.ts'
import { type CredentialContext, openContext } from './context.ts'
import type { TokenSource } from './credential.ts'
import { listOf } from './list-of.ts'
import { type Tokens, unlessInPage } from './not-in-page.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'
import { checkRequired } from './required.ts'

/** Which workload, where the environment does not say it. */
export interface WorkloadIdentity {
  tenantId?: string | undefined
  clientId?: string | undefined
  /** The file of the service-account token. */
  tokenFilePath?: string | undefined
  /** Asks through the token proxy of AKS identity binding, as `AZURE_KUBERNETES_TOKEN_PROXY` names it. */
  enableAzureProxy?: boolean | undefined
}

export interface WorkloadIdentityCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions,
    WorkloadIdentity {}

/**
 * Signs a workload in with the token that its platform keeps in a file (Microsoft Entra Workload ID on Kubernetes).
 * What the options leave out comes from `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_FEDERATED_TOKEN_FILE`.
 *
 * `getToken` rejects with `CredentialUnavailableError` for a file that can't be read, is empty, or holds a token that has
 * expired.
 */
export class WorkloadIdentityCredential implements EntradaCredential {
  readonly name = 'WorkloadIdentityCredential'
  readonly #tokens: Tokens

  /** @throws CredentialUnavailableError for what neither the options nor the environment say, `TypeError` for no tenant. */
  constructor(options?: WorkloadIdentityCredentialOptions) {
    const context = openContext('WorkloadIdentityCredential', options)
    this.#tokens = unlessInPage(context, () => workloadTokens(context, options ?? {}))
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

/** The tokens of a workload, for the credential itself and for the default chain. */
export function workloadTokens(context: CredentialContext, workload: WorkloadIdentity): TokenSource {
  const { name, host } = context
  const { tenantId, clientId, path } = identityOf(workload, context)
  checkRequired(name, { clientId, tokenFilePath: path })
  checkTenant(tenantId, `${name}: tenantId or AZURE_TENANT_ID`)
  const read = tokenFromFile({ credential: name, path, files: host.files, now: host.now })
  const through = workload.enableAzureProxy === true ? behindTokenProxy(context) : context
  return applicationTokens({ tenantId, clientId, authenticate: clientAssertion(read) }, through)
}

function identityOf(
  workload: WorkloadIdentity,
  context: CredentialContext,
): { tenantId: string; clientId: string; path: string } {
  const { name, host } = context
  const or = (value: string | undefined, variable: string): string => value || host.env[variable]?.trim() || ''
  const found = {
    clientId: or(workload.clientId, 'AZURE_CLIENT_ID'),
    tenantId: or(workload.tenantId, 'AZURE_TENANT_ID'),
    path: or(workload.tokenFilePath, 'AZURE_FEDERATED_TOKEN_FILE'),
  }
  const words = [
    ['clientId', 'AZURE_CLIENT_ID', found.clientId],
    ['tenantId', 'AZURE_TENANT_ID', found.tenantId],
    ['tokenFilePath', 'AZURE_FEDERATED_TOKEN_FILE', found.path],
  ] as const
  const missing = words.filter(([, , value]) => value === '')
  if (missing.length === 0) return found
  const options = listOf(missing.map(([option]) => option))
  const variables = listOf(missing.map(([, variable]) => variable))
  const are = missing.length === 1 ? 'is a required parameter' : 'are required parameters'
  const mend = `Pass ${options}, or set ${variables}, as the workload identity webhook does.`
  throw new CredentialUnavailableError(`${name}: is unavailable. ${options} ${are}. ${mend}`, { mend })
}

/** The same context with connections through the token proxy of AKS, if the environment names one. */
function behindTokenProxy(context: CredentialContext): CredentialContext {
  const { name, host, options, emit } = context
  const proxy = readTokenProxy(host.env, name)
  if (proxy === undefined) return context
  const { transport, check, close } = tokenProxyTransport(proxy, host.files, host.env, name)
  const warn = (message: string): void => emit({ type: 'warning', message })
  const { httpClient: _, proxyOptions: __, tlsOptions: ___, ...rest } = options
  const http = openHttp({ ...rest, fetch: transport }, host, warn)
  return {
    ...context,
    http: {
      async send(request, call) {
        await check()
        return http.send(request, call)
      },
      close: http.close,
    },
    close() {
      close()
      context.close()
    },
  }
}
