import { Flights } from '../cache/flights.ts'
import type { RefreshTokenOwner, RefreshTokens } from '../cache/refresh-tokens.ts'
import type { AcquiredToken } from '../cache/token-flight.ts'
import type { Subject, TokenRequest } from '../cache/token-request.ts'
import { AuthenticationError, AuthenticationRequiredError } from '../errors.ts'
import { environmentOf } from '../oauth/authority.ts'
import { refreshToken } from '../oauth/grants.ts'
import { isInvalidGrant } from '../oauth/refusal.ts'
import { requestUserToken, type TokenEndpoint, type UserGrantAnswer } from '../oauth/token-endpoint.ts'
import { homeAccountOf } from '../sign-in/id-token.ts'
import { endpointOf } from '../source/application-source.ts'
import type { CredentialContext } from '../source/context.ts'
import { groupOf } from '../source/token-source.ts'
import type { AuthenticationRecord } from './authentication-record.ts'
import type { CurrentAccount } from './current-account.ts'
import { accountOf } from './user-account.ts'
import { forgetRecords, writeAccount } from './user-records.ts'
import { anotherAccount, signInRequired } from './user-refusals.ts'

/** A request to sign in, to a person or to whatever stands in for one. */
export interface Asked {
  endpoint: TokenEndpoint
  tenantId: string
  scopes: readonly string[]
  claims: string | undefined
  enableCae: boolean
  /** The account that must sign in, if it is known. */
  account: AuthenticationRecord | undefined
  /** Aborted when nobody waits for the response any more. */
  signal: AbortSignal
  /** Reads who signed in. Rejects if the ID token fails validation, or if it was not the required account. */
  identify(answer: UserGrantAnswer, nonce?: string): Promise<AuthenticationRecord>
}

/** Asks, and resolves to the token endpoint's response and the account. */
type AskUser = (asked: Asked) => Promise<SignedIn>

export interface SignedIn {
  answer: UserGrantAnswer
  record: AuthenticationRecord
}

export interface UserSession {
  /** Gets a token with the account's refresh token, or else by asking the person. */
  acquire(request: TokenRequest, signal: AbortSignal, held?: { expiresAt: number }): Promise<AcquiredToken>
  /** Forgets the refresh tokens, and removes the account from the store if one was signed in. */
  forget(homeAccountId: string | undefined): Promise<void>
  close(): Promise<void>
}

export interface UserSessionOptions {
  context: CredentialContext
  tenantId: string
  clientId: string
  /** Whether asking involves a person, who is never asked for the sake of a refresh ahead of time. */
  needsPerson: boolean
  ask: AskUser
}

/** What the session shares with the credential that opens it. */
export interface SessionState {
  account: CurrentAccount
  refreshTokens: RefreshTokens<RefreshTokenOwner>
  mayAsk(): boolean
}

export function openUserSession(options: UserSessionOptions & SessionState): UserSession {
  const { context, tenantId: ownTenantId, clientId, account, refreshTokens, mayAsk, needsPerson, ask } = options
  const { name, host, second } = context
  const environment = environmentOf(context.authority)
  const endpoint = endpointOf({ tenantId: ownTenantId, clientId, authenticate: () => undefined }, context)
  const signIns = new Flights<SignedIn & { by: TokenRequest; subject: Subject }>(name)

  async function acquire(
    request: TokenRequest,
    signal: AbortSignal,
    held?: { expiresAt: number },
  ): Promise<AcquiredToken> {
    const { signOuts, subject } = account
    const silent = subject === undefined ? {} : await redeem(request, signal, signOuts, subject)
    if ('issued' in silent) return silent.issued
    const claims = silent.claims ?? request.claims
    if (!mayAsk() || (needsPerson && held !== undefined && host.now() < held.expiresAt)) {
      throw signInRequired(name, request, { claims, isEarly: mayAsk(), cause: silent.because })
    }
    // One window, however many callers wait: those that did not open it continue with the refresh token that it yields.
    const {
      answer,
      by,
      subject: signedIn,
    } = await signIns.join('', (ending) => signIn(request, claims, signOuts, ending), { signal })
    return by === request ? ownedBy(signedIn, request, answer) : acquire(request, signal, held)
  }

  /** Redeems the account's refresh token. Resolves to the token, or to the reason why the person must be asked. */
  async function redeem(
    request: TokenRequest,
    signal: AbortSignal,
    signOuts: number,
    subject: Subject,
  ): Promise<{ issued: AcquiredToken } | { claims?: string | undefined; because?: unknown }> {
    const owner = { subject }
    const token = await refreshTokens.get(owner, signal)
    if (token === undefined) return {}
    try {
      const answer = await requestUserToken(endpoint, refreshToken(token), { ...request, signal })
      checkStillSignedIn(signOuts)
      checkSame(answer, subject)
      if (answer.issued.refreshToken !== undefined) await refreshTokens.set(owner, answer.issued.refreshToken)
      return { issued: ownedBy(subject, request, answer) }
    } catch (error) {
      checkStillSignedIn(signOuts)
      if (error instanceof AuthenticationRequiredError) return { claims: error.claims, because: error }
      if (!isInvalidGrant(error)) throw error
      return refreshTokens.drop(owner, token) ? { because: error } : redeem(request, signal, signOuts, subject)
    }
  }

  async function signIn(
    request: TokenRequest,
    claims: string | undefined,
    signOuts: number,
    signal: AbortSignal,
  ): Promise<SignedIn & { by: TokenRequest; subject: Subject }> {
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
    checkStillSignedIn(signOuts)
    const subject = account.subject ?? account.set(record)
    if (answer.issued.refreshToken !== undefined) await refreshTokens.set({ subject }, answer.issued.refreshToken)
    if (second !== undefined) writeAccount(second, record, { environment, now: host.now() })
    return { answer, record, by: request, subject }
  }

  /** The token with the account that it is for; the cache keeps neither the refresh token nor the ID token with it. */
  function ownedBy(subject: Subject, request: TokenRequest, { issued }: UserGrantAnswer): AcquiredToken {
    const { refreshToken: _, ...token } = issued
    return { ...token, owner: { subject, group: groupOf(subject, request.tenantId, ownTenantId) } }
  }

  function checkStillSignedIn(signOuts: number): void {
    if (signOuts !== account.signOuts) throw new Error(`${name}: the account signed out in the meantime. Try again.`)
  }

  /** OpenID Connect Core, 12.2: a refresh must return the same user; otherwise it is refused. */
  function checkSame({ clientInfo }: UserGrantAnswer, { id }: Subject): void {
    const home = homeAccountOf(clientInfo)
    if (home === undefined || isSame(home, id)) return
    const reason = 'the refresh token yielded a token for a different account.'
    const problem = { who: name, reason, remedy: 'Call signOut(), then authenticate().' }
    throw new AuthenticationError(200, { error: 'invalid_response' }, problem)
  }

  async function forget(homeAccountId: string | undefined): Promise<void> {
    refreshTokens.clear()
    if (second === undefined || homeAccountId === undefined) return
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
