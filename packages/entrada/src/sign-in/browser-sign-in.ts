import { CredentialUnavailableError } from '../errors.ts'
import { claimsParameter } from '../oauth/claims.ts'
import { type Grant, userScopes } from '../oauth/grants.ts'
import { requestUserToken, type TokenEndpoint, type UserGrantAnswer } from '../oauth/token-endpoint.ts'
import { abortError, onAbort } from '../runtime/abort.ts'
import type { ListenOnLoopback } from '../runtime/loopback-server.ts'
import { oneLine } from '../runtime/one-line.ts'
import { startTimer } from '../runtime/timer.ts'
import { readAuthorizationAnswer } from './authorization-answer.ts'
import { authorizationUrl } from './authorization-url.ts'
import { type CallbackAnswer, type Loopback, openLoopback } from './loopback.ts'
import type { LoopbackUri } from './loopback-uri.ts'
import { makeProofKey, type ProofKey } from './proof-key.ts'
import { randomValue } from './random-value.ts'

export interface BrowserSignIn<Identity> {
  endpoint: TokenEndpoint
  tenantId: string
  scopes: readonly string[]
  claims: string | undefined
  enableCae: boolean
  prompt: string | undefined
  loginHint: string | undefined
  uri: LoopbackUri
  /** Documents in place of our own pages. */
  pages: { success?: string | undefined; error?: string | undefined }
  /** How long the person may take, in milliseconds. */
  timeoutMs: number
  /** Hosts of the authority's cloud, where it is one of Microsoft's. */
  aliases: readonly string[]
  signal: AbortSignal
  listen: ListenOnLoopback
  /** Opens the page. Never resolves; rejects with the reason where it can't. */
  open(url: string): Promise<never>
  /** Reads who signed in. Rejects where that does not count. */
  identify(answer: UserGrantAnswer, nonce: string): Promise<Identity>
}

/** Where people with a personal account come back from, in Microsoft's clouds. */
const personalAccounts = 'https://login.live.com'

/**
 * Signs a person in who sits at this machine (RFC 8252; OAuth 2.0 Form Post Response Mode): opens a browser at the authority,
 * waits on loopback for the code, and redeems it. The browser shows its last page when it is known how it ended. Nothing
 * listens when this has settled.
 */
export async function signInWithBrowser<Identity>(request: BrowserSignIn<Identity>): Promise<Identity> {
  const { endpoint, aliases, signal, pages } = request
  const [state, nonce, proof] = [randomValue(), randomValue(), await makeProofKey()]
  const hosts = [new URL(endpoint.authority).host, ...aliases]
  const ofCloud = aliases.length === 0 ? [] : [...aliases.map((host) => `https://${host}`), personalAccounts]
  const origins = [endpoint.authority, ...ofCloud]
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

/** A code, with the proof that it was asked for here (RFC 7636, 4.5). */
function provenCode(code: string, redirectUri: string, { verifier }: ProofKey): Grant {
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  return { fields, scopes: userScopes }
}

const success = { heading: 'You are signed in', text: 'You can close this window and go back to the program.' }

function failure(error: unknown): { heading: string; text: string } {
  const reason = error instanceof Error ? oneLine(error.message, 600) : 'The program could not finish it.'
  return { heading: 'You are not signed in', text: `${reason} You can close this window.` }
}

async function listen<Identity>(
  { uri, listen: listenOn, endpoint: { credential } }: BrowserSignIn<Identity>,
  state: string,
  origins: readonly string[],
): Promise<Loopback> {
  try {
    return await openLoopback({ uri, state, origins, listen: listenOn })
  } catch (error) {
    const { code, address } = error as { code?: string; address?: string }
    const where = `${address ?? uri.hostname}${uri.port === 0 ? '' : `, port ${uri.port}`}`
    const mend = uri.port === 0 ? 'Use DeviceCodeCredential.' : 'Free the port, or use another redirectUri.'
    const message = `${credential}: can't listen on ${where} for the answer to the sign-in (${code ?? error}). ${mend}`
    throw new CredentialUnavailableError(message, { mend, cause: error })
  }
}

/** The answer that comes, unless the browser can't be opened, nobody waits any more, or it takes too long. */
function answerOf<Identity>(
  request: BrowserSignIn<Identity>,
  loopback: Loopback,
  url: string,
): Promise<CallbackAnswer> {
  const { signal, timeoutMs, endpoint } = request
  const { credential } = endpoint
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => end(() => reject(signal.reason ?? abortError(`${credential}: aborted.`))))
    const stopTimer = startTimer(timeoutMs, () => end(() => reject(tooLate(credential, timeoutMs))))
    const end = (act: () => void): void => {
      forget()
      stopTimer()
      act()
    }
    loopback.answer.then((answer) => end(() => resolve(answer)))
    request.open(url).catch((error: unknown) => end(() => reject(notOpened(credential, error))))
  })
}

function tooLate(credential: string, milliseconds: number): CredentialUnavailableError {
  const mend = 'Ask again, and sign in within that time, or raise timeoutInMs.'
  const message = `${credential}: nobody signed in within ${milliseconds / 1000} s. ${mend}`
  return new CredentialUnavailableError(message, { mend })
}

function notOpened(credential: string, error: unknown): CredentialUnavailableError {
  const reason = error instanceof Error ? oneLine(error.message, 300) : 'it was not said why'
  const mend = 'Use DeviceCodeCredential, or pass openBrowser and a redirectUri with a fixed port that is forwarded.'
  const message = `${credential}: no browser can be opened here: ${reason}. ${mend}`
  return new CredentialUnavailableError(message, { mend, cause: error })
}
