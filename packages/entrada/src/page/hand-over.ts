import type { Page } from '../runtime/page.ts'
import { startTimer } from '../runtime/timer.ts'
import { type AnswerInAddress, answerInAddress } from './answer-in-address.ts'

/** What the page that waits says when it has the answer. */
export const taken = 'taken'

/** How long somebody is waited for who takes the answer, in milliseconds. */
const patience = 2_000

/**
 * Gives the answer in a popup's address to the page that opened it, takes it out of the address bar, and closes the window.
 * The channel is named by the state, which nobody else knows, and reaches pages of this origin alone. Gives whether somebody
 * took it.
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

/** The same for a page that may be in a popup or not. */
export async function handOverIfPopup(page: Page): Promise<boolean> {
  const answer = answerInAddress(page.address())
  return answer?.style === 'popup' ? handOver(page, answer) : false
}
