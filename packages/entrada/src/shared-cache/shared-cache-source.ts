import type { TokenRequest } from '../cache/token-request.ts'
import { sharedDocuments } from '../msal/locations.ts'
import type { AccountFilter } from '../msal/select-account.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { registeredPlugins } from '../plugins/registry.ts'
import type { Host } from '../runtime/host.ts'
import { toolHostOf } from '../runtime/process/tools.ts'
import type { CredentialContext } from '../source/context.ts'
import { TokenSource } from '../source/token-source.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions, IssuedToken } from '../types.ts'
import type { AuthenticationRecord } from '../user/authentication-record.ts'
import { developerClientId } from '../user/user-options.ts'
import type { SharedCache } from './shared-cache.ts'

/** Which account of which cache to use. The values are checked here. */
export interface SharedCacheChoice {
  username?: string | undefined
  tenantId?: string | undefined
  record?: AuthenticationRecord | undefined
  cachePath?: string | undefined
  name?: string | undefined
}

/**
 * The tokens of the shared cache, for the credential and for the default chain. Reads nothing before the first call.
 */
export function sharedCacheTokens(context: CredentialContext, choice: SharedCacheChoice): SharedCacheTokens {
  checkChoice(context.name, choice)
  return new SharedCacheTokens(context, choice)
}

export class SharedCacheTokens {
  readonly #tokens: TokenSource
  readonly #looks: { host: Host; paths: readonly string[] }
  #cache: Promise<SharedCache> | undefined

  constructor(context: CredentialContext, choice: SharedCacheChoice) {
    const { username, tenantId, record, cachePath, name } = choice
    const { host } = context
    const documents = sharedDocuments(host.env, toolHostOf(host).platform, name)
    this.#looks = { host, paths: cachePath === undefined ? documents.flatMap(({ path }) => path ?? []) : [cachePath] }
    const home = isAnyTenant(tenantId) ? undefined : tenantId
    const filter: AccountFilter = {
      username: username || undefined,
      tenantId: home,
      homeAccountId: record?.homeAccountId,
    }
    const clientId = record?.clientId ?? developerClientId
    const allowed = context.additionallyAllowedTenants
    // Without a tenant of its own, and without a list, it may get tokens in any tenant (as in Python, since 1.25).
    const additionallyAllowedTenants = home === undefined && allowed.length === 0 ? ['*'] : allowed
    const open = async (): Promise<SharedCache> => {
      const { openSharedCache } = await import('./shared-cache.ts')
      const { refreshToken } = await import('../oauth/grants.ts')
      const plugin = () => registeredPlugins().persistence
      return openSharedCache(context, { clientId, filter, cachePath, documents, plugin, grant: refreshToken })
    }
    const acquire = async (request: TokenRequest, signal: AbortSignal): Promise<IssuedToken> => {
      this.#cache ??= open()
      return (await this.#cache).acquire(request, signal)
    }
    // No store is used, because a record in it would not say whose token it is.
    const own = { ...context, second: undefined, additionallyAllowedTenants }
    this.#tokens = new TokenSource({ context: own, tenantId: tenantId ?? 'organizations', clientId, acquire })
  }

  peek(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> | undefined {
    return this.#tokens.peek(scopes, options)
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#tokens.getToken(scopes, options)
  }

  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#tokens.getTokenInfo(scopes, options)
  }

  /**
   * A string that changes when somebody signs in or out, from the stamp of each file. `undefined` with a plug-in, whose
   * documents cannot be observed.
   */
  evidence(): string | undefined {
    const { host, paths } = this.#looks
    if (registeredPlugins().persistence !== undefined) return undefined
    return paths.map((path) => toolHostOf(host).look(path)?.stamp ?? '-').join(' ')
  }

  async close(): Promise<void> {
    await this.#tokens.close()
    await (await this.#cache)?.close()
  }
}

/** Whether the value stands for the tenant of whoever signs in. */
function isAnyTenant(tenantId: string | undefined): boolean {
  return tenantId === undefined || /^(?:organizations|common)$/i.test(tenantId)
}

function checkChoice(who: string, { username, tenantId, cachePath }: SharedCacheChoice): void {
  for (const [name, value] of Object.entries({ username, cachePath })) {
    if (value === undefined || (name === 'username' && value === '')) continue
    if (typeof value !== 'string' || value === '' || /\p{Cc}/u.test(value)) {
      throw new TypeError(`${who}: ${name} must be a non-empty string without control characters.`)
    }
  }
  if (tenantId !== undefined) checkTenant(tenantId, `${who}: tenantId`)
}
