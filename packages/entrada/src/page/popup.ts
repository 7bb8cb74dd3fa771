import { CredentialUnavailableError } from '../errors.ts'
import { abortError, onAbort } from '../runtime/abort.ts'
import type { Page } from '../runtime/page.ts'
import { startTimer } from '../runtime/timer.ts'
import { nobodySignedIn } from '../sign-in/sign-in-refusals.ts'
import { answerInAddress } from './answer-in-address.ts'
import { taken } from './hand-over.ts'

export interface PopupRequest {
  page: Page
  /** Name of the credential, for errors. */
  credential: string
  /** Where the person signs in. */
  url: string
  /** What the response must carry. */
  state: string
  /** How long the person may take, in milliseconds. */
  timeoutMs: number
  signal: AbortSignal
}

/**
 * How often a window must be seen at another site before its being closed means that the person closed it. A window
 * that is cut off from us (Cross-Origin-Opener-Policy) is seen there for a few milliseconds at most, and then appears
 * closed.
 */
const looksElsewhere = 5

/** How often it must be seen closed before that counts: our page, once it is back in that window, may report first. */
const looksWhenClosed = 10

/**
 * Opens a window for the sign-in, and resolves to the fields that it comes back with. They are read from the window's
 * address once it is back at this origin; if a Cross-Origin-Opener-Policy keeps the two windows apart, the page in it
 * hands them over. Only a response that carries the state is accepted. The window is closed when this settles.
 */
export function answerFromPopup(request: PopupRequest): Promise<string> {
  const { page, credential, url, state, timeoutMs, signal } = request
  return new Promise((resolve, reject) => {
    let [elsewhere, shut] = [0, 0]
    const ends: (() => void)[] = []
    const end = (act: () => void): void => {
      for (const each of ends.splice(0)) each()
      act()
    }
    const fail = (error: unknown): void => end(() => reject(error))
    const take = (text: string): void => end(() => resolve(text))
    if (signal.aborted) return fail(signal.reason)
    const channel = page.channel(state, (message) => {
      if (typeof message !== 'string' || answerInAddress(`#${message}`)?.state !== state) return
      channel.post(taken)
      take(message)
    })
    ends.push(() => channel.close())
    const opened = page.openPopup(url)
    if (opened === undefined) return fail(blocked(credential))
    ends.push(() => opened.close())
    const look = (): void => {
      if (opened.closed) {
        // A window that was cut off from us still exists: its page reports through the channel.
        if (elsewhere >= looksElsewhere && ++shut > looksWhenClosed) fail(closed(credential))
        return
      }
      try {
        const answer = answerInAddress(opened.location.href)
        if (answer?.state === state) take(answer.text)
      } catch {
        elsewhere++
      }
    }
    ends.push(page.watch(look))
    ends.push(onAbort(signal, () => fail(signal.reason ?? abortError(`${credential}: aborted.`))))
    ends.push(startTimer(timeoutMs, () => fail(nobodySignedIn(credential, timeoutMs))))
  })
}

function blocked(credential: string): CredentialUnavailableError {
  const remedy = "Call authenticate() when the person clicks, or use loginStyle 'redirect'."
  const problem = { who: credential, reason: 'the browser blocked the window for the sign-in.', remedy }
  return new CredentialUnavailableError(problem)
}

function closed(credential: string): CredentialUnavailableError {
  const remedy = 'Try again when the person wants to sign in.'
  const problem = { who: credential, reason: 'the window was closed before the sign-in was complete.', remedy }
  return new CredentialUnavailableError(problem)
}
