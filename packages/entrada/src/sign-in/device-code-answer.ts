import { isLoopback } from '../http/this-network.ts'
import { oneLine } from '../runtime/one-line.ts'

/** What a person needs to sign in on another device. */
export interface DeviceCodePrompt {
  /** The code to type, such as `ABCDEFGHJ`. */
  userCode: string
  /** The page where it is to be typed. */
  verificationUri: string
  /** What to do, in Entra ID's words. */
  message: string
  /** When the code expires, in milliseconds since the epoch. */
  expiresOnTimestamp: number
}

/** The code for the person and the one for the device, and how long and how often to poll. */
export interface DeviceCode extends DeviceCodePrompt {
  deviceCode: string
  /** Milliseconds. */
  life: number
  interval: number
}

const usualInterval = 5_000
const usualLife = 900_000
/** No code from Entra ID is valid for more than a day, and no server wants more than an hour between polls. */
const longestLife = 86_400_000
const longestInterval = 3_600_000

/**
 * Reads a device authorization response (RFC 8628, 3.2). Control characters are removed from what a person will see, so
 * that it cannot manipulate their terminal.
 */
export function readDeviceCode(body: Record<string, unknown> | undefined, requestedAt: number): DeviceCode | undefined {
  const { device_code: deviceCode, user_code: userCode, message, expires_in: life, interval } = body ?? {}
  const uri = body?.verification_uri ?? body?.verification_url
  if (typeof deviceCode !== 'string' || deviceCode === '' || typeof userCode !== 'string') return undefined
  if (typeof uri !== 'string' || !isPage(uri)) return undefined
  const shownCode = oneLine(userCode, 100)
  const lifeMs = milliseconds(life, usualLife, longestLife)
  const shown = typeof message === 'string' ? oneLine(message, 1000) : ''
  return {
    deviceCode,
    userCode: shownCode,
    verificationUri: uri,
    message: shown || `To sign in, open ${uri} in a browser and enter the code ${shownCode}.`,
    expiresOnTimestamp: requestedAt + lifeMs,
    life: lifeMs,
    interval: milliseconds(interval, usualInterval, longestInterval),
  }
}

function isPage(uri: string): boolean {
  if (!/^[\x21-\x7e]{1,2000}$/.test(uri) || !URL.canParse(uri)) return false
  const { protocol, hostname } = new URL(uri)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

/** Less than one second cannot be meant: the code would expire at once, or the polling would never pause. */
function milliseconds(seconds: unknown, usual: number, longest: number): number {
  const number = typeof seconds === 'string' ? Number(seconds || Number.NaN) : seconds
  return typeof number === 'number' && number >= 1 ? Math.min(number * 1000, longest) : usual
}
