import { CredentialUnavailableError } from '../errors.ts'
import { tokenFromFile } from '../federation/token-file.ts'
import { readTokenProxy, tokenProxyTransport } from '../federation/token-proxy.ts'
import { openHttp } from '../http/http.ts'
import { clientAssertion } from '../oauth/client-authentication.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { settingOf, unreadable } from '../runtime/environment.ts'
import { checkSetting } from '../runtime/malformed-variable.ts'
import { applicationTokens } from '../source/application-source.ts'
import type { OwnOptions } from '../source/check-options.ts'
import { type CredentialContext, openContext } from '../source/context.ts'
import type { CredentialOptions } from '../source/options.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { checkRequired } from '../source/required-arguments.ts'
import type { TokenSource } from '../source/token-source.ts'
import { Credential } from './credential.ts'
import { listOf } from './list-of.ts'

/** The workload's identity, where the environment does not give it. */
interface WorkloadIdentity {
  /** Id (a GUID) or domain of the tenant. Default `AZURE_TENANT_ID`. */
  tenantId?: string
  /** The application (client) id. Default `AZURE_CLIENT_ID`. */
  clientId?: string
  /** The file of the service-account token. Default `AZURE_FEDERATED_TOKEN_FILE`. */
  tokenFilePath?: string
  /** Sends the requests through the token proxy of AKS identity binding that `AZURE_KUBERNETES_TOKEN_PROXY` names. */
  enableAzureProxy?: boolean
}

/** The same, with each value possibly `undefined`. */
type Given = { [Name in keyof WorkloadIdentity]: WorkloadIdentity[Name] | undefined }

/** Options of `WorkloadIdentityCredential`. */
export interface WorkloadIdentityCredentialOptions extends CredentialOptions, WorkloadIdentity {}

/**
 * Signs a workload in with the token that its platform keeps in a file (Microsoft Entra Workload ID on Kubernetes).
 * Options that are left out come from `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_FEDERATED_TOKEN_FILE`.
 *
 * `getToken` rejects with `CredentialUnavailableError` for a file that cannot be read, is empty, or contains an expired
 * token.
 */
export class WorkloadIdentityCredential extends Credential {
  /**
   * @throws CredentialUnavailableError for a value that neither the options nor the environment give, `TypeError` for a
   * malformed one.
   */
  constructor(options?: WorkloadIdentityCredentialOptions) {
    super('WorkloadIdentityCredential', (name) => {
      const own: OwnOptions<WorkloadIdentityCredentialOptions> = {
        tenantId: true,
        clientId: true,
        tokenFilePath: true,
        enableAzureProxy: true,
      }
      const context = openContext(name, options, { own })
      return unlessInPage(context, () => workloadTokens(context, options ?? {}))
    })
  }
}

/** The tokens of a workload, for the credential itself and for the default chain. */
export function workloadTokens(context: CredentialContext, workload: Given): TokenSource {
  const { name, host } = context
  const { tenantId, clientId, path } = identityOf(workload, context)
  checkRequired(name, { clientId, tokenFilePath: path })
  checkTenant(tenantId, `${name}: tenantId`, context.quote)
  const { files, now, monotonic } = host
  const read = tokenFromFile({ credential: name, path, files, now, monotonic, quote: context.quote })
  const through = workload.enableAzureProxy === true ? behindTokenProxy(context) : context
  return applicationTokens({ tenantId, clientId, authenticate: clientAssertion(read) }, through)
}

function identityOf(workload: Given, context: CredentialContext): { tenantId: string; clientId: string; path: string } {
  const { name, host } = context
  const or = (given: string | undefined, variable: string, check?: (value: string) => void): string => {
    const value = given ? undefined : settingOf(host.env, variable)
    if (value !== undefined) checkSetting(name, variable, value, () => check?.(value))
    return given || value || ''
  }
  const isTenant = (value: string): void => checkTenant(value, 'AZURE_TENANT_ID', context.quote)
  const found = {
    clientId: or(workload.clientId, 'AZURE_CLIENT_ID'),
    tenantId: or(workload.tenantId, 'AZURE_TENANT_ID', isTenant),
    path: or(workload.tokenFilePath, 'AZURE_FEDERATED_TOKEN_FILE'),
  }
  const words = [
    ['clientId', 'AZURE_CLIENT_ID', found.clientId],
    ['tenantId', 'AZURE_TENANT_ID', found.tenantId],
    ['tokenFilePath', 'AZURE_FEDERATED_TOKEN_FILE', found.path],
  ] as const
  const missing = words.filter(([, , value]) => value === '')
  if (missing.length === 0) return found
  const denied = unreadable(missing.map(([, variable]) => variable))
  if (denied !== undefined) throw new CredentialUnavailableError({ who: name, ...denied })
  const options = listOf(missing.map(([option]) => option))
  const variables = listOf(missing.map(([, variable]) => variable))
  const are = missing.length === 1 ? 'is a required parameter' : 'are required parameters'
  const remedy = `Pass ${options}, or set ${variables}, as the workload identity webhook does.`
  throw new CredentialUnavailableError({ who: name, reason: `is unavailable. ${options} ${are}.`, remedy })
}

/** The same context with connections through the token proxy of AKS, if the environment names one. */
function behindTokenProxy(context: CredentialContext): CredentialContext {
  const { name, host, options, emit } = context
  const proxy = readTokenProxy(host.env, name)
  if (proxy === undefined) return context
  const { transport, check, close } = tokenProxyTransport(proxy, host, name, context.quote)
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
