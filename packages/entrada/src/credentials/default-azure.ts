import { Chain } from '../chain/chain.ts'
import { OneWinner } from '../chain/winners.ts'
import { AzureAuthorityHosts } from '../oauth/authority.ts'
import { type Env, settingOf } from '../runtime/environment.ts'
import { hostOf } from '../runtime/host.ts'
import type { OwnOptions } from '../source/check-options.ts'
import { openContext } from '../source/context.ts'
import type { CredentialOptions } from '../source/options.ts'
import { ChainCredential } from './chain-credential.ts'
import { buildMember, selectMembers } from './default-members.ts'
import { checkMemberOptions, type Exclusions, type MemberOptions, memberOptions } from './default-options.ts'
import { authorityFault } from './malformed-environment.ts'

/** Variables that `requiredEnvVars` can ask for. */
export type DefaultAzureCredentialEnvVars =
  | 'AZURE_TOKEN_CREDENTIALS'
  | 'AZURE_CLIENT_ID'
  | 'AZURE_TENANT_ID'
  | 'AZURE_CLIENT_SECRET'
  | 'AZURE_CLIENT_CERTIFICATE_PATH'
  | 'AZURE_CLIENT_CERTIFICATE_PASSWORD'
  | 'AZURE_ADDITIONALLY_ALLOWED_TENANTS'
  | 'AZURE_CLIENT_SEND_CERTIFICATE_CHAIN'
  | 'AZURE_FEDERATED_TOKEN_FILE'

/** Options of `DefaultAzureCredential`. */
export interface DefaultAzureCredentialOptions extends CredentialOptions, Exclusions, MemberOptions {
  /**
   * The constructor throws if one of these variables is missing, so that an incomplete deployment fails when it starts.
   */
  requiredEnvVars?: DefaultAzureCredentialEnvVars | DefaultAzureCredentialEnvVars[]
}

/** Selects a user-assigned managed identity, or the workload identity, by its client id. */
export interface DefaultAzureCredentialClientIdOptions extends DefaultAzureCredentialOptions {
  /**
   * Client id of a user-assigned managed identity, and of the workload identity unless that has its own; default
   * `AZURE_CLIENT_ID`.
   */
  managedIdentityClientId?: string
  /** Client id of the workload identity; default `managedIdentityClientId`, or else `AZURE_CLIENT_ID`. */
  workloadIdentityClientId?: string
}

/** Selects a user-assigned managed identity by its Azure resource id. */
export interface DefaultAzureCredentialResourceIdOptions extends DefaultAzureCredentialOptions {
  /** Its resource id, such as `/subscriptions/…/userAssignedIdentities/web`. */
  managedIdentityResourceId: string
}

/**
 * The credential for programs that run anywhere: it tries, in order, what a deployment or a developer's machine offers,
 * and stays with the first that has a token.
 *
 * `AZURE_TOKEN_CREDENTIALS` (`prod`, `dev` or one name) and the `exclude...` options narrow the choice. `getToken`
 * rejects with `AggregateAuthenticationError`, which says for every member why it cannot be used and what to do, or
 * with the error of the member that was refused.
 */
export class DefaultAzureCredential extends ChainCredential {
  /**
   * @throws TypeError for an invalid option or `AZURE_TOKEN_CREDENTIALS`, `Error` for a missing variable of
   * `requiredEnvVars`.
   */
  constructor(options?: DefaultAzureCredentialOptions) {
    super('DefaultAzureCredential', (name) => {
      const { env } = hostOf(options?.host)
      const { authorityHost, allowInsecureConnection, tenantId } = options ?? {}
      const tenants = [tenantId, settingOf(env, 'AZURE_TENANT_ID')]
      const fault = authorityFault(env, { authorityHost, allowInsecureConnection, tenants }, name)
      // Members that need an authority are then unavailable; the others work without one.
      const publicCloud = { authorityHost: AzureAuthorityHosts.AzurePublicCloud }
      const own: OwnOptions<DefaultAzureCredentialOptions> = { ...memberOptions, requiredEnvVars: true }
      const context = openContext(name, fault === undefined ? options : { ...options, ...publicCloud }, { own })
      const { host, emit, quote } = context
      checkMemberOptions(options ?? {}, name, quote)
      checkRequiredVariables(options?.requiredEnvVars, host.env, name)
      const members = selectMembers(options ?? {}, host.env, name, quote).map((kind) => {
        return buildMember(kind, context.forMember(kind.name), options ?? {}, fault)
      })
      return new Chain(
        { name, members, monotonic: host.monotonic, emit, quote, release: context.close },
        new OneWinner(),
      )
    })
  }
}

/** A new `DefaultAzureCredential`, as `@azure/identity` offers it. */
export function getDefaultAzureCredential(): DefaultAzureCredential {
  return new DefaultAzureCredential()
}

/** On Windows also `ProgramFiles(x86)`. */
const variableName = /^[^\p{Cc}\s=]{1,255}$/u

function checkRequiredVariables(
  required: DefaultAzureCredentialOptions['requiredEnvVars'],
  env: Env,
  who: string,
): void {
  const names: unknown[] = required === undefined ? [] : Array.isArray(required) ? required : [required]
  if (!names.every((name) => typeof name === 'string' && variableName.test(name))) {
    throw new TypeError(`${who}: options.requiredEnvVars must be the name of a variable, or a list of names.`)
  }
  const missing = names.filter((name) => !Object.hasOwn(env, name as string) || !settingOf(env, name as string))
  if (missing.length === 0) return
  const [variables, are] = missing.length === 1 ? ['variable', 'is'] : ['variables', 'are']
  throw new Error(
    `${who}: Required environment ${variables} '${missing.join(', ')}' for DefaultAzureCredential ${are} not set or empty. Set the missing variables, or remove them from requiredEnvVars.`,
  )
}
