import { AuthenticationError, AuthenticationRequiredError, CredentialUnavailableError } from '../errors.ts'
import type { BrokerAccount, BrokerAnswer, NativeBroker } from '../plugins/native-broker.ts'
import { orAborted } from '../runtime/abort.ts'
import { equalIgnoringCase } from '../runtime/equal-ignoring-case.ts'
import { rebuilt } from '../runtime/foreign-error.ts'
import { oneLine, sentence } from '../runtime/one-line.ts'
import { longestLifeMs } from '../token-life.ts'
import type { IssuedToken } from '../types.ts'

/** A request for a token from the broker. */
export interface BrokerQuestion {
  /** Name of the credential, with which every message begins. */
  credential: string
  broker: NativeBroker
  clientId: string
  /** The authority with its tenant. */
  authority: string
  scopes: readonly string[]
  claims: string | undefined
  /** Set if the token that the broker has was rejected by a claims challenge. */
  isChallenged: boolean
  /** The account that the token must be for; `undefined` means the one that is signed in to the operating system. */
  homeAccountId: string | undefined
  signal: AbortSignal
  now: number
}

/** A token, and the account that it is for. */
export interface BrokerToken {
  token: IssuedToken
  homeAccountId: string | undefined
}

const signInRemedy = 'Sign in to the account again on this system, or use another credential.'

/**
 * Gets a token from the operating system's broker, without showing anything to the user. Rejects with
 * `CredentialUnavailableError` if there is no broker or it does not have the account, with
 * `AuthenticationRequiredError` if user interaction is required, and with `AuthenticationError` for any other refusal.
 */
export async function askBroker(question: BrokerQuestion): Promise<BrokerToken> {
  const { credential, broker, scopes } = question
  if (!broker.isBrokerAvailable) {
    const remedy = 'Check what its plug-in needs on this system, or use another credential.'
    throw new CredentialUnavailableError({ who: credential, reason: 'the broker is not available here.', remedy })
  }
  let outcome: BrokerToken | Error
  try {
    // A broker cannot be stopped: a caller that aborts just no longer waits for its response.
    outcome = read(await orAborted(ask(question), question.signal, `${credential}: aborted.`), question)
  } catch (error) {
    if (question.signal.aborted) throw question.signal.reason
    throw refusal(error, credential, scopes)
  }
  if (outcome instanceof Error) throw outcome
  return outcome
}

async function ask(question: BrokerQuestion): Promise<BrokerAnswer> {
  const { broker, clientId, authority, scopes, claims, isChallenged, homeAccountId, signal } = question
  const correlationId = crypto.randomUUID()
  const account = homeAccountId === undefined ? undefined : await accountOf(question, homeAccountId, correlationId)
  signal.throwIfAborted()
  const accountId = account?.nativeAccountId
  return broker.acquireTokenSilent({
    clientId,
    authority,
    correlationId,
    redirectUri: '',
    scopes: [...scopes],
    forceRefresh: isChallenged,
    extraParameters: {},
    ...(claims === undefined ? {} : { claims }),
    ...(accountId === undefined ? {} : { accountId }),
  })
}

/** The broker's own entry for an account. If there is none, the account may still be the operating system's. */
async function accountOf(
  { broker, clientId }: BrokerQuestion,
  homeAccountId: string,
  correlationId: string,
): Promise<BrokerAccount | undefined> {
  const accounts = await broker.getAllAccounts(clientId, correlationId)
  return accounts.find((account) => equalIgnoringCase(account.homeAccountId, homeAccountId))
}

/** Reads the response. A response for a different account is refused: it would be a different identity. */
function read(
  answer: BrokerAnswer | undefined,
  { credential, homeAccountId, now }: BrokerQuestion,
): BrokerToken | Error {
  const { accessToken: secret, expiresOn, tokenType = 'Bearer', account } = answer ?? {}
  if (homeAccountId !== undefined && !equalIgnoringCase(account?.homeAccountId, homeAccountId)) {
    return new CredentialUnavailableError({
      who: credential,
      reason: 'the broker returned a token for a different account.',
      remedy: signInRemedy,
    })
  }
  // Not `instanceof`: in Jest, what a native module made has another realm's classes.
  const expiresAt = typeof expiresOn?.getTime === 'function' ? expiresOn.getTime() : Number.NaN
  const isToken = typeof secret === 'string' && /^[\x21-\x7e]+$/.test(secret) && /^bearer$/i.test(tokenType)
  if (isToken && expiresAt > now && expiresAt - now <= longestLifeMs) {
    return { token: { token: secret, expiresAt, tokenType: 'Bearer' }, homeAccountId: account?.homeAccountId }
  }
  const problem = { who: credential, reason: 'the broker returned no usable token.', remedy: signInRemedy }
  return new AuthenticationError(0, { error: 'invalid_response' }, problem)
}

/** Makes an error from what MSAL's plug-ins throw, by its name and code. */
function refusal(error: unknown, credential: string, scopes: readonly string[]): Error {
  const { name, errorCode } = (error ?? {}) as { name?: unknown; errorCode?: unknown }
  // A broker's error may contain the request and tokens, so it is rebuilt.
  const cause = rebuilt(error)
  const code = typeof errorCode === 'string' ? oneLine(errorCode.slice(0, 1000), 100) : 'broker_error'
  const message = oneLine(cause.message, 300) || 'no reason'
  const problem = {
    who: credential,
    reason: `the broker refused with ${code}: ${sentence(message)}`,
    remedy: signInRemedy,
  }
  if (code === 'no_account_found' || code === 'no_account_in_silent_request') {
    return new CredentialUnavailableError(problem, { cause })
  }
  if (name === 'InteractionRequiredAuthError' || code === 'interaction_required') {
    return new AuthenticationRequiredError({ ...problem, cause, scopes: [...scopes] })
  }
  return new AuthenticationError(0, { error: code, errorDescription: message }, { ...problem, cause })
}
