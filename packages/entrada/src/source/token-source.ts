import { TokenCache } from '../cache/token-cache.ts'
import type { KeyOf, TokenCacheOptions } from '../cache/token-flight.ts'
import type { Subject, TokenRequest } from '../cache/token-request.ts'
import type { AccountIdentifiers } from '../events.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'
import type { TenantRules } from './check-call.ts'
import type { CredentialContext } from './context.ts'
import { mayHaveSpan } from './tracing.ts'

/** What differs from one kind of credential to another. */
export interface TokenSourceOptions<Tenant extends string | undefined = string> {
  context: CredentialContext
  /** `undefined` for a source whose tenant is not known here, such as a host's or a tool's. */
  tenantId: Tenant
  /** Names the application in the store. Without it no record is written or read. */
  clientId?: string
  /** Whether each call is for a user: then no record in the store can be used before the user is known. */
  isOfUsers?: boolean
  /** Makes the proof of the application's identity, for the names of its own records. `undefined` if it has none. */
  prove?: (request: TokenRequest<Tenant>, signal: AbortSignal) => Promise<string | undefined>
  acquire: TokenCacheOptions<Tenant>['acquire']
}

/**
 * The core of every credential: the only place that joins the cache with a way to get tokens. A credential holds one
 * and passes its calls on to it.
 */
export class TokenSource<Tenant extends string | undefined = string> {
  readonly #name: string
  readonly #monotonic: () => number
  readonly #tenantId: Tenant
  readonly #rules: TenantRules<Tenant>
  readonly #cache: TokenCache<Tenant>
  readonly #context: CredentialContext

  constructor({ context, tenantId, clientId, isOfUsers = false, prove, acquire }: TokenSourceOptions<Tenant>) {
    const { name, host, emit, options, additionallyAllowedTenants, isMultiTenantDisabled } = context
    this.#name = name
    this.#monotonic = host.monotonic
    this.#tenantId = tenantId
    const { quote } = context
    this.#rules = { credential: name, tenantId, additionallyAllowedTenants, isMultiTenantDisabled, quote }
    this.#context = context
    const keyOf: KeyOf<Tenant> = async (request, signal) =>
      (await import('./record-key.ts')).recordKey(
        { authority: context.authority, clientId, isOfUsers, prove },
        request,
        signal,
      )
    this.#cache = new TokenCache({
      ...host,
      name,
      emit,
      acquire,
      second: context.second && { ...context.second, keyOf },
      expect: options.expect,
      identify: options.loggingOptions?.allowLoggingAccountIdentifiers === true ? identify : undefined,
    })
  }

  /**
   * Returns the promise that the cache holds, if there is a hit. `subject` is the user, if the credential serves many.
   */
  peek(scopes: string | string[], options?: GetTokenOptions, subject?: Subject): Promise<AccessToken> | undefined {
    const item = typeof scopes === 'string' ? scopes : scopes?.length === 1 ? scopes[0] : undefined
    if (item === undefined || isSpecial(options) || mayHaveSpan(options)) return undefined
    const tenantId = options?.tenantId ?? this.#tenantId
    const group = subject === undefined ? tenantId : groupOf(subject, tenantId, this.#tenantId)
    return this.#cache.peek(group, item, options?.enableCae === true, this.#monotonic())
  }

  /** What `peek` does not answer. */
  async getToken(scopes: string | string[], options?: GetTokenOptions, subject?: Subject): Promise<AccessToken> {
    const { checkCall, resolveTenant } = await import('./check-call.ts')
    const call = await checkCall(this.#name, scopes, options, this.#context)
    // The cast is safe: a call's tenant is always a string, whether or not the source has one of its own.
    const tenantId = resolveTenant(call.tenantId, this.#rules) as Tenant
    const { claims, enableCae } = call
    const group = subject === undefined ? tenantId : groupOf(subject, tenantId, this.#tenantId)
    return this.#cache.get({ group, subject, tenantId, scopes: call.scopes, claims, enableCae }, call.wait)
  }

  async getTokenInfo(
    scopes: string | string[],
    options?: GetTokenOptions,
    subject?: Subject,
  ): Promise<AccessTokenInfo> {
    const access = await (this.peek(scopes, options, subject) ?? this.getToken(scopes, options, subject))
    return (await import('./token-info.ts')).tokenInfo(access, this.#name)
  }

  /** Drops the tokens in memory, for credentials whose account may change. */
  forget(): void {
    this.#cache.forget()
  }

  /** Waits only for pending writes to the store. */
  async close(): Promise<void> {
    const { second } = this.#context
    if (second !== undefined) second.writes.isClosing = true
    await this.#cache.close()
    if (second !== undefined) await (await import('../cache/pending-writes.ts')).settleWrites(second)
    this.#context.close()
  }
}

/** Whether a call cannot be answered with a cached token alone. */
function isSpecial(options: GetTokenOptions | undefined): boolean {
  return (
    options?.claims !== undefined ||
    options?.proofOfPossessionOptions !== undefined ||
    options?.abortSignal?.aborted === true
  )
}

/**
 * Most calls for a user are for the credential's own tenant: then the user's id alone is the group, and no string is
 * built.
 */
export function groupOf({ id }: Subject, tenantId: string | undefined, ownTenantId: string | undefined): string {
  return tenantId === ownTenantId ? id : [id, tenantId].join(' ')
}

async function identify(token: string): Promise<AccountIdentifiers> {
  return (await import('../oauth/jwt.ts')).accountIdentifiers(token)
}
