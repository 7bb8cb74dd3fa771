import type { Page } from '../runtime/page.ts'
import { startTimer } from '../runtime/timer.ts'
import { type AnswerInAddress, answerInAddress } from './answer-in-address.ts'

/** What the waiting page sends when it has the response. */
export const taken = 'taken'

/** How long to wait for a page that takes the response, in milliseconds. */
const patience = 2_000

/**
 * Hands the response in a popup's address to the page that opened it, removes it from the address bar, and closes the
 * window. The channel is named after the state, which nobody else knows, and reaches only pages of this origin.
 * Resolves to whether a page took it.
 */
export function handOver(page: Page, { state, text, rest }: AnswerInAddress): Promise<boolean> {
  page.replaceAddress(rest)
  return new Promise((resolve) => {
    const end = (isTaken: boolean): void => {
      stopTimer()
      channel.close()
      if (isTaken) page.close()
      resolve(isTaken)
    }
    const channel = page.channel(state, (message) => {
      if (message === taken) end(true)
    })
    const stopTimer = startTimer(patience, () => end(false))
    channel.post(text)
  })
}

/** The same for a page that may or may not be in a popup. */
export async function handOverIfPopup(page: Page): Promise<boolean> {
  const answer = answerInAddress(page.address())
  return answer?.style === 'popup' ? handOver(page, answer) : false
}
