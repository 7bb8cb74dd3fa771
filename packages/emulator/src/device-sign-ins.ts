import type { App } from './directory/entries.ts'
import type { Service } from './service.ts'
import { type AnyUser, personOf } from './sign-ins.ts'
import type { PendingDeviceRequest } from './token/device-codes.ts'

export interface DeviceSignInOptions {
  user: AnyUser
  /** How the user signed in. Default `['pwd']`. */
  amr?: readonly string[]
}

/** What a person does with a device's code in a browser, done for a test. */
export interface DeviceSignIns {
  /** Signs a user in to the app that showed this code. Throws an `Error` for a code that nobody waits for. */
  approveDeviceCode(userCode: string, options: DeviceSignInOptions): void
  /** Says no to the app that showed this code. Throws an `Error` for a code that nobody waits for. */
  declineDeviceCode(userCode: string): void
}

export function createDeviceSignIns({ directory, deviceCodes, now }: Service): DeviceSignIns {
  const pending = (userCode: string, method: string): PendingDeviceRequest => {
    const found = deviceCodes.pending(userCode, now())
    if (found) return found
    throw new Error(
      `Emulator: ${method}: no sign-in waits for the code ${JSON.stringify(userCode)}. Give the user_code of an answer of /devicecode that has not expired and is not yet approved or declined.`,
    )
  }
  return {
    approveDeviceCode: (userCode, { user, amr = ['pwd'] }) => {
      const request = pending(userCode, 'approveDeviceCode')
      // Nobody can ask for a code without an app.
      const app = directory.app(request.clientId) as App
      const home = request.tenantId === undefined ? app : { ...app, tenantId: request.tenantId }
      request.approve(personOf(directory, user, home, 'approveDeviceCode').person, amr)
    },
    declineDeviceCode: (userCode) => pending(userCode, 'declineDeviceCode').decline(),
  }
}
