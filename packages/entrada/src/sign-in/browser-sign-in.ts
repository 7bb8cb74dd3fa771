import { CredentialUnavailableError } from '../errors.ts'
import { type Grant, userScopes } from '../oauth/grants.ts'
import { claimsParameter, requestUserToken, type UserGrantAnswer } from '../oauth/token-endpoint.ts'
import { abortError, onAbort } from '../runtime/abort.ts'
import type { ListenOnLoopback } from '../runtime/loopback-server.ts'
import { oneLine, sentence } from '../runtime/one-line.ts'
import { startTimer } from '../runtime/timer.ts'
import { readAuthorizationAnswer } from './authorization-answer.ts'
import { authorizationUrl } from './authorization-url.ts'
import type { CodeFlowRequest } from './code-flow-request.ts'
import { type CallbackAnswer, type Loopback, openLoopback } from './loopback.ts'
import type { LoopbackUri } from './loopback-uri.ts'
import { makeProofKey, type ProofKey, randomValue } from './one-time-values.ts'
import { nobodySignedIn } from './sign-in-refusals.ts'

export interface BrowserSignIn<Identity> extends CodeFlowRequest {
  uri: LoopbackUri
  /** HTML documents to show instead of our own pages. */
  pages: { success?: string | undefined; error?: string | undefined }
  listen: ListenOnLoopback
  /** Opens the page. Never resolves; rejects with the reason if it cannot be opened. */
  open(url: string): Promise<never>
  /** Reads who signed in. Rejects if the ID token fails validation. */
  identify(answer: UserGrantAnswer, nonce: string): Promise<Identity>
}

/** The origin that personal accounts return from, in Microsoft's clouds. */
const personalAccounts = 'https://login.live.com'

/**
 * Signs in a person who sits at this machine (RFC 8252; OAuth 2.0 Form Post Response Mode): opens a browser at the
 * authority, waits on loopback for the code, and redeems it. The browser shows its last page when the outcome is known.
 * Once this has settled, nothing listens any more.
 */
export async function signInWithBrowser<Identity>(request: BrowserSignIn<Identity>): Promise<Identity> {
  const { endpoint, aliases, signal, pages } = request
  const [state, nonce, proof] = [randomValue(), randomValue(), await makeProofKey()]
  const { host, origin } = new URL(endpoint.authority)
  const hosts = [host, ...aliases]
  const ofCloud = aliases.length === 0 ? [] : [...aliases.map((host) => `https://${host}`), personalAccounts]
  const origins = [origin, ...ofCloud]
  const loopback = await listen(request, state, origins)
  let callback: CallbackAnswer | undefined
  try {
    signal.throwIfAborted()
    const { redirectUri } = loopback
    const claims = claimsParameter(request.claims, request.enableCae, endpoint.credential)
    const parts = { ...request, ...endpoint, redirectUri, state, nonce, challenge: proof.challenge, claims }
    callback = await answerOf(request, loopback, authorizationUrl({ ...parts, responseMode: 'form_post' }))
    const { credential } = endpoint
    const code = readAuthorizationAnswer(callback.fields, { credential, scopes: request.scopes, hosts })
    const answer = await requestUserToken(endpoint, provenCode(code, redirectUri, proof), request)
    const identity = await request.identify(answer, nonce)
    await callback.show(200, pages.success === undefined ? success : { html: pages.success })
    return identity
  } catch (error) {
    await callback?.show(400, pages.error === undefined ? failure(error) : { html: pages.error })
    throw error
  } finally {
    await loopback.close()
  }
}

/** A code, with the proof that it was requested here (RFC 7636, 4.5). */
function provenCode(code: string, redirectUri: string, { verifier }: ProofKey): Grant {
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  return { fields, scopes: userScopes }
}

const success = { heading: 'You are signed in', text: 'You can close this window and go back to the program.' }

function failure(error: unknown): { heading: string; text: string } {
  const reason = error instanceof Error ? oneLine(error.message, 600) : 'The program could not finish the sign-in.'
  return { heading: 'You are not signed in', text: `${sentence(reason)} You can close this window.` }
}

async function listen<Identity>(
  { uri, listen: listenOn, endpoint: { credential } }: BrowserSignIn<Identity>,
  state: string,
  origins: readonly string[],
): Promise<Loopback> {
  try {
    return await openLoopback({ uri, state, origins, listen: listenOn })
  } catch (error) {
    const { code, address, flag } = error as { code?: string; address?: string; flag?: string }
    const where = `${address ?? uri.hostname}${uri.port === 0 ? '' : `, port ${uri.port}`}`
    const usualRemedy = uri.port === 0 ? 'Use DeviceCodeCredential.' : 'Free the port, or use another redirectUri.'
    const remedy = flag === undefined ? usualRemedy : `Run this program with ${flag}, or use DeviceCodeCredential.`
    const problem = {
      who: credential,
      reason: `cannot listen on ${where} for the sign-in response (${code ?? error}).`,
      remedy,
    }
    throw new CredentialUnavailableError(problem, { cause: error })
  }
}

/** Resolves to the response, unless the browser cannot be opened, nobody waits any more, or it takes too long. */
function answerOf<Identity>(
  request: BrowserSignIn<Identity>,
  loopback: Loopback,
  url: string,
): Promise<CallbackAnswer> {
  const { signal, timeoutMs, endpoint } = request
  const { credential } = endpoint
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => end(() => reject(signal.reason ?? abortError(`${credential}: aborted.`))))
    const stopTimer = startTimer(timeoutMs, () => end(() => reject(nobodySignedIn(credential, timeoutMs))))
    const end = (act: () => void): void => {
      forget()
      stopTimer()
      act()
    }
    loopback.answer.then((answer) => end(() => resolve(answer)))
    request.open(url).catch((error: unknown) => end(() => reject(notOpened(credential, error))))
  })
}

function notOpened(credential: string, error: unknown): CredentialUnavailableError {
  const reason = error instanceof Error ? oneLine(error.message, 300) : 'no reason was given'
  const remedy = 'Use DeviceCodeCredential, or pass openBrowser and a redirectUri with a fixed port that is forwarded.'
  const problem = { who: credential, reason: `no browser can be opened here: ${sentence(reason)}`, remedy }
  return new CredentialUnavailableError(problem, { cause: error })
}
