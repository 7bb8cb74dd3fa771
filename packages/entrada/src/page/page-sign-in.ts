import { AuthenticationError, CredentialUnavailableError } from '../errors.ts'
import { claimsParameter } from '../oauth/claims.ts'
import { authorizationCode } from '../oauth/grants.ts'
import { requestUserToken, type TokenEndpoint, type UserGrantAnswer } from '../oauth/token-endpoint.ts'
import { abortError, onAbort } from '../runtime/abort.ts'
import type { Page } from '../runtime/page.ts'
import { startTimer } from '../runtime/timer.ts'
import { readAuthorizationAnswer } from '../sign-in/authorization-answer.ts'
import { authorizationUrl } from '../sign-in/authorization-url.ts'
import { readCallback } from '../sign-in/callback-request.ts'
import { makeProofKey } from '../sign-in/proof-key.ts'
import { randomValue } from '../sign-in/random-value.ts'
import { newState, type SignInStyle } from './answer-in-address.ts'
import { nobodySignedIn } from './nobody-signed-in.ts'
import { dropPending, type PendingSignIn, savePending } from './pending-sign-in.ts'
import { answerFromPopup } from './popup.ts'

export interface PageSignIn {
  page: Page
  endpoint: TokenEndpoint
  tenantId: string
  scopes: readonly string[]
  claims: string | undefined
  enableCae: boolean
  prompt: string | undefined
  loginHint: string | undefined
  /** An address of the page's origin. */
  redirectUri: string
  /** How long the person may take, in milliseconds. */
  timeoutMs: number
  /** Hosts of the authority's cloud, where it is one of Microsoft's. */
  aliases: readonly string[]
  signal: AbortSignal
}

/** What the token endpoint gave, and the nonce that its id token has to carry. */
export interface PageAnswer {
  answer: UserGrantAnswer
  nonce: string
}

/** Signs a person in through a window of its own: the code comes back in its fragment, and is redeemed by this page. */
export async function signInWithPopup(request: PageSignIn): Promise<PageAnswer> {
  const { page, endpoint, timeoutMs, signal } = request
  const { credential } = endpoint
  const { url, pending } = await begin(request, 'popup')
  const text = await answerFromPopup({ page, credential, url, state: pending.state, timeoutMs, signal })
  return redeem(text, pending, request)
}

/**
 * Leaves for the sign-in. The page comes back anew, and finds what it has to know in the tab's storage. Never resolves;
 * rejects where nobody waits any more, or the page is still here after the time that the person has.
 */
export async function leaveToSignIn(request: PageSignIn): Promise<never> {
  const { page, endpoint, timeoutMs, signal } = request
  const { credential } = endpoint
  const { url, pending } = await begin(request, 'redirect')
  signal.throwIfAborted()
  keep(page, pending, credential)
  page.leaveFor(url)
  return new Promise((_, reject) => {
    const fail = (error: unknown): void => {
      forget()
      stopTimer()
      dropPending(page)
      reject(error)
    }
    const forget = onAbort(signal, () => fail(signal.reason ?? abortError(`${credential}: aborted.`)))
    const stopTimer = startTimer(timeoutMs, () => fail(nobodySignedIn(credential, timeoutMs)))
  })
}

/** Redeems what came back for a sign-in. Rejects with the refusal where it is one. */
export async function redeem(
  text: string,
  pending: PendingSignIn,
  { endpoint, aliases, signal }: Pick<PageSignIn, 'endpoint' | 'aliases' | 'signal'>,
): Promise<PageAnswer> {
  const { credential } = endpoint
  const { state, nonce, verifier, redirectUri, tenantId, scopes, claims, enableCae } = pending
  const fields = readCallback(text, state)
  if ('reason' in fields) throw notOurs(credential, fields.reason)
  const hosts = [new URL(endpoint.authority).host, ...aliases]
  const code = readAuthorizationAnswer(fields, { credential, scopes, hosts })
  const { fields: form, scopes: ofUsers } = authorizationCode(code, redirectUri)
  const grant = { fields: { ...form, code_verifier: verifier }, scopes: ofUsers }
  return { answer: await requestUserToken(endpoint, grant, { tenantId, scopes, claims, enableCae, signal }), nonce }
}

/** The error of an answer that nobody here waits for. */
export function notOurs(credential: string, reason: string): AuthenticationError {
  const mend = 'Sign in again.'
  const message = `${credential}: the answer to the sign-in does not count: ${reason} ${mend}`
  return new AuthenticationError(400, { error: 'invalid_response', errorDescription: message }, { message, mend })
}

async function begin(request: PageSignIn, style: SignInStyle): Promise<{ url: string; pending: PendingSignIn }> {
  const { endpoint, tenantId, scopes, claims, enableCae, redirectUri } = request
  const { authority, clientId, credential } = endpoint
  const [state, nonce, { verifier, challenge }] = [newState(style), randomValue(), await makeProofKey()]
  const known = { ...{ state, nonce, verifier, redirectUri }, ...{ authority, clientId, tenantId, scopes, enableCae } }
  const url = authorizationUrl({
    ...{ ...request, authority, clientId, state, nonce, challenge },
    responseMode: 'fragment',
    claims: claimsParameter(claims, enableCae, credential),
  })
  return { url, pending: claims === undefined ? known : { ...known, claims } }
}

function keep(page: Page, pending: PendingSignIn, credential: string): void {
  try {
    savePending(page, pending)
  } catch (cause) {
    const mend = "Allow the site to keep data, or use loginStyle 'popup'."
    const message = `${credential}: the browser keeps nothing for this page (sessionStorage). ${mend}`
    throw new CredentialUnavailableError(message, { mend, cause })
  }
}
