import type { TokenStore } from '../cache/token-store.ts'
import { detectHost } from '../managed-identity/detect-host.ts'
import { type ManagedIdentityIds, parseIdentity } from '../managed-identity/identity.ts'
import { checkIdentity } from '../managed-identity/user-assigned.ts'
import { settingOf } from '../runtime/environment.ts'
import { checkExpectsNobody } from '../source/application-source.ts'
import { checkOptions, type OwnOptions } from '../source/check-options.ts'
import { type CredentialContext, openContext } from '../source/context.ts'
import { ManagedIdentitySource } from '../source/managed-identity-source.ts'
import type { TokenCredentialOptions } from '../source/options.ts'
import { unlessInPage } from '../source/page-guard.ts'
import type { TokenSource } from '../source/token-source.ts'
import { UnavailableSource } from '../source/unavailable-source.ts'
import { Credential } from './credential.ts'
import { workloadTokens } from './workload-identity.ts'

/** Options of `ManagedIdentityCredential`: at most one of the three ids names a user-assigned identity. */
export interface ManagedIdentityCredentialOptions extends TokenCredentialOptions, ManagedIdentityIds {
  /**
   * A store behind the credential's memory, used only for a user-assigned identity and with `shareAcrossMachines`. Only
   * a store passed here gets such tokens: those of the default chain, and those of a system-assigned identity, never
   * leave their machine.
   */
  tokenStore?: TokenStore
  /**
   * `true` puts tokens into the `tokenStore`, where every program that can read the store finds them, even on a machine
   * that does not have the identity. Default `false`, because a managed identity has no secret with which a program
   * could prove that it may use them.
   */
  shareAcrossMachines?: boolean
}

/** Selects the identity by its client id. */
export interface ManagedIdentityCredentialClientIdOptions extends OtherOptions {
  /** Application id of a user-assigned identity. */
  clientId?: string
}

/** Selects the identity by its Azure resource id. */
export interface ManagedIdentityCredentialResourceIdOptions extends OtherOptions {
  /** Azure resource id of a user-assigned identity: `/subscriptions/.../userAssignedIdentities/name`. */
  resourceId: string
}

/** Selects the identity by its object (principal) id. */
export interface ManagedIdentityCredentialObjectIdOptions extends OtherOptions {
  /** Object (principal) id of a user-assigned identity. */
  objectId: string
}

type OtherOptions = Omit<ManagedIdentityCredentialOptions, keyof ManagedIdentityIds>

/**
 * Signs a program in with the identity that its Azure host provides: virtual machines and AKS nodes (IMDS), App
 * Service, Functions and Container Apps, Azure Arc, Service Fabric, Azure Machine Learning, Cloud Shell, and workloads
 * on AKS (token exchange). The host is detected from the environment.
 *
 * `getToken` takes one scope. It rejects with `CredentialUnavailableError` if there is no such host or identity, and
 * with `AuthenticationError` for any other refusal. A call's tenant is ignored, because the identity has its own.
 *
 * ```ts
 * new ManagedIdentityCredential()
 * new ManagedIdentityCredential('client id of a user-assigned identity')
 * new ManagedIdentityCredential({ resourceId: '/subscriptions/.../userAssignedIdentities/name' })
 * ```
 */
export class ManagedIdentityCredential extends Credential {
  /** @param clientId - The client id of a user-assigned identity. */
  constructor(clientId: string, options?: OtherOptions)
  /**
   * @throws CredentialUnavailableError for an identity that cannot be requested from this host, `TypeError` for more
   * than one id.
   */
  constructor(options?: ManagedIdentityCredentialOptions)
  constructor(
    clientIdOrOptions?: string | ManagedIdentityCredentialOptions,
    others?: ManagedIdentityCredentialOptions,
  ) {
    const given = typeof clientIdOrOptions === 'string' ? { clientId: clientIdOrOptions } : (clientIdOrOptions ?? {})
    const options: ManagedIdentityCredentialOptions = { ...others, ...given }
    super('ManagedIdentityCredential', (name) => {
      for (const bag of [given, others]) checkOptions(name, bag)
      const own: OwnOptions<ManagedIdentityCredentialOptions> = {
        clientId: true,
        objectId: true,
        resourceId: true,
        shareAcrossMachines: true,
      }
      const context = openContext(name, options, { own })
      return unlessInPage(context, () =>
        managedTokens(context, options, { mayStore: options.shareAcrossMachines === true }),
      )
    })
  }
}

/** The source of a managed identity's tokens, which depends on the host. */
type ManagedTokens = ManagedIdentitySource | TokenSource | UnavailableSource

interface ManagedSettings {
  /** Set if the context's store is this credential's own, not a chain's. */
  mayStore?: boolean
  /** Set if the chain's workload member was excluded on purpose. */
  isTokenExchangeExcluded?: boolean
  /** How long a chain waits for a first response from IMDS, in milliseconds. */
  probeTimeoutMs?: number | undefined
  /** Why there is no usable authority, which token exchange would need. */
  exchangeFault?: { reason: string; remedy: string } | undefined
}

/** The tokens of a managed identity, for the credential itself and for the default chain. */
export function managedTokens(
  context: CredentialContext,
  ids: ManagedIdentityIds,
  { mayStore = false, isTokenExchangeExcluded, exchangeFault, probeTimeoutMs }: ManagedSettings,
): ManagedTokens {
  const { name, host } = context
  checkExpectsNobody(context)
  const id = parseIdentity(ids, name)
  // The workload identity reads AZURE_CLIENT_ID itself.
  const clientId = id?.kind === 'clientId' ? id.value : undefined
  const hasClientId = id === undefined ? settingOf(host.env, 'AZURE_CLIENT_ID') !== undefined : clientId !== undefined
  const detected = detectHost(host.env, { hasClientId, isTokenExchangeExcluded })
  if (detected.kind === 'none') {
    const { reason, remedy } = detected
    return new UnavailableSource(context, { reason, remedy })
  }
  if (detected.kind === 'token-exchange') {
    return exchangeFault === undefined
      ? workloadTokens(context, { clientId })
      : new UnavailableSource(context, exchangeFault)
  }
  checkIdentity(detected.kind, id, name)
  const second = mayStore && id !== undefined ? context.second : undefined
  return new ManagedIdentitySource({ ...context, second }, detected, id, probeTimeoutMs)
}
