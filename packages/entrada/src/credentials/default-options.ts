import { checkTenant } from '../oauth/tenant.ts'
import type { Quote } from '../runtime/quoted.ts'

/**
 * Leaves members out of the default chain, or adds optional ones. Each option takes precedence over the variable
 * `AZURE_TOKEN_CREDENTIALS`, which decides on the others.
 */
export interface Exclusions {
  /** Leaves out the application or user in the environment variables. Default `false`. */
  excludeEnvironmentCredential?: boolean
  /** Leaves out the workload identity of Kubernetes. Default `false`. */
  excludeWorkloadIdentityCredential?: boolean
  /** `false` adds the identity of the GitHub Actions job. Default `true`. */
  excludeGitHubActionsCredential?: boolean
  /** Leaves out the managed identity of the Azure host. Default `false`. */
  excludeManagedIdentityCredential?: boolean
  /** Leaves out the account in the token cache that developer tools share. Default `false`. */
  excludeSharedTokenCacheCredential?: boolean
  /** Leaves out the user of Visual Studio Code's Azure Resources extension. Default `false`. */
  excludeVisualStudioCodeCredential?: boolean
  /** Leaves out the account of `az login`. Default `false`. */
  excludeAzureCliCredential?: boolean
  /** Leaves out the account of `Connect-AzAccount`. Default `false`. */
  excludeAzurePowerShellCredential?: boolean
  /** Leaves out the account of `azd auth login`. Default `false`. */
  excludeAzureDeveloperCliCredential?: boolean
  /** `false` adds a person's sign-in through the browser, as the last member but one. Default `true`. */
  excludeInteractiveBrowserCredential?: boolean
  /** Leaves out the account of the operating system's broker, which needs a plug-in. Default `false`. */
  excludeBrokerCredential?: boolean
}

/** The `exclude...` options, one for each member. */
export type ExcludeOption = keyof Exclusions

/** The options of the default chain that its members read. */
export interface MemberOptions {
  /**
   * The tenant of the workload identity (default `AZURE_TENANT_ID`), and the tenant that developer tools get tokens in
   * (default their own).
   */
  tenantId?: string
  /** How long a developer tool may take, in milliseconds; default 10,000. */
  processTimeoutInMs?: number
  /**
   * Client id of a user-assigned managed identity, and of the workload identity unless that has its own; default
   * `AZURE_CLIENT_ID`.
   */
  managedIdentityClientId?: string
  /** Resource id of a user-assigned managed identity. Only one of the three may be given. */
  managedIdentityResourceId?: string
  /** Object id of a user-assigned managed identity. */
  managedIdentityObjectId?: string
  /**
   * How long the chain waits for a first response from IMDS before it goes on, in milliseconds. By default, or if it is
   * 0: a call's `requestOptions.timeout`, up to 10,000, or else 1,000.
   */
  managedIdentityProbeTimeoutInMs?: number
  /** Client id of the workload identity; default `managedIdentityClientId`, or else `AZURE_CLIENT_ID`. */
  workloadIdentityClientId?: string
  /** Tenant of the workload identity; default `tenantId`, or else `AZURE_TENANT_ID`. */
  workloadIdentityTenantId?: string
  /** User name of the account in the shared token cache; default `AZURE_USERNAME`. */
  sharedCacheUsername?: string
  /** Home tenant of the account in the shared token cache; default `tenantId`, or else `AZURE_TENANT_ID`. */
  sharedCacheTenantId?: string
  /**
   * The tenant in which the user of Visual Studio Code gets tokens; default `tenantId`, or else the tenant of their
   * sign-in.
   */
  visualStudioCodeTenantId?: string
  /**
   * The tenant that a person signs in to in the browser; default `tenantId`, or else `AZURE_TENANT_ID`, or else their
   * own.
   */
  interactiveBrowserTenantId?: string
  /** The application that a person signs in to in the browser; default the Azure CLI's. */
  interactiveBrowserClientId?: string
  /** The tenant that the broker gets tokens in; default `tenantId`, or else the account's own. */
  brokerTenantId?: string
  /** Sends the workload identity's requests through the token proxy of AKS identity binding. Default `false`. */
  enableAzureProxy?: boolean
}

type CheckMemberOption = (value: unknown, source: string, quote: Quote) => void

const text: CheckMemberOption = (value, source, quote) => {
  if (typeof value !== 'string') throw new TypeError(`${source} is ${quote(value)}; it must be a string.`)
}

const milliseconds: CheckMemberOption = (value, source, quote) => {
  if (typeof value === 'number' && value >= 0) return
  throw new TypeError(`${source} is ${quote(value)}; it must be a number of milliseconds of 0 or more.`)
}

/**
 * A check for each option of the members: a new option without one does not compile. Other options are checked for all
 * credentials.
 */
const checks: Readonly<
  Record<Exclude<keyof MemberOptions, 'managedIdentityProbeTimeoutInMs' | 'enableAzureProxy'>, CheckMemberOption>
> = {
  tenantId: checkTenant,
  processTimeoutInMs: milliseconds,
  managedIdentityClientId: text,
  managedIdentityResourceId: text,
  managedIdentityObjectId: text,
  workloadIdentityClientId: text,
  workloadIdentityTenantId: checkTenant,
  sharedCacheUsername: text,
  sharedCacheTenantId: checkTenant,
  visualStudioCodeTenantId: checkTenant,
  interactiveBrowserTenantId: checkTenant,
  interactiveBrowserClientId: text,
  brokerTenantId: checkTenant,
}

/**
 * Throws a `TypeError` that names the option by its name in the chain, whether or not the member that reads it takes
 * part. An empty string counts as not given, like an unset variable.
 */
export function checkMemberOptions(options: MemberOptions, who: string, quote: Quote): void {
  for (const [name, check] of Object.entries(checks)) {
    const value = options[name as keyof MemberOptions]
    if ((value ?? '') !== '') check(value, `${who}: options.${name}`, quote)
  }
}

/** All these options, by name. */
export const memberOptions: Readonly<Record<ExcludeOption | keyof MemberOptions, true>> = {
  excludeEnvironmentCredential: true,
  excludeWorkloadIdentityCredential: true,
  excludeGitHubActionsCredential: true,
  excludeManagedIdentityCredential: true,
  excludeSharedTokenCacheCredential: true,
  excludeVisualStudioCodeCredential: true,
  excludeAzureCliCredential: true,
  excludeAzurePowerShellCredential: true,
  excludeAzureDeveloperCliCredential: true,
  excludeInteractiveBrowserCredential: true,
  excludeBrokerCredential: true,
  tenantId: true,
  processTimeoutInMs: true,
  managedIdentityClientId: true,
  managedIdentityResourceId: true,
  managedIdentityObjectId: true,
  managedIdentityProbeTimeoutInMs: true,
  workloadIdentityClientId: true,
  workloadIdentityTenantId: true,
  sharedCacheUsername: true,
  sharedCacheTenantId: true,
  visualStudioCodeTenantId: true,
  interactiveBrowserTenantId: true,
  interactiveBrowserClientId: true,
  brokerTenantId: true,
  enableAzureProxy: true,
}
