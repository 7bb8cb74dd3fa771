import { CredentialUnavailableError } from '../errors.ts'
import { authorizationCode } from '../oauth/grants.ts'
import { claimsParameter, requestUserToken, type UserGrantAnswer } from '../oauth/token-endpoint.ts'
import { abortError, onAbort } from '../runtime/abort.ts'
import type { Page } from '../runtime/page.ts'
import { startTimer } from '../runtime/timer.ts'
import { readAuthorizationAnswer } from '../sign-in/authorization-answer.ts'
import { authorizationUrl } from '../sign-in/authorization-url.ts'
import { readCallback } from '../sign-in/callback-request.ts'
import type { CodeFlowRequest } from '../sign-in/code-flow-request.ts'
import { makeProofKey, randomValue } from '../sign-in/one-time-values.ts'
import { nobodySignedIn, rejectedResponse } from '../sign-in/sign-in-refusals.ts'
import { newState, type SignInStyle } from './answer-in-address.ts'
import { dropPending, type PendingSignIn, savePending } from './pending-sign-in.ts'
import { answerFromPopup } from './popup.ts'

export interface PageSignIn extends CodeFlowRequest {
  page: Page
  /** An address of the page's origin. */
  redirectUri: string
}

/** The response of the token endpoint, and the nonce that its ID token must carry. */
export interface PageAnswer {
  answer: UserGrantAnswer
  nonce: string
}

/** Signs a person in through a popup: the code comes back in the fragment of its address, and this page redeems it. */
export async function signInWithPopup(request: PageSignIn): Promise<PageAnswer> {
  const { page, endpoint, timeoutMs, signal } = request
  const { credential } = endpoint
  const { url, pending } = await begin(request, 'popup')
  const text = await answerFromPopup({ page, credential, url, state: pending.state, timeoutMs, signal })
  return redeem(text, pending, request)
}

/**
 * Navigates this page to the sign-in. When it is loaded again afterwards, it finds what it needs in the tab's storage.
 * Never resolves; rejects if nobody waits any more, or if the page is still here when the person's time is up.
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

/** Redeems the response to a sign-in. Rejects with the refusal if it is one. */
export async function redeem(
  text: string,
  pending: PendingSignIn,
  { endpoint, aliases, signal }: Pick<PageSignIn, 'endpoint' | 'aliases' | 'signal'>,
): Promise<PageAnswer> {
  const { credential } = endpoint
  const { state, nonce, verifier, redirectUri, tenantId, scopes, claims, enableCae } = pending
  const fields = readCallback(text, state)
  if ('reason' in fields) throw rejectedResponse(credential, fields.reason.replace(/\.$/, ''))
  const hosts = [new URL(endpoint.authority).host, ...aliases]
  const code = readAuthorizationAnswer(fields, { credential, scopes, hosts })
  const { fields: form, scopes: ofUsers } = authorizationCode(code, redirectUri)
  const grant = { fields: { ...form, code_verifier: verifier }, scopes: ofUsers }
  return { answer: await requestUserToken(endpoint, grant, { tenantId, scopes, claims, enableCae, signal }), nonce }
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
    const remedy = "Allow the site to store data, or use loginStyle 'popup'."
    const problem = {
      who: credential,
      reason: 'the browser does not let this page store anything (sessionStorage).',
      remedy,
    }
    throw new CredentialUnavailableError(problem, { cause })
  }
}
