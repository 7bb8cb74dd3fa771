import { CredentialUnavailableError } from '../errors.ts'
import { abortError, onAbort } from '../runtime/abort.ts'
import type { Page } from '../runtime/page.ts'
import { startTimer } from '../runtime/timer.ts'
import { answerInAddress } from './answer-in-address.ts'
import { taken } from './hand-over.ts'
import { nobodySignedIn } from './nobody-signed-in.ts'

export interface PopupRequest {
  page: Page
  /** Name of the credential, for errors. */
  credential: string
  /** Where the person signs in. */
  url: string
  /** What the answer has to carry. */
  state: string
  /** How long the person may take, in milliseconds. */
  timeoutMs: number
  signal: AbortSignal
}

/**
 * How often a window is seen at another site before it counts as the person's to close. One that is taken away from us
 * (Cross-Origin-Opener-Policy) is seen there for a few milliseconds at most, and then seems closed.
 */
const looksElsewhere = 5

/** How often it is seen closed before that counts: a page of ours that comes back into it may speak first. */
const looksWhenClosed = 10

/**
 * Opens a window for the sign-in, and gives the fields that it comes back with. They are read from the window's address,
 * once it is of this origin; or the page that comes back hands them over, where a Cross-Origin-Opener-Policy keeps the two
 * windows apart. Only what carries the state counts. The window is closed when this settles.
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
        // A window that was taken away from us is still there: its page speaks through the channel.
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
  const mend = "Call authenticate() when the person clicks, or use loginStyle 'redirect'."
  const message = `${credential}: the browser blocked the window for the sign-in. ${mend}`
  return new CredentialUnavailableError(message, { mend })
}

function closed(credential: string): CredentialUnavailableError {
  const mend = 'Ask again when the person wants to sign in.'
  const message = `${credential}: the window was closed before the sign-in ended. ${mend}`
  return new CredentialUnavailableError(message, { mend })
}
