import type { Page, Popup } from '../runtime/page.ts'
import { startTimer } from '../runtime/timer.ts'
import type { SignInStyle } from './answer-in-address.ts'

export interface LeaveSession {
  page: Page
  credential: string
  style: SignInStyle
  url: string
  /** How long the window may stay, in milliseconds. */
  timeoutMs: number
}

/**
 * Ends the session at the authority: this page leaves for it, or a window goes there and is closed when it is back.
 * Rejects where the browser does not open the window.
 */
export async function leaveSession({ page, credential, style, url, timeoutMs }: LeaveSession): Promise<void> {
  if (style === 'redirect') return page.leaveFor(url)
  const popup = page.openPopup(url)
  if (popup === undefined) {
    const mend = "Call signOut() when the person clicks, or use loginStyle 'redirect'."
    throw new Error(`${credential}: signed out here, but the browser blocked the window that signs out there. ${mend}`)
  }
  await new Promise<void>((resolve) => {
    const end = (): void => {
      stopWatching()
      stopTimer()
      popup.close()
      resolve()
    }
    const { origin } = new URL(page.address())
    const stopWatching = page.watch(() => {
      if (popup.closed || isAt(popup, origin)) end()
    })
    const stopTimer = startTimer(timeoutMs, end)
  })
}

function isAt(popup: Popup, origin: string): boolean {
  try {
    return new URL(popup.location.href).origin === origin
  } catch {
    return false
  }
}
