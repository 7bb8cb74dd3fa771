import { brokerTokens } from '../broker/broker-source.ts'
import { visualStudioCodeTokens } from '../broker/vs-code-source.ts'
import type { Member, MemberHooks } from '../chain/ask-members.ts'
import { CredentialUnavailableError, isUnavailable, type Problem } from '../errors.ts'
import { type ManagedIdentityIds, parseIdentity } from '../managed-identity/identity.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { type Env, settingOf } from '../runtime/environment.ts'
import { checkSetting, MalformedVariable } from '../runtime/malformed-variable.ts'
import type { Quote } from '../runtime/quoted.ts'
import { sharedCacheTokens } from '../shared-cache/shared-cache-source.ts'
import type { CredentialContext } from '../source/context.ts'
import type { CredentialSource } from '../source/credential-source.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { inSpan } from '../source/tracing.ts'
import { UnavailableSource } from '../source/unavailable-source.ts'
import { identityIn } from '../user/user-options.ts'
import { azureCliTokens } from './azure-cli.ts'
import { azureDeveloperCliTokens } from './azure-developer-cli.ts'
import { azurePowerShellTokens } from './azure-powershell.ts'
import type { ExcludeOption, Exclusions, MemberOptions } from './default-options.ts'
import { environmentTokens } from './environment.ts'
import { gitHubTokens } from './github-actions.ts'
import { interactiveTokens } from './interactive-browser.ts'
import { managedTokens } from './managed-identity.ts'
import { workloadTokens } from './workload-identity.ts'

export interface MemberKind {
  name: string
  exclude: ExcludeOption
  /** Whether `AZURE_TOKEN_CREDENTIALS=prod` or `=dev` selects it. */
  group: 'prod' | 'dev'
  /** Left out unless its `exclude...` option is `false`, or `AZURE_TOKEN_CREDENTIALS` names it. */
  isOptional?: true
  /** Set if it cannot work without an authority. */
  needsAuthority?: true
  build(
    context: CredentialContext,
    options: MemberOptions & Exclusions,
    authorityFault: MalformedVariable | undefined,
  ): Member['credential']
}

/** The members of the default chain, in order. */
const memberKinds: readonly MemberKind[] = [
  {
    name: 'EnvironmentCredential',
    exclude: 'excludeEnvironmentCredential',
    group: 'prod',
    needsAuthority: true,
    build: environmentTokens,
  },
  {
    name: 'WorkloadIdentityCredential',
    exclude: 'excludeWorkloadIdentityCredential',
    group: 'prod',
    needsAuthority: true,
    build: (context, options) =>
      workloadTokens(context, {
        tenantId: options.workloadIdentityTenantId ?? options.tenantId,
        clientId: options.workloadIdentityClientId ?? options.managedIdentityClientId,
        enableAzureProxy: options.enableAzureProxy,
      }),
  },
  {
    name: 'ManagedIdentityCredential',
    exclude: 'excludeManagedIdentityCredential',
    group: 'prod',
    build: (context, options, exchangeFault) =>
      managedTokens(context, identityOf(options, context), {
        isTokenExchangeExcluded: options.excludeWorkloadIdentityCredential === true,
        exchangeFault,
        probeTimeoutMs: options.managedIdentityProbeTimeoutInMs,
      }),
  },
  {
    name: 'GitHubActionsCredential',
    exclude: 'excludeGitHubActionsCredential',
    group: 'prod',
    isOptional: true,
    needsAuthority: true,
    build: (context, { tenantId }) => gitHubTokens(context, { tenantId }),
  },
  {
    name: 'SharedTokenCacheCredential',
    exclude: 'excludeSharedTokenCacheCredential',
    group: 'dev',
    needsAuthority: true,
    build: (context, { sharedCacheUsername, sharedCacheTenantId, tenantId }) =>
      sharedCacheTokens(context, {
        username: sharedCacheUsername ?? checked(context, 'AZURE_USERNAME'),
        tenantId: sharedCacheTenantId ?? tenantId ?? tenantIn(context),
      }),
  },
  {
    name: 'VisualStudioCodeCredential',
    exclude: 'excludeVisualStudioCodeCredential',
    group: 'dev',
    needsAuthority: true,
    build: (context, { visualStudioCodeTenantId, tenantId }) =>
      visualStudioCodeTokens(context, visualStudioCodeTenantId ?? tenantId),
  },
  {
    name: 'AzureCliCredential',
    exclude: 'excludeAzureCliCredential',
    group: 'dev',
    build: azureCliTokens,
  },
  {
    name: 'AzurePowerShellCredential',
    exclude: 'excludeAzurePowerShellCredential',
    group: 'dev',
    build: azurePowerShellTokens,
  },
  {
    name: 'AzureDeveloperCliCredential',
    exclude: 'excludeAzureDeveloperCliCredential',
    group: 'dev',
    build: azureDeveloperCliTokens,
  },
  {
    name: 'InteractiveBrowserCredential',
    exclude: 'excludeInteractiveBrowserCredential',
    group: 'dev',
    isOptional: true,
    needsAuthority: true,
    build: (context, { interactiveBrowserTenantId, interactiveBrowserClientId: clientId, tenantId }) => {
      const asked = interactiveBrowserTenantId ?? tenantId ?? tenantIn(context)
      return interactiveTokens(identityIn(context, { tenantId: asked, clientId }))
    },
  },
  {
    name: 'BrokerCredential',
    exclude: 'excludeBrokerCredential',
    group: 'dev',
    needsAuthority: true,
    build: (context, { brokerTenantId, tenantId }) => brokerTokens(context, brokerTenantId ?? tenantId),
  },
]

function identityOf(options: MemberOptions, context: CredentialContext): ManagedIdentityIds {
  const { managedIdentityResourceId: resourceId, managedIdentityObjectId: objectId } = options
  // The resource id wins, as in `@azure/identity`: the client id may be meant for the workload identity.
  const given = resourceId ? undefined : options.managedIdentityClientId
  const isNamed = (given ?? resourceId ?? objectId) !== undefined
  const clientId = isNamed ? given : checked(context, 'AZURE_CLIENT_ID', isIdentity)
  return { clientId, resourceId, objectId }
}

function isIdentity(clientId: string): void {
  parseIdentity({ clientId }, 'AZURE_CLIENT_ID')
}

function tenantIn(context: CredentialContext): string | undefined {
  return checked(context, 'AZURE_TENANT_ID', (tenantId) => checkTenant(tenantId, 'AZURE_TENANT_ID', context.quote))
}

/** A checked setting from the environment. Throws a `MalformedVariable` for an unusable one. */
function checked(
  { name: who, host }: CredentialContext,
  name: string,
  check?: (value: string) => void,
): string | undefined {
  const value = settingOf(host.env, name)
  if (value !== undefined) checkSetting(who, name, value, () => check?.(value))
  return value
}

/**
 * The member of a kind. One that cannot be constructed here still takes its place in the chain, and gives the reason
 * when it is asked.
 */
export function buildMember(
  kind: MemberKind,
  context: CredentialContext,
  options: MemberOptions & Exclusions,
  authorityFault: MalformedVariable | undefined,
): Member {
  const credential = built(kind, context, options, authorityFault)
  return {
    name: kind.name,
    credential: withSpans(kind.name, credential as CredentialSource),
    hooks: credential as MemberHooks,
    stopsChain: kind.group === 'dev' ? () => false : stopsDeployment,
  }
}

/** A member with spans of its own, as it would have as a separate credential. */
function withSpans(name: string, source: CredentialSource): CredentialSource {
  return {
    getToken: (scopes, options) => inSpan({ name }, 'getToken', options, (asked) => source.getToken(scopes, asked)),
    getTokenInfo: (scopes, options) => source.getTokenInfo(scopes, options),
    close: () => source.close(),
  }
}

function built(
  kind: MemberKind,
  context: CredentialContext,
  options: MemberOptions & Exclusions,
  authorityFault: MalformedVariable | undefined,
): Member['credential'] {
  if (kind.needsAuthority && authorityFault !== undefined) return new UnavailableSource(context, authorityFault)
  try {
    return unlessInPage(context, () => kind.build(context, options, authorityFault) as CredentialSource)
  } catch (error) {
    if (!(error instanceof CredentialUnavailableError || error instanceof MalformedVariable)) throw error
    const { reason = error.message, remedy = '', kind } = error as Error & Partial<Problem>
    return new UnavailableSource(context, { reason, remedy, kind })
  }
}

/**
 * Whether an error stops the chain if it comes from a member that deployments use to sign in. A refusal that a person
 * could resolve does, although it is one of the "unavailable" errors: going on would silently change the identity.
 */
function stopsDeployment(error: Error): boolean {
  return !isUnavailable(error) || error.name === 'AuthenticationRequiredError'
}

/**
 * The members that the options and `AZURE_TOKEN_CREDENTIALS` select. An explicit `exclude...` option wins over the
 * variable, either way. Throws a `TypeError` for a value that does not name any, and for a chain without members.
 */
export function selectMembers(options: Exclusions, env: Env, who: string, quote: Quote): readonly MemberKind[] {
  for (const [name, value] of Object.entries(options)) {
    if (name.startsWith('exclude') && value !== undefined && typeof value !== 'boolean') {
      throw new TypeError(`${who}: options.${name} is ${quote(value)}; it must be true or false.`)
    }
  }
  const given = settingOf(env, 'AZURE_TOKEN_CREDENTIALS') ?? ''
  const asked = given.toLowerCase()
  const names = memberKinds.map(({ name }) => name)
  const isNamed = ({ name, group, isOptional }: MemberKind): boolean =>
    asked === name.toLowerCase() || (isOptional !== true && (asked === '' || asked === group))
  if (asked !== '' && asked !== 'prod' && asked !== 'dev' && !memberKinds.some(isNamed)) {
    throw new TypeError(
      `${who}: AZURE_TOKEN_CREDENTIALS is ${quote(given)}. Set it to prod, dev or one of: ${names.join(', ')}.`,
    )
  }
  const members = memberKinds.filter((kind) => {
    const excluded = options[kind.exclude]
    return excluded === undefined ? isNamed(kind) : !excluded
  })
  if (members.length > 0) return members
  const cause = asked === '' ? '' : ` and AZURE_TOKEN_CREDENTIALS=${given}`
  throw new TypeError(`${who}: the exclude options${cause} leave no credential to try. Keep at least one.`)
}
