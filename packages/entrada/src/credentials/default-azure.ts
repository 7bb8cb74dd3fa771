import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { Env } from '../runtime/host.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import { Chain, type Explanation } from './chain.ts'
import { openContext } from './context.ts'
import { buildMember, type ExcludeOption, type MemberOptions, selectMembers } from './default-members.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'

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

export interface DefaultAzureCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions,
    Partial<Record<ExcludeOption, boolean>>,
    MemberOptions {
  /** Variables without which the constructor throws, so that a deployment with a gap fails at its start. */
  requiredEnvVars?: DefaultAzureCredentialEnvVars | DefaultAzureCredentialEnvVars[]
}

/**
 * The credential for programs that run anywhere: it tries, in order, what a deployment or a developer's machine offers,
 * and stays with the first that has a token.
 *
 * `AZURE_TOKEN_CREDENTIALS` (`prod`, `dev` or one name) and the `exclude...` options narrow the choice. `getToken` rejects
 * with `AggregateAuthenticationError`, which says of every member why it can't be used and what to do, or with the error
 * of the member that was refused.
 */
export class DefaultAzureCredential implements EntradaCredential {
  readonly name = 'DefaultAzureCredential'
  readonly #chain: Chain

  /** @throws TypeError for a bad option or variable, `Error` for a missing variable of `requiredEnvVars`. */
  constructor(options?: DefaultAzureCredentialOptions) {
    const name = 'DefaultAzureCredential'
    const context = openContext(name, options)
    const { host, emit } = context
    checkRequiredVariables(options?.requiredEnvVars, host.env, name)
    const members = selectMembers(options ?? {}, host.env, name).map((kind) => {
      return buildMember(kind, context.forMember(kind.name), options ?? {})
    })
    this.#chain = new Chain({ name, members, now: host.now, emit, release: context.close })
    polyfillAsyncDispose(this)
  }

  /** Name of the credential that won, once one has. */
  get selected(): string | undefined {
    return this.#chain.selected
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#chain.getToken(scopes, options)
  }

  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#chain.getTokenInfo(scopes, options)
  }

  /** Tries every member anew, whichever won before, and tells what became of each. Never rejects. */
  explain(scopes: string | string[], options?: GetTokenOptions): Promise<Explanation> {
    return this.#chain.explain(scopes, options)
  }

  close(): Promise<void> {
    return this.#chain.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** A new `DefaultAzureCredential`, as `@azure/identity` offers it. */
export function getDefaultAzureCredential(): DefaultAzureCredential {
  return new DefaultAzureCredential()
}

function checkRequiredVariables(
  required: DefaultAzureCredentialOptions['requiredEnvVars'],
  env: Env,
  who: string,
): void {
  const names: unknown[] = required === undefined ? [] : Array.isArray(required) ? required : [required]
  if (!names.every((name) => typeof name === 'string' && name !== '')) {
    throw new TypeError(`${who}: options.requiredEnvVars must be the name of a variable, or a list of names.`)
  }
  const missing = names.filter((name) => !env[name as string]?.trim())
  if (missing.length === 0) return
  const [variables, are] = missing.length === 1 ? ['variable', 'is'] : ['variables', 'are']
  throw new Error(
    `${who}: Required environment ${variables} '${missing.join(', ')}' for DefaultAzureCredential ${are} not set or empty. Set what is missing, or leave it out of requiredEnvVars.`,
  )
}
