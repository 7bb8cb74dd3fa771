import { type RefreshTokenOwner, RefreshTokens } from '../cache/refresh-tokens.ts'
import type { TokenKey } from '../cache/token-store.ts'
import { AzureAuthorityHosts } from '../oauth/authority.ts'
import { orAborted } from '../runtime/abort.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'
import { CurrentAccount } from './accounts.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import type { CredentialContext } from './context.ts'
import { TokenSource } from './credential.ts'
import type { AskUser, UserSession } from './user-session.ts'

export interface UserSignInOptions {
  context: CredentialContext
  tenantId: string
  clientId: string
  /** Who signed in before. */
  record: AuthenticationRecord | undefined
  /** Whether `getToken` may ask a person; `authenticate` may always. */
  isAutomatic: boolean
  /** Whether asking takes a person, who is never asked for a refresh that runs ahead of need. */
  needsPerson: boolean
  ask: AskUser
  /** Who is signed in already, where the runtime keeps that. Asked before the first token. */
  begin?: Begin
  /** Ends the session at the authority, when the tokens are gone. */
  leave?: () => Promise<void>
}

/** Finds who is signed in already. */
export type Begin = (signal: AbortSignal) => Promise<SignedInBefore | undefined>

export interface SignedInBefore {
  record: AuthenticationRecord
  /** Where it is new. */
  refreshToken?: string
}

/**
 * What the credentials of people are made of: the account that is signed in, its tokens, and a way to ask for more. A
 * token comes from the cache, else for the account's refresh token, else from asking.
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
      acquire: async (request, signal, held) => (await this.#open()).acquire(request, signal, held),
    })
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    const get = (): Promise<AccessToken> => this.#tokens.getToken(scopes, options, this.#account.subject)
    return this.#begin === undefined ? get() : this.#begun(this.#begin, options).then(get)
  }

  async getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    if (this.#begin !== undefined) await this.#begun(this.#begin, options)
    return this.#tokens.getTokenInfo(scopes, options, this.#account.subject)
  }

  /** Signs in if nobody is, or if what is asked takes it, whatever `disableAutomaticAuthentication` says. */
  async authenticate(scopes?: string | string[], options?: GetTokenOptions): Promise<AuthenticationRecord> {
    this.#authenticating++
    try {
      await this.getToken(scopes ?? managementScope(this.#options.context.authority), options)
    } finally {
      this.#authenticating--
    }
    const { record } = this.#account
    if (record !== undefined) return record
    throw new Error(`${this.#options.context.name}: the account signed out meanwhile. Call authenticate() again.`)
  }

  /** Forgets the account and its tokens, in memory and in the store. Rejects where the store keeps them. */
  async signOut(): Promise<void> {
    // Whoever could not be found is not here.
    if (this.#begin !== undefined) await this.#begun(this.#begin).catch(() => undefined)
    const { isKnown, subject } = this.#account
    this.#account.signOut()
    this.#tokens.forget()
    await (await this.#open()).forget(subject.id)
    if (isKnown) await this.#options.leave?.()
  }

  async close(): Promise<void> {
    this.#begin = undefined
    this.#ending?.abort()
    await this.#tokens.close()
    await (await this.#session)?.close()
  }

  /** Resolves when it is known who is signed in already; what went wrong is the callers', and the next one asks again. */
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
    this.#account.set(found.record)
    const { subject } = this.#account
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
  const environment = new URL(authority).host
  const refreshKeyOf = ({ subject }: RefreshTokenOwner): TokenKey => {
    return { kind: 'refresh', partition: subject?.id ?? '', environment, clientId, cae: false }
  }
  return new RefreshTokens(second && { ...second, refreshKeyOf, now: host.now })
}

/** The scope of the resource manager of a cloud, with the two slashes that its tokens' audience asks for. */
function managementScope(authority: string): string {
  const resources: Readonly<Record<string, string>> = {
    [AzureAuthorityHosts.AzureChina]: 'https://management.core.chinacloudapi.cn/',
    [AzureAuthorityHosts.AzureGermany]: 'https://management.core.cloudapi.de/',
    [AzureAuthorityHosts.AzureGovernment]: 'https://management.core.usgovcloudapi.net/',
  }
  return `${resources[authority] ?? 'https://management.core.windows.net/'}/.default`
}
