import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import { checkOptions } from './check-options.ts'
import { openContext } from './context.ts'
import { type Tokens, unlessInPage } from './not-in-page.ts'
import type {
  AuthorityValidationOptions,
  MultiTenantTokenCredentialOptions,
  TokenCachePersistenceOptions,
} from './options.ts'
import { checkRecord, recordAuthority } from './record-json.ts'
import { sharedCacheTokens } from './shared-cache-tokens.ts'

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

/**
 * Signs in as somebody who has signed in with a developer tool that shares its tokens in a cache of MSAL's format. New
 * refresh tokens are written back in their place; whatever else is in the cache stays as it was.
 */
export class SharedTokenCacheCredential implements EntradaCredential {
  readonly name = 'SharedTokenCacheCredential'
  readonly #tokens: Tokens

  constructor(username?: string, options?: SharedTokenCacheCredentialOptions)
  constructor(options?: SharedTokenCacheCredentialOptions)
  constructor(first?: string | SharedTokenCacheCredentialOptions, second?: SharedTokenCacheCredentialOptions) {
    const name = 'SharedTokenCacheCredential'
    const isBag = typeof first === 'object' && first !== null
    const bag = isBag ? first : second
    checkOptions(name, bag)
    // The shared cache is itself where tokens are kept: no second store, and no warning that there is none.
    const { tokenCachePersistenceOptions, ...options } = bag ?? {}
    const { tenantId, authenticationRecord: given, cachePath } = options
    const source = `${name}: options.authenticationRecord`
    const record = given && checkRecord(given, source)
    const authorityHost = options.authorityHost ?? (record && recordAuthority(record.authority, source))
    const context = openContext(name, authorityHost === undefined ? options : { ...options, authorityHost })
    const open = (): Tokens =>
      sharedCacheTokens(context, {
        username: isBag ? first.username : (first ?? options.username),
        tenantId,
        record,
        cachePath,
        name: tokenCachePersistenceOptions?.name,
      })
    this.#tokens = unlessInPage(context, open)
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
