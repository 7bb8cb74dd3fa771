import { Flights } from '../cache/flights.ts'
import type { RefreshTokenOwner, RefreshTokens } from '../cache/refresh-tokens.ts'
import type { TokenRequest } from '../cache/token-request.ts'
import { AuthenticationError, AuthenticationRequiredError } from '../errors.ts'
import { refreshToken } from '../oauth/grants.ts'
import { isInvalidGrant } from '../oauth/invalid-grant.ts'
import { requestUserToken, type TokenEndpoint, type UserGrantAnswer } from '../oauth/token-endpoint.ts'
import { homeAccountOf } from '../sign-in/id-token.ts'
import type { IssuedToken } from '../types.ts'
import type { CurrentAccount } from './accounts.ts'
import { endpointOf } from './application.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import { groupOf } from './credential.ts'
import { accountOf } from './user-account.ts'
import { forgetRecords, writeAccount } from './user-records.ts'
import { anotherAccount, signInRequired } from './user-refusals.ts'
import type { UserSignInOptions } from './user-sign-in.ts'

/** A question to a person, or to what stands for one. */
export interface Asked {
  endpoint: TokenEndpoint
  tenantId: string
  scopes: readonly string[]
  claims: string | undefined
  enableCae: boolean
  /** Who has to sign in, if that is known. */
  account: AuthenticationRecord | undefined
  /** Ends when nobody waits for the answer any more. */
  signal: AbortSignal
  /** Reads who it was. Rejects for an id token that does not count, and for another account than the one that had to be. */
  identify(answer: UserGrantAnswer, nonce?: string): Promise<AuthenticationRecord>
}

/** Asks, and gives what the token endpoint answered, with who it was. */
export type AskUser = (asked: Asked) => Promise<SignedIn>

export interface SignedIn {
  answer: UserGrantAnswer
  record: AuthenticationRecord
}

export interface UserSession {
  /** A token for the account's refresh token, else from asking. */
  acquire(request: TokenRequest, signal: AbortSignal, held?: { expiresAt: number }): Promise<IssuedToken>
  /** Forgets an account's refresh tokens, and what the store has of it. */
  forget(homeAccountId: string): Promise<void>
  close(): Promise<void>
}

export interface UserSessionOptions extends UserSignInOptions {
  account: CurrentAccount
  refreshTokens: RefreshTokens<RefreshTokenOwner>
  mayAsk(): boolean
}

export function openUserSession(options: UserSessionOptions): UserSession {
  const { context, tenantId: ownTenantId, clientId, account, refreshTokens, mayAsk, needsPerson, ask } = options
  const { name, host, second } = context
  const environment = new URL(context.authority).host
  const endpoint = endpointOf({ tenantId: ownTenantId, clientId, authenticate: () => undefined }, context)
  const signIns = new Flights<SignedIn & { by: TokenRequest }>(name)

  async function acquire(
    request: TokenRequest,
    signal: AbortSignal,
    held?: { expiresAt: number },
  ): Promise<IssuedToken> {
    const { turn } = account
    const silent = account.isKnown ? await redeem(request, signal, turn) : {}
    if ('issued' in silent) return silent.issued
    const claims = silent.claims ?? request.claims
    if (!mayAsk() || (needsPerson && held !== undefined && host.now() < held.expiresAt)) {
      throw signInRequired(name, request, { claims, isEarly: mayAsk(), cause: silent.because })
    }
    // One window, however many wait: who did not open it goes on with the refresh token that it brings.
    const { answer, by } = await signIns.join('', (ending) => signIn(request, claims, turn, ending), { signal })
    return by === request ? keep(request, answer) : acquire(request, signal, held)
  }

  /** Redeems the account's refresh token. Gives the token, or what makes it necessary to ask. */
  async function redeem(
    request: TokenRequest,
    signal: AbortSignal,
    turn: number,
  ): Promise<{ issued: IssuedToken } | { claims?: string | undefined; because?: unknown }> {
    const owner = { subject: account.subject }
    const token = await refreshTokens.get(owner, signal)
    if (token === undefined) return {}
    try {
      const answer = await requestUserToken(endpoint, refreshToken(token), { ...request, signal })
      checkTurn(turn)
      checkSame(answer)
      if (answer.issued.refreshToken !== undefined) await refreshTokens.set(owner, answer.issued.refreshToken)
      return { issued: keep(request, answer) }
    } catch (error) {
      checkTurn(turn)
      if (error instanceof AuthenticationRequiredError) return { claims: error.claims, because: error }
      if (!isInvalidGrant(error)) throw error
      return refreshTokens.drop(owner, token) ? { because: error } : redeem(request, signal, turn)
    }
  }

  async function signIn(
    request: TokenRequest,
    claims: string | undefined,
    turn: number,
    signal: AbortSignal,
  ): Promise<SignedIn & { by: TokenRequest }> {
    const { tenantId, scopes, enableCae } = request
    const identify: Asked['identify'] = async (answer, nonce) => {
      const asked = { name, authority: context.authority, tenantId, clientId, nonce, now: host.now() }
      const record = accountOf(answer, asked)
      const { record: expected } = account
      if (expected !== undefined && !isSame(expected.homeAccountId, record.homeAccountId)) {
        throw anotherAccount(name, request, expected, record)
      }
      return record
    }
    const asked = { endpoint, tenantId, scopes, claims, enableCae, account: account.record, signal, identify }
    const { answer, record } = await ask(asked)
    checkTurn(turn)
    if (!account.isKnown) account.set(record)
    const owner = { subject: account.subject }
    if (answer.issued.refreshToken !== undefined) await refreshTokens.set(owner, answer.issued.refreshToken)
    if (second !== undefined) writeAccount(second, record, { environment, now: host.now() })
    return { answer, record, by: request }
  }

  /** Files the token under the account that it is for; the cache keeps neither refresh token nor id token with it. */
  function keep(request: TokenRequest, { issued }: UserGrantAnswer): IssuedToken {
    request.subject = account.subject
    request.group = groupOf(account.subject, request.tenantId, ownTenantId)
    const { refreshToken: _, ...token } = issued
    return token
  }

  function checkTurn(turn: number): void {
    if (turn !== account.turn) throw new Error(`${name}: the account signed out meanwhile. Ask again.`)
  }

  /** OpenID Connect Core, 12.2: a refresh brings the same user, or it counts for nothing. */
  function checkSame({ clientInfo }: UserGrantAnswer): void {
    const home = homeAccountOf(clientInfo)
    if (home === undefined || isSame(home, account.subject.id)) return
    const message = `${name}: the refresh token brought a token of another account. Call signOut(), then authenticate().`
    throw new AuthenticationError(200, { error: 'invalid_response', errorDescription: message }, { message })
  }

  async function forget(homeAccountId: string): Promise<void> {
    refreshTokens.clear()
    if (second === undefined || homeAccountId === '') return
    await forgetRecords(second, name, { homeAccountId, environment, clientId })
  }

  async function close(): Promise<void> {
    await signIns.close()
    refreshTokens.clear()
  }

  return { acquire, forget, close }
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
