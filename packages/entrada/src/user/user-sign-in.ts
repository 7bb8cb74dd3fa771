import { type RefreshTokenOwner, RefreshTokens } from '../cache/refresh-tokens.ts'
import type { TokenKey } from '../cache/token-store.ts'
import { AzureAuthorityHosts, environmentOf } from '../oauth/authority.ts'
import { orAborted } from '../runtime/abort.ts'
import { TokenSource } from '../source/token-source.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import { CurrentAccount } from './current-account.ts'
import type { UserSession, UserSessionOptions } from './user-session.ts'

export interface UserSignInOptions extends UserSessionOptions {
  /** Who signed in before. */
  record: AuthenticationRecord | undefined
  /** Whether `getToken` may ask a person; `authenticate` always may. */
  isAutomatic: boolean
  /** Finds who is already signed in, if the runtime keeps that. Called before the first token. */
  begin?: Begin
  /** Ends the session at the authority, once the tokens are gone. */
  leave?: () => Promise<void>
}

/** Finds who is already signed in. */
export type Begin = (signal: AbortSignal) => Promise<SignedInBefore | undefined>

export interface SignedInBefore {
  record: AuthenticationRecord
  /** Present if it is new. */
  refreshToken?: string
}

/**
 * The source of the credentials for people: the account that is signed in, its tokens, and a way to ask for more. A
 * token comes from the cache, or else through the account's refresh token, or else from asking the person.
 */
export class UserSignIn {
  readonly #options: UserSignInOptions
  readonly #account: CurrentAccount
  readonly #tokens: TokenSource
  readonly #refreshTokens: RefreshTokens<RefreshTokenOwner>
  #begin: Begin | undefined
  #ending: AbortController | undefined
  #beginning: Promise<void> | undefined
  #session: Promise<UserSession> | undefined
  #authenticating = 0

  constructor(options: UserSignInOptions) {
    const { context, tenantId, clientId, record } = options
    this.#options = options
    this.#account = new CurrentAccount(record)
    this.#refreshTokens = refreshTokensOf(options)
    this.#begin = options.begin
    this.#tokens = new TokenSource({
      context,
      tenantId,
      clientId,
      isOfUsers: true,
      acquire: async (request, signal, held) => (await this.#open()).acquire(request, signal, held),
    })
  }

  peek(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> | undefined {
    return this.#begin === undefined ? this.#tokens.peek(scopes, options, this.#account.subject) : undefined
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    const get = (): Promise<AccessToken> => this.#tokens.getToken(scopes, options, this.#account.subject)
    return this.#begin === undefined ? get() : this.#begun(this.#begin, options).then(get)
  }

  async getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    if (this.#begin !== undefined) await this.#begun(this.#begin, options)
    return this.#tokens.getTokenInfo(scopes, options, this.#account.subject)
  }

  /**
   * Signs a person in if nobody is signed in, or if the request requires it, whatever `disableAutomaticAuthentication`
   * says.
   */
  async authenticate(scopes?: string | string[], options?: GetTokenOptions): Promise<AuthenticationRecord> {
    this.#authenticating++
    try {
      await this.getToken(scopes ?? managementScope(this.#options.context.authority), options)
    } finally {
      this.#authenticating--
    }
    const { record } = this.#account
    if (record !== undefined) return record
    throw new Error(`${this.#options.context.name}: the account signed out in the meantime. Call authenticate() again.`)
  }

  /**
   * Forgets the account and its tokens, in memory and in the store. Rejects if they cannot be removed from the store.
   */
  async signOut(): Promise<void> {
    // If finding the account failed, there is none to sign out.
    if (this.#begin !== undefined) await this.#begun(this.#begin).catch(() => undefined)
    const { record } = this.#account
    this.#account.signOut()
    this.#tokens.forget()
    await (await this.#open()).forget(record?.homeAccountId)
    if (record !== undefined) await this.#options.leave?.()
  }

  async close(): Promise<void> {
    this.#begin = undefined
    this.#ending?.abort()
    await this.#tokens.close()
    await (await this.#session)?.close()
  }

  /**
   * Resolves when it is known who is already signed in. A failure goes to the callers that waited for it, and the next
   * call tries again.
   */
  async #begun(begin: Begin, options?: GetTokenOptions): Promise<void> {
    const { abortSignal } = options ?? {}
    if (abortSignal?.aborted === true) return
    this.#beginning ??= this.#findAccount(begin).finally(() => {
      this.#beginning = undefined
    })
    await orAborted(this.#beginning, abortSignal, `${this.#options.context.name}: the caller aborted getToken.`)
  }

  async #findAccount(begin: Begin): Promise<void> {
    this.#ending ??= new AbortController()
    const { signal } = this.#ending
    const found = await orAborted(begin(signal), signal, `${this.#options.context.name} is closed.`)
    this.#begin = undefined
    if (found === undefined || this.#account.isKnown) return
    const subject = this.#account.set(found.record)
    if (found.refreshToken !== undefined) await this.#refreshTokens.set({ subject }, found.refreshToken)
  }

  #open(): Promise<UserSession> {
    this.#session ??= import('./user-session.ts').then(({ openUserSession }) =>
      openUserSession({
        ...this.#options,
        account: this.#account,
        refreshTokens: this.#refreshTokens,
        mayAsk: () => this.#options.isAutomatic || this.#authenticating > 0,
      }),
    )
    return this.#session
  }
}

function refreshTokensOf({ context, clientId }: UserSignInOptions): RefreshTokens<RefreshTokenOwner> {
  const { second, host, authority } = context
  const environment = environmentOf(authority)
  const refreshKeyOf = ({ subject }: RefreshTokenOwner): TokenKey => {
    return { kind: 'refresh', partition: subject.id, environment, clientId, cae: false }
  }
  return new RefreshTokens(second && { ...second, refreshKeyOf, now: host.now })
}

/** The scope of a cloud's resource manager. Its audience ends with a slash, hence the double slash. */
function managementScope(authority: string): string {
  const resources: Readonly<Record<string, string>> = {
    [AzureAuthorityHosts.AzureChina]: 'https://management.core.chinacloudapi.cn/',
    [AzureAuthorityHosts.AzureGermany]: 'https://management.core.cloudapi.de/',
    [AzureAuthorityHosts.AzureGovernment]: 'https://management.core.usgovcloudapi.net/',
  }
  return `${resources[authority] ?? 'https://management.core.windows.net/'}/.default`
}
