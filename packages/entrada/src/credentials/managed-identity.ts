import type { TokenStore } from '../cache/token-store.ts'
import { detectHost } from '../managed-identity/detect-host.ts'
import { type ManagedIdentityIds, parseIdentity } from '../managed-identity/identity.ts'
import { checkIdentity } from '../managed-identity/user-assigned.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import { checkOptions } from './check-options.ts'
import { type CredentialContext, openContext } from './context.ts'
import type { TokenSource } from './credential.ts'
import { HostTokens } from './host-tokens.ts'
import { type Tokens, unlessInPage } from './not-in-page.ts'
import type { TokenCredentialOptions } from './options.ts'
import { UnavailableSource } from './unavailable.ts'
import { workloadTokens } from './workload-identity.ts'

export interface ManagedIdentityCredentialOptions extends TokenCredentialOptions, ManagedIdentityIds {
  /**
   * A second level behind the credential's memory, for a user-assigned identity. Only a store passed here gets such
   * tokens: those of the default chain stay on their machine, and those of a machine's own identity always do.
   */
  tokenStore?: TokenStore
}

/**
 * Signs a program in as the identity that its Azure host gives it: virtual machines and AKS nodes (IMDS), App Service,
 * Functions and Container Apps, Azure Arc, Service Fabric, Azure Machine Learning, Cloud Shell, and workloads on AKS
 * (token exchange). The environment tells which host it is.
 *
 * `getToken` takes one scope, and rejects with `CredentialUnavailableError` where there is no such host or identity, and
 * with `AuthenticationError` for another refusal. A tenant is not asked for: the identity has one.
 *
 * ```ts
 * new ManagedIdentityCredential()
 * new ManagedIdentityCredential('client id of a user-assigned identity')
 * new ManagedIdentityCredential({ resourceId: '/subscriptions/.../userAssignedIdentities/name' })
 * ```
 */
export class ManagedIdentityCredential implements EntradaCredential {
  readonly name = 'ManagedIdentityCredential'
  readonly #tokens: Tokens

  /** @param clientId - Of a user-assigned identity. */
  constructor(clientId: string, options?: Omit<ManagedIdentityCredentialOptions, keyof ManagedIdentityIds>)
  /** @throws CredentialUnavailableError for an identity that this host can't be asked for, `TypeError` for two of them. */
  constructor(options?: ManagedIdentityCredentialOptions)
  constructor(
    clientIdOrOptions?: string | ManagedIdentityCredentialOptions,
    others?: ManagedIdentityCredentialOptions,
  ) {
    const given = typeof clientIdOrOptions === 'string' ? { clientId: clientIdOrOptions } : (clientIdOrOptions ?? {})
    const options: ManagedIdentityCredentialOptions = { ...others, ...given }
    const name = 'ManagedIdentityCredential'
    for (const bag of [given, others]) checkOptions(name, bag)
    const context = openContext(name, options)
    this.#tokens = unlessInPage(context, () => managedTokens(context, options, { mayStore: true }))
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

/** What a managed identity's tokens come from, by the host. */
type ManagedTokens = HostTokens | TokenSource | UnavailableSource

interface ManagedSettings {
  /** The context's store is this credential's own, and not a chain's. */
  mayStore?: boolean
  /** The chain's workload member was taken out on purpose. */
  isTokenExchangeExcluded?: boolean
}

/** The tokens of a managed identity, for the credential itself and for the default chain. */
export function managedTokens(
  context: CredentialContext,
  ids: ManagedIdentityIds,
  { mayStore = false, isTokenExchangeExcluded }: ManagedSettings,
): ManagedTokens {
  const { name, host } = context
  const id = parseIdentity(ids, name)
  const workloadClientId = id === undefined ? host.env.AZURE_CLIENT_ID : id.kind === 'clientId' ? id.value : undefined
  const found = detectHost(host.env, { hasClientId: !!workloadClientId, isTokenExchangeExcluded })
  if (found.kind === 'none') return new UnavailableSource(context, found)
  if (found.kind === 'token-exchange') return workloadTokens(context, { clientId: workloadClientId })
  checkIdentity(found.kind, id, name)
  const second = mayStore && id !== undefined ? context.second : undefined
  return new HostTokens({ ...context, second }, found, id)
}
