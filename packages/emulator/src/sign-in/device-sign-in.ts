import { messagePage } from '../pages/message-page.ts'
import type { RouteContext } from '../service.ts'
import type { Person } from '../token/user-grant.ts'

/** The end of a sign-in on a device: its next poll gets the tokens. */
export function deviceSignedIn(
  { service }: RouteContext,
  userCode: string,
  { person, amr, cookie }: { person: Person; amr: readonly string[]; cookie: string },
): Promise<Response> {
  const pending = service.deviceCodes.pending(userCode, service.now())
  if (pending === undefined) {
    return messagePage('Too late', 'The code has expired, or was used meanwhile. Start again on your device.', cookie)
  }
  pending.approve(person, amr)
  return messagePage('You are signed in', 'Go back to your device. You can close this window.', cookie)
}

/** The end of one that the person did not want. */
export function deviceDeclined({ service }: RouteContext, userCode: string): Promise<Response> {
  service.deviceCodes.pending(userCode, service.now())?.decline()
  return messagePage('Not signed in', 'The app on your device was told that you said no. You can close this window.')
}
