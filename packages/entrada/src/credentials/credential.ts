import { TokenCache, type TokenCacheOptions } from '../cache/token-cache.ts'
import { itemOf, type Subject, type TokenRequest } from '../cache/token-request.ts'
import type { TokenKey } from '../cache/token-store.ts'
import type { AccountIdentifiers } from '../events.ts'
import { resolveTenant, type TenantRules } from '../oauth/tenant.ts'
import { abortError } from '../runtime/abort.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'
import { checkCall } from './check-call.ts'
import type { CredentialContext } from './context.ts'

/** What one kind of credential knows. */
export interface TokenSourceOptions {
  context: CredentialContext
  tenantId: string
  clientId: string
  acquire: TokenCacheOptions['acquire']
}

/**
 * What every credential is made of: it joins the cache with a way to get tokens, and is the only place that does.
 * Credentials hold one and hand their calls to it.
 */
export class TokenSource {
  readonly #name: string
  readonly #now: () => number
  readonly #tenantId: string
  readonly #rules: TenantRules
  readonly #cache: TokenCache
  readonly #context: CredentialContext

  constructor({ context, tenantId, clientId, acquire }: TokenSourceOptions) {
    const { name, host, emit, options, additionallyAllowedTenants, isMultiTenantDisabled } = context
    this.#name = name
    this.#now = host.now
    this.#tenantId = tenantId
    this.#rules = { credential: name, tenantId, additionallyAllowedTenants, isMultiTenantDisabled }
    this.#context = context
    const environment = new URL(context.authority).host
    const keyOf = (request: TokenRequest): TokenKey => accessKey(request, environment, clientId)
    this.#cache = new TokenCache({
      name,
      now: host.now,
      emit,
      acquire,
      second: context.second && { ...context.second, keyOf },
      identify: options.loggingOptions?.allowLoggingAccountIdentifiers === true ? identify : undefined,
    })
  }

  /**
   * Not `async`: a hit hands out the promise that the cache holds. All else is `#get`'s, so that nothing throws.
   * `subject` is the user, where the credential serves many.
   */
  getToken(scopes: string | string[], options?: GetTokenOptions, subject?: Subject): Promise<AccessToken> {
    const item = typeof scopes === 'string' ? scopes : scopes?.length === 1 ? scopes[0] : undefined
    if (item !== undefined && !(options?.claims !== undefined || options?.abortSignal?.aborted === true)) {
      const tenantId = options?.tenantId ?? this.#tenantId
      const group = subject === undefined ? tenantId : groupOf(subject, tenantId, this.#tenantId)
      const hit = this.#cache.peek(group, item, options?.enableCae === true, this.#now())
      if (hit !== undefined) return hit
    }
    return this.#get(scopes, options, subject)
  }

  async getTokenInfo(
    scopes: string | string[],
    options?: GetTokenOptions,
    subject?: Subject,
  ): Promise<AccessTokenInfo> {
    return tokenInfo(await this.getToken(scopes, options, subject), this.#name)
  }

  /** Drops the tokens in memory, for credentials whose account may change. */
  forget(): void {
    this.#cache.forget()
  }

  async close(): Promise<void> {
    await this.#cache.close()
    this.#context.close()
  }

  async #get(
    scopes: string | string[],
    options: GetTokenOptions | undefined,
    subject: Subject | undefined,
  ): Promise<AccessToken> {
    const call = checkCall(this.#name, scopes, options)
    if (call.wait.signal?.aborted === true) throw abortError(`${this.#name}: the caller aborted getToken.`)
    const tenantId = resolveTenant(call.tenantId, this.#rules)
    const { claims, enableCae } = call
    const group = subject === undefined ? tenantId : groupOf(subject, tenantId, this.#tenantId)
    return this.#cache.get({ group, subject, tenantId, scopes: call.scopes, claims, enableCae }, call.wait)
  }
}

/** Most users ask in the credential's own tenant: then their id alone tells, and nothing is joined. */
export function groupOf({ id }: Subject, tenantId: string, ownTenantId: string): string {
  return tenantId === ownTenantId ? id : [id, tenantId].join(' ')
}

/** The same token in Python's shape, with the name of the credential that produced it. */
export function tokenInfo(access: AccessToken, credential: string): AccessTokenInfo {
  const { token, expiresOnTimestamp, refreshAfterTimestamp, tokenType = 'Bearer' } = access
  const refresh = refreshAfterTimestamp === undefined ? {} : { refreshOn: Math.floor(refreshAfterTimestamp / 1000) }
  return { token, expiresOn: Math.floor(expiresOnTimestamp / 1000), ...refresh, tokenType, credential }
}

function accessKey(request: TokenRequest, environment: string, clientId: string): TokenKey {
  const { tenantId: realm, scopes, enableCae: cae, subject } = request
  return { kind: 'access', partition: subject?.id ?? 'app', environment, clientId, realm, target: itemOf(scopes), cae }
}

async function identify(token: string): Promise<AccountIdentifiers> {
  return (await import('../oauth/account-identifiers.ts')).accountIdentifiers(token)
}
