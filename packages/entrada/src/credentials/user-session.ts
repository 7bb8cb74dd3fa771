import { Flights } from '../cache/flights.ts'
import type { RefreshTokenOwner, RefreshTokens } from '../cache/refresh-tokens.ts'
import { type SecondLevel, writeStore } from '../cache/second-level.ts'
import type { TokenRequest } from '../cache/token-request.ts'
import type { TokenKey } from '../cache/token-store.ts'
import { AuthenticationError, AuthenticationRequiredError } from '../errors.ts'
import { base64urlOf } from '../oauth/base64url.ts'
import { refreshToken } from '../oauth/grants.ts'
import { requestUserToken, type TokenEndpoint, type UserGrantAnswer } from '../oauth/token-endpoint.ts'
import { homeAccountOf } from '../sign-in/id-token.ts'
import type { GetTokenOptions, IssuedToken } from '../types.ts'
import type { CurrentAccount } from './accounts.ts'
import { endpointOf } from './application.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import { groupOf } from './credential.ts'
import { accountOf } from './user-account.ts'
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

/** Users who are not in the tenant that was asked: another sign-in of theirs would not change that. */
const notInTenant: readonly number[] = [50020, 50034, 51004]

/** As long as Entra ID keeps a refresh token, in milliseconds. */
const accountLife = 90 * 24 * 3600_000

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
      throw required(request, claims, mayAsk(), silent.because)
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
        throw anotherAccount(expected, record, request)
      }
      return record
    }
    const asked = { endpoint, tenantId, scopes, claims, enableCae, account: account.record, signal, identify }
    const { answer, record } = await ask(asked)
    checkTurn(turn)
    if (!account.isKnown) account.set(record)
    const owner = { subject: account.subject }
    if (answer.issued.refreshToken !== undefined) await refreshTokens.set(owner, answer.issued.refreshToken)
    if (second !== undefined) writeAccount(second, record)
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

  function required(
    { scopes, claims: asked, tenantId, enableCae }: TokenRequest,
    claims: string | undefined,
    isEarly: boolean,
    cause: unknown,
  ): AuthenticationRequiredError {
    const mend = isEarly ? 'The token at hand is used until it ends.' : 'Call authenticate(), then ask again.'
    const reason = isEarly ? 'a person has to sign in again.' : 'Automatic authentication has been disabled.'
    const getTokenOptions: GetTokenOptions = { tenantId, enableCae, ...(asked === undefined ? {} : { claims: asked }) }
    const { statusCode, errorResponse } = (cause ?? {}) as Partial<AuthenticationError>
    return new AuthenticationRequiredError({
      ...{ scopes: [...scopes], claims, getTokenOptions, message: `${name}: ${reason} ${mend}`, mend, cause },
      ...(statusCode === undefined ? {} : { statusCode }),
      ...(errorResponse === undefined ? {} : { errorResponse }),
    })
  }

  function anotherAccount(expected: AuthenticationRecord, came: AuthenticationRecord, { scopes }: TokenRequest): Error {
    const mend = `Sign in as ${expected.username}, or call signOut() first.`
    const message = `${name}: ${came.username} signed in, and this credential is ${expected.username}'s. ${mend}`
    return new AuthenticationRequiredError({ scopes: [...scopes], message, mend })
  }

  function writeAccount(level: SecondLevel, record: AuthenticationRecord): void {
    const cachedAt = host.now()
    const key: TokenKey = { kind: 'account', partition: record.homeAccountId, environment, clientId, cae: false }
    const secret = base64urlOf(JSON.stringify(record))
    writeStore(level, { key, secret, cachedAt, expiresAt: cachedAt + accountLife })
  }

  async function forget(homeAccountId: string): Promise<void> {
    refreshTokens.clear()
    if (second === undefined || homeAccountId === '') return
    try {
      const records = await second.store.list(homeAccountId)
      const own = records.filter(({ key }) => key.clientId === clientId && key.environment === environment)
      await Promise.all(own.map(({ key }) => second.store.delete(key)))
    } catch (error) {
      second.emit({ type: 'store-failed', operation: 'delete', error })
      const mend = 'Call signOut() again when it answers, or remove the records of the account there.'
      throw new Error(`${name}: signed out here, but the tokenStore keeps its records. ${mend}`, { cause: error })
    }
  }

  async function close(): Promise<void> {
    await signIns.close()
    refreshTokens.clear()
  }

  return { acquire, forget, close }
}

/** What Entra ID says of a refresh token that has expired, was revoked or is used up. */
function isInvalidGrant(error: unknown): boolean {
  if (!(error instanceof AuthenticationError) || error.errorResponse.error !== 'invalid_grant') return false
  return !error.errorResponse.errorCodes?.some((code) => notInTenant.includes(code))
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
