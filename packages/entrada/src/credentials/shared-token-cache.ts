import { sharedCacheTokens } from '../shared-cache/shared-cache-source.ts'
import { checkOptions, type OwnOptions } from '../source/check-options.ts'
import { openContext } from '../source/context.ts'
import type { AuthorityValidationOptions, MultiTenantTokenCredentialOptions } from '../source/options.ts'
import { unlessInPage } from '../source/page-guard.ts'
import type { TokenCachePersistenceOptions } from '../stores/persistent-store.ts'
import type { AuthenticationRecord } from '../user/authentication-record.ts'
import { checkRecord, recordAuthority } from '../user/authentication-record.ts'
import { Credential } from './credential.ts'

/** Options of `SharedTokenCacheCredential`. */
export interface SharedTokenCacheCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    AuthorityValidationOptions {
  /** User name of the account to use, if several have signed in. Compared without regard to case. */
  username?: string
  /** Id of the account's home tenant; tokens are requested in it too. Default: any tenant, and the account's own. */
  tenantId?: string
  /** The account of an earlier sign-in (`authenticate()`). Its client id and authority are used. */
  authenticationRecord?: AuthenticationRecord
  /** A cache file in MSAL's format, such as the Azure CLI's. Default: the cache that developer tools share. */
  cachePath?: string
  /** Its `name` selects a shared cache other than `msal.cache`. Nothing else in it is used. */
  tokenCachePersistenceOptions?: TokenCachePersistenceOptions
}

/**
 * Signs in as a user who has signed in with a developer tool that shares its tokens in a cache of MSAL's format. New
 * tokens are written back to that cache; whatever else is in it stays as it was. `getToken` rejects with
 * `CredentialUnavailableError` if no account, or more than one, matches.
 */
export class SharedTokenCacheCredential extends Credential {
  /** @throws TypeError for an invalid option. */
  constructor(username?: string, options?: SharedTokenCacheCredentialOptions)
  /** @throws TypeError for an invalid option. */
  constructor(options?: SharedTokenCacheCredentialOptions)
  constructor(first?: string | SharedTokenCacheCredentialOptions, second?: SharedTokenCacheCredentialOptions) {
    super('SharedTokenCacheCredential', (name) => {
      const isBag = typeof first === 'object' && first !== null
      const bag = isBag ? first : second
      checkOptions(name, bag)
      // Tokens are kept in the shared cache itself, so no other store is opened, and its absence needs no warning.
      const { tokenCachePersistenceOptions, ...options } = bag ?? {}
      const { tenantId, authenticationRecord: given, cachePath } = options
      const source = `${name}: options.authenticationRecord`
      const record = given && checkRecord(given, source)
      const authorityHost = options.authorityHost ?? (record && recordAuthority(record, source))
      const own: OwnOptions<SharedTokenCacheCredentialOptions> = {
        username: true,
        tenantId: true,
        authenticationRecord: true,
        cachePath: true,
      }
      const context = openContext(name, authorityHost === undefined ? options : { ...options, authorityHost }, { own })
      const account = { username: isBag ? first.username : (first ?? options.username), tenantId, record }
      const cache = { cachePath, name: tokenCachePersistenceOptions?.name }
      return unlessInPage(context, () => sharedCacheTokens(context, { ...account, ...cache }))
    })
  }
}
