import { endpointUrl } from '../oauth/endpoints.ts'
import type { Page, Popup } from '../runtime/page.ts'
import { startTimer } from '../runtime/timer.ts'
import { checkPage } from '../sign-in/authorization-url.ts'
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
 * Ends the session at the authority: this page navigates there, or a window does and is closed when it returns. Rejects
 * if the browser does not open the window.
 */
export async function leaveSession({ page, credential, style, url, timeoutMs }: LeaveSession): Promise<void> {
  if (style === 'redirect') return page.leaveFor(url)
  const popup = page.openPopup(url)
  if (popup === undefined) {
    const remedy = "Call signOut() when the person clicks, or use loginStyle 'redirect'."
    throw new Error(
      `${credential}: signed out here, but the browser blocked the window that signs out at the authority. ${remedy}`,
    )
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

/** Where a browser goes to end its session at the authority (OpenID Connect RP-Initiated Logout, 2). */
export function signOutUrl(authority: string, tenantId: string, redirectUri: string): string {
  const endpoint = endpointUrl(authority, tenantId, 'logout')
  return checkPage(`${endpoint}?${new URLSearchParams({ post_logout_redirect_uri: redirectUri })}`)
}
