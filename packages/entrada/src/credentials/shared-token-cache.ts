import type { TokenRequest } from '../cache/token-request.ts'
import type { AccountFilter } from '../msal/accounts.ts'
import { sharedDocuments } from '../msal/locations.ts'
import { parseAuthority } from '../oauth/authority.ts'
import { refreshToken } from '../oauth/grants.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { registeredPlugins } from '../plugins/registry.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { Host } from '../runtime/host.ts'
import { toolHostOf } from '../runtime/tools.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions, IssuedToken } from '../types.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import { checkOptions } from './check-options.ts'
import { type CredentialContext, openContext } from './context.ts'
import { TokenSource } from './credential.ts'
import type {
  AuthorityValidationOptions,
  MultiTenantTokenCredentialOptions,
  TokenCachePersistenceOptions,
} from './options.ts'
import type { SharedCache } from './shared-cache.ts'

/** The client id that Microsoft's developer tools sign in with: the Azure CLI's, of the family of client ids. */
export const developerSignOnClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

export interface SharedTokenCacheCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    AuthorityValidationOptions {
  /** Whose tokens, where several have signed in. Compared without regard to case. */
  username?: string
  /** Home tenant of the account, by its id, and the tenant that tokens are asked for in; default any, and its own. */
  tenantId?: string
  /** The account that an earlier sign-in gave. Its client and authority are used. */
  authenticationRecord?: AuthenticationRecord
  /** A file of MSAL's own format to read, such as the Azure CLI's; default the cache that developer tools share. */
  cachePath?: string
  /** Its `name` names another shared cache than `msal.cache`. */
  tokenCachePersistenceOptions?: TokenCachePersistenceOptions
}

/** What a chain gives to its member, checked here. */
export interface SharedCacheChoice {
  username?: string | undefined
  tenantId?: string | undefined
  authenticationRecord?: AuthenticationRecord | undefined
  cachePath?: string | undefined
  name?: string | undefined
}

/**
 * Signs in as somebody who has signed in with a developer tool that shares its tokens in a cache of MSAL's format. New
 * refresh tokens are written back in their place; whatever else is in the cache stays as it was.
 */
export class SharedTokenCacheCredential implements EntradaCredential {
  readonly name = 'SharedTokenCacheCredential'
  readonly #tokens: SharedCacheTokens

  constructor(username?: string, options?: SharedTokenCacheCredentialOptions)
  constructor(options?: SharedTokenCacheCredentialOptions)
  constructor(first?: string | SharedTokenCacheCredentialOptions, second?: SharedTokenCacheCredentialOptions) {
    const name = 'SharedTokenCacheCredential'
    const isBag = typeof first === 'object' && first !== null
    const given = isBag ? first : second
    checkOptions(name, given)
    // The shared cache is itself where tokens are kept: no second store, and no warning that there is none.
    const { tokenCachePersistenceOptions, ...options } = given ?? {}
    const { tenantId, authenticationRecord, cachePath } = options
    const choice = { tenantId, authenticationRecord, cachePath, name: tokenCachePersistenceOptions?.name }
    const username = isBag ? first.username : (first ?? options.username)
    const ofRecord = authenticationRecord?.authority
    const authorityHost = options.authorityHost ?? (ofRecord && recordAuthority(ofRecord, name))
    const context = openContext(name, authorityHost === undefined ? options : { ...options, authorityHost })
    this.#tokens = sharedCacheTokens(context, { ...choice, username })
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

/** The tokens of the shared cache, for the credential and for the default chain. Reads nothing before the first call. */
export function sharedCacheTokens(context: CredentialContext, choice: SharedCacheChoice): SharedCacheTokens {
  checkChoice(context.name, choice)
  return new SharedCacheTokens(context, choice)
}

export class SharedCacheTokens {
  readonly #tokens: TokenSource
  readonly #looks: { host: Host; paths: readonly string[] }
  #cache: Promise<SharedCache> | undefined

  constructor(context: CredentialContext, choice: SharedCacheChoice) {
    const { username, tenantId, authenticationRecord: record, cachePath, name } = choice
    const { host } = context
    const documents = sharedDocuments(host.env, toolHostOf(host).platform, name)
    this.#looks = { host, paths: cachePath === undefined ? documents.flatMap(({ path }) => path ?? []) : [cachePath] }
    const home = isAnyTenant(tenantId) ? undefined : tenantId
    const filter: AccountFilter = {
      username: username || undefined,
      tenantId: home,
      homeAccountId: record?.homeAccountId,
    }
    const clientId = record?.clientId ?? developerSignOnClientId
    const allowed = context.additionallyAllowedTenants
    // Who has no tenant of their own, and lists none, may be asked for in any (as in Python, since 1.25).
    const additionallyAllowedTenants = home === undefined && allowed.length === 0 ? ['*'] : allowed
    const open = async (): Promise<SharedCache> => {
      const { openSharedCache } = await import('./shared-cache.ts')
      const plugin = () => registeredPlugins.persistence
      return openSharedCache(context, { clientId, filter, cachePath, documents, plugin, grant: refreshToken })
    }
    const acquire = async (request: TokenRequest, signal: AbortSignal): Promise<IssuedToken> => {
      this.#cache ??= open()
      return (await this.#cache).acquire(request, signal)
    }
    // No store behind it: a record there would not say whose token it is.
    const own = { ...context, second: undefined, additionallyAllowedTenants }
    this.#tokens = new TokenSource({ context: own, tenantId: tenantId ?? 'organizations', clientId, acquire })
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#tokens.getToken(scopes, options)
  }

  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#tokens.getTokenInfo(scopes, options)
  }

  /** What changes when somebody signs in or out: a look at each file. A plug-in's place is not known. */
  evidence(): string | undefined {
    const { host, paths } = this.#looks
    if (registeredPlugins.persistence !== undefined) return undefined
    return paths.map((path) => toolHostOf(host).look(path)?.stamp ?? '-').join(' ')
  }

  async close(): Promise<void> {
    await this.#tokens.close()
    await (await this.#cache)?.settled()
  }
}

/** What stands for the tenant of whoever signs in. */
function isAnyTenant(tenantId: string | undefined): boolean {
  return tenantId === undefined || /^(?:organizations|common)$/i.test(tenantId)
}

function checkChoice(
  who: string,
  { username, tenantId, cachePath, authenticationRecord: record }: SharedCacheChoice,
): void {
  for (const [name, value] of Object.entries({ username, cachePath })) {
    if (value === undefined || (name === 'username' && value === '')) continue
    if (typeof value !== 'string' || value === '' || /\p{Cc}/u.test(value)) {
      throw new TypeError(`${who}: ${name} is no text, is empty, or has control characters in it. Pass it as it is.`)
    }
  }
  if (tenantId !== undefined) checkTenant(tenantId, `${who}: tenantId`)
  if (record === undefined) return
  const missing = ['homeAccountId', 'clientId', 'authority'].filter(
    (name) => typeof (record as unknown as Record<string, unknown> | null)?.[name] !== 'string',
  )
  if (missing.length === 0) return
  throw new TypeError(
    `${who}: authenticationRecord has no ${missing.join(', ')}. Pass what authenticate() of a credential gave.`,
  )
}

/** Records of Python name the host alone, others an address with the tenant. */
function recordAuthority(authority: string, who: string): string {
  const address = authority.includes('://') ? authority : `https://${authority}`
  const origin = URL.canParse(address) ? new URL(address).origin : authority
  return parseAuthority(origin, `${who}: authority of authenticationRecord`)
}
