import { CredentialUnavailableError } from '../errors.ts'
import type { ManagedIdentityIds } from '../managed-identity/identity.ts'
import type { Env } from '../runtime/host.ts'
import { azureCliTokens } from './azure-cli.ts'
import { azureDeveloperCliTokens } from './azure-developer-cli.ts'
import { azurePowerShellTokens } from './azure-powershell.ts'
import { brokerTokens } from './broker.ts'
import type { CredentialContext } from './context.ts'
import { environmentTokens } from './environment.ts'
import { gitHubTokens } from './github-actions.ts'
import { interactiveTokens } from './interactive-browser.ts'
import { managedTokens } from './managed-identity.ts'
import { type Tokens, unlessInPage } from './not-in-page.ts'
import { sharedCacheTokens } from './shared-cache-tokens.ts'
import { UnavailableSource } from './unavailable.ts'
import { identityIn } from './user-options.ts'
import { visualStudioCodeTokens } from './visual-studio-code.ts'
import type { Member, OwnMember } from './walk.ts'
import { workloadTokens } from './workload-identity.ts'

/** The `exclude...` options of the default chain, one a member. */
export type ExcludeOption =
  | 'excludeEnvironmentCredential'
  | 'excludeWorkloadIdentityCredential'
  /** Excluded unless this is `false`. */
  | 'excludeGitHubActionsCredential'
  | 'excludeManagedIdentityCredential'
  | 'excludeSharedTokenCacheCredential'
  | 'excludeVisualStudioCodeCredential'
  | 'excludeAzureCliCredential'
  | 'excludeAzurePowerShellCredential'
  | 'excludeAzureDeveloperCliCredential'
  /** Excluded unless this is `false`. */
  | 'excludeInteractiveBrowserCredential'
  | 'excludeBrokerCredential'

export interface MemberKind {
  name: string
  exclude: ExcludeOption
  /** Whether `AZURE_TOKEN_CREDENTIALS=prod` or `=dev` selects it. */
  group: 'prod' | 'dev'
  /** Left out unless its `exclude...` option is `false`, or `AZURE_TOKEN_CREDENTIALS` names it. */
  isOptional?: true
  build(context: CredentialContext, options: MemberOptions & Excluded): Member['credential']
}

type Excluded = Partial<Record<ExcludeOption, boolean>>

/** The options of the default chain that its members read. */
export interface MemberOptions {
  /**
   * The tenant of the workload identity, default `AZURE_TENANT_ID`, and the tenant that developer tools are asked in,
   * default their own.
   */
  tenantId?: string | undefined
  /** How long a developer tool may take, in milliseconds; default 10,000. */
  processTimeoutInMs?: number | undefined
  /** Client id of a user-assigned managed identity, and of the workload unless that has its own; default `AZURE_CLIENT_ID`. */
  managedIdentityClientId?: string | undefined
  /** Resource id of a user-assigned managed identity. Only one of the three may be given. */
  managedIdentityResourceId?: string | undefined
  /** Object id of a user-assigned managed identity. */
  managedIdentityObjectId?: string | undefined
  workloadIdentityClientId?: string | undefined
  workloadIdentityTenantId?: string | undefined
  /** Whose tokens of the shared token cache; default `AZURE_USERNAME`. */
  sharedCacheUsername?: string | undefined
  /** Home tenant of the account of the shared token cache; default `tenantId`, else `AZURE_TENANT_ID`. */
  sharedCacheTenantId?: string | undefined
  /** Default `tenantId`, else the tenant of the sign-in. */
  visualStudioCodeTenantId?: string | undefined
  /** The tenant that a person signs in to in the browser; default `tenantId`, else `AZURE_TENANT_ID`, else theirs. */
  interactiveBrowserTenantId?: string | undefined
  /** The application that a person signs in to in the browser; default the Azure CLI's. */
  interactiveBrowserClientId?: string | undefined
  /** The tenant that the broker is asked in; default `tenantId`, else the account's own. */
  brokerTenantId?: string | undefined
  /** The workload identity asks through the token proxy of AKS identity binding. */
  enableAzureProxy?: boolean | undefined
}

/** The members of the default chain, in order. */
const memberKinds: readonly MemberKind[] = [
  { name: 'EnvironmentCredential', exclude: 'excludeEnvironmentCredential', group: 'prod', build: environmentTokens },
  {
    name: 'WorkloadIdentityCredential',
    exclude: 'excludeWorkloadIdentityCredential',
    group: 'prod',
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
    build: (context, options) =>
      managedTokens(context, identityOf(options, context.host.env), {
        isTokenExchangeExcluded: options.excludeWorkloadIdentityCredential === true,
      }),
  },
  {
    name: 'GitHubActionsCredential',
    exclude: 'excludeGitHubActionsCredential',
    group: 'prod',
    isOptional: true,
    build: (context, { tenantId }) => gitHubTokens(context, { tenantId }),
  },
  {
    name: 'SharedTokenCacheCredential',
    exclude: 'excludeSharedTokenCacheCredential',
    group: 'dev',
    build: (context, { sharedCacheUsername, sharedCacheTenantId, tenantId }) =>
      sharedCacheTokens(context, {
        username: sharedCacheUsername ?? context.host.env.AZURE_USERNAME,
        tenantId: sharedCacheTenantId ?? tenantId ?? (context.host.env.AZURE_TENANT_ID?.trim() || undefined),
      }),
  },
  {
    name: 'VisualStudioCodeCredential',
    exclude: 'excludeVisualStudioCodeCredential',
    group: 'dev',
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
    build: (context, { interactiveBrowserTenantId, interactiveBrowserClientId: clientId, tenantId }) => {
      const asked = interactiveBrowserTenantId ?? tenantId ?? (context.host.env.AZURE_TENANT_ID?.trim() || undefined)
      return interactiveTokens(identityIn(context, { tenantId: asked, clientId }))
    },
  },
  {
    name: 'BrokerCredential',
    exclude: 'excludeBrokerCredential',
    group: 'dev',
    build: (context, { brokerTenantId, tenantId }) => brokerTokens(context, brokerTenantId ?? tenantId),
  },
]

function identityOf(options: MemberOptions, env: Env): ManagedIdentityIds {
  const { managedIdentityResourceId: resourceId, managedIdentityObjectId: objectId } = options
  const isNamedOtherwise = resourceId !== undefined || objectId !== undefined
  const clientId = options.managedIdentityClientId ?? (isNamedOtherwise ? undefined : env.AZURE_CLIENT_ID)
  return { clientId, resourceId, objectId }
}

/** The member of a kind. One that can't be constructed here is there all the same, and says why when it is asked. */
export function buildMember(kind: MemberKind, context: CredentialContext, options: MemberOptions & Excluded): Member {
  const credential = built(kind, context, options)
  return {
    name: kind.name,
    credential,
    own: credential as OwnMember,
    isFinal: isFinal(kind),
    isSoft: kind.group === 'dev',
  }
}

function built(kind: MemberKind, context: CredentialContext, options: MemberOptions & Excluded): Member['credential'] {
  try {
    return unlessInPage(context, () => kind.build(context, options) as Tokens)
  } catch (error) {
    if (!(error instanceof CredentialUnavailableError)) throw error
    const { message, mend = '' } = error
    return new UnavailableSource(context, {
      reason: message.replace(`${kind.name}: `, '').replace(mend, '').trim(),
      mend,
    })
  }
}

/**
 * Whether an error of this member ends the walk. Where a deployment says who to be, a refusal that a person could
 * resolve is a refusal: going on would change the identity in silence.
 */
function isFinal({ group }: MemberKind): (error: Error) => boolean {
  return (error) => group === 'prod' && error.name === 'AuthenticationRequiredError'
}

/**
 * The members that the options and `AZURE_TOKEN_CREDENTIALS` leave. An explicit `exclude...` option wins over the
 * variable, either way. Throws a `TypeError` for a value that names none, and for a chain without members.
 */
export function selectMembers(
  options: Partial<Record<ExcludeOption, boolean>>,
  env: Env,
  who: string,
): readonly MemberKind[] {
  for (const [name, value] of Object.entries(options)) {
    if (name.startsWith('exclude') && value !== undefined && typeof value !== 'boolean') {
      throw new TypeError(`${who}: options.${name} is ${JSON.stringify(value)}; it must be true or false.`)
    }
  }
  const asked = (env.AZURE_TOKEN_CREDENTIALS ?? '').trim().toLowerCase()
  const names = memberKinds.map(({ name }) => name)
  const isNamed = ({ name, group, isOptional }: MemberKind): boolean =>
    asked === name.toLowerCase() || (isOptional !== true && (asked === '' || asked === group))
  if (asked !== '' && asked !== 'prod' && asked !== 'dev' && !memberKinds.some(isNamed)) {
    throw new TypeError(
      `${who}: AZURE_TOKEN_CREDENTIALS is ${JSON.stringify(env.AZURE_TOKEN_CREDENTIALS)}. Set it to prod, dev or one of: ${names.join(', ')}.`,
    )
  }
  const members = memberKinds.filter((kind) => {
    const excluded = options[kind.exclude]
    return excluded === undefined ? isNamed(kind) : !excluded
  })
  if (members.length > 0) return members
  const cause = asked === '' ? '' : ` and AZURE_TOKEN_CREDENTIALS=${env.AZURE_TOKEN_CREDENTIALS}`
  throw new TypeError(`${who}: the exclude options${cause} leave no credential to try. Leave at least one in.`)
}
