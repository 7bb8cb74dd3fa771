import { AuthenticationError, AuthenticationRequiredError, CredentialUnavailableError } from '../errors.ts'
import { oneLine } from '../runtime/one-line.ts'
import type { IssuedToken } from '../types.ts'
import type { BrokerAccount, BrokerAnswer, NativeBroker } from './native-broker.ts'

/** What a token is asked of the broker for. */
export interface BrokerQuestion {
  /** Name of the credential, which begins every message. */
  credential: string
  broker: NativeBroker
  clientId: string
  /** The authority with its tenant. */
  authority: string
  scopes: readonly string[]
  claims: string | undefined
  /** A challenge stands against the token that the broker has. */
  isChallenged: boolean
  /** The account that must answer; without it the one that is signed in to the operating system. */
  homeAccountId: string | undefined
  signal: AbortSignal
  now: number
}

/** A token, and the account that it is of. */
export interface BrokerToken {
  token: IssuedToken
  homeAccountId: string | undefined
}

const signInMend = 'Sign in again where the account is signed in, or use another credential.'

/**
 * A token from the broker of the operating system, which shows nothing to the user. Rejects with
 * `CredentialUnavailableError` where there is no broker or not that account, `AuthenticationRequiredError` where only a
 * person can go on, `AuthenticationError` for all else that it says.
 */
export async function askBroker(question: BrokerQuestion): Promise<BrokerToken> {
  const { credential, broker, scopes } = question
  if (!broker.isBrokerAvailable) {
    const mend = 'See what its plug-in needs on this system, or use another credential.'
    throw new CredentialUnavailableError(`${credential}: the broker is not available here. ${mend}`, { mend })
  }
  try {
    return read(await ask(question), question)
  } catch (error) {
    if (error instanceof CredentialUnavailableError || error instanceof AuthenticationError) throw error
    if (question.signal.aborted) throw question.signal.reason
    throw refusal(error, credential, scopes)
  }
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

/** The broker's own entry of an account. Where it has none it may still be the one of the operating system. */
async function accountOf(
  { broker, clientId }: BrokerQuestion,
  homeAccountId: string,
  correlationId: string,
): Promise<BrokerAccount | undefined> {
  const accounts = await broker.getAllAccounts(clientId, correlationId)
  return accounts.find((account) => isSame(account.homeAccountId, homeAccountId))
}

/** Reads the answer. One of another account than the one that is meant is refused: it would be another identity. */
function read(answer: BrokerAnswer, { credential, homeAccountId, now }: BrokerQuestion): BrokerToken {
  const { accessToken: secret, expiresOn, tokenType = 'Bearer', account } = answer
  if (homeAccountId !== undefined && !isSame(account?.homeAccountId, homeAccountId)) {
    throw new CredentialUnavailableError(`${credential}: the broker answered for another account. ${signInMend}`, {
      mend: signInMend,
    })
  }
  const expiresAt = expiresOn instanceof Date ? expiresOn.getTime() : Number.NaN
  const isToken = typeof secret === 'string' && /^[\x21-\x7e]+$/.test(secret) && /^bearer$/i.test(tokenType)
  if (isToken && expiresAt > now) {
    return { token: { token: secret, expiresAt, tokenType: 'Bearer' }, homeAccountId: account?.homeAccountId }
  }
  const message = `${credential}: the broker gave no token that can be used. ${signInMend}`
  throw new AuthenticationError(
    0,
    { error: 'invalid_response', errorDescription: message },
    { message, mend: signInMend },
  )
}

/** What MSAL's plug-ins throw, by its name and code. */
function refusal(cause: unknown, credential: string, scopes: readonly string[]): Error {
  const {
    name,
    errorCode,
    message: words,
  } = (cause ?? {}) as { name?: unknown; errorCode?: unknown; message?: unknown }
  const code = typeof errorCode === 'string' ? oneLine(errorCode, 100) : 'broker_error'
  const said = typeof words === 'string' ? oneLine(words, 300) : 'no reason'
  const message = `${credential}: the broker refused with ${code}: ${said}. ${signInMend}`
  const details = { message, mend: signInMend, cause }
  if (code === 'no_account_found' || code === 'no_account_in_silent_request') {
    return new CredentialUnavailableError(message, details)
  }
  if (name === 'InteractionRequiredAuthError' || code === 'interaction_required') {
    return new AuthenticationRequiredError({ ...details, scopes: [...scopes] })
  }
  return new AuthenticationError(0, { error: code, errorDescription: said }, details)
}

function isSame(left: string | undefined, right: string): boolean {
  return left?.toLowerCase() === right.toLowerCase()
}
