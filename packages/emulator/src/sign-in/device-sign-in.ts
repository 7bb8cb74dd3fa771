import type { RouteContext } from '../http/received-request.ts'
import { messagePage } from '../pages/page.ts'
import type { DeviceCodes } from '../token/device-code.ts'
import type { Person } from '../token/user-grant.ts'

/** The parts of the emulator that are needed for ending a sign-in on a device. */
export interface DeviceSignInService {
  deviceCodes: Pick<DeviceCodes, 'pending'>
  /** Milliseconds since the epoch. */
  now(): number
}

/** The end of a sign-in on a device: its next poll gets the tokens. */
export function deviceSignedIn(
  { service }: RouteContext<DeviceSignInService>,
  userCode: string,
  { person, amr, cookie }: { person: Person; amr: readonly string[]; cookie: string },
): Promise<Response> {
  const pending = service.deviceCodes.pending(userCode, service.now())
  if (pending === undefined) {
    return messagePage('Too late', 'The code has expired or has already been used. Start again on your device.', cookie)
  }
  pending.approve(person, amr)
  return messagePage('You are signed in', 'Go back to your device. You can close this window.', cookie)
}

/** The end of a sign-in that the person declined. */
export function deviceDeclined({ service }: RouteContext<DeviceSignInService>, userCode: string): Promise<Response> {
  service.deviceCodes.pending(userCode, service.now())?.decline()
  return messagePage('Not signed in', 'The app on your device was told that you declined. You can close this window.')
}
