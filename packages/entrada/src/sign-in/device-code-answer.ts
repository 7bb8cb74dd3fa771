import { isLoopback } from '../http/local-host.ts'
import { oneLine } from '../runtime/one-line.ts'

/** What a person needs to sign in on another device. */
export interface DeviceCodePrompt {
  userCode: string
  verificationUri: string
  /** What to do, in a sentence of Entra ID's. */
  message: string
  /** When the code ends, in milliseconds since the epoch. */
  expiresOnTimestamp: number
}

/** The code for the person, and the one for the device, with how long and how often to ask. */
export interface DeviceCode extends DeviceCodePrompt {
  deviceCode: string
  /** Milliseconds. */
  life: number
  interval: number
}

const usualInterval = 5_000
const usualLife = 900_000
/** No code of Entra ID lives longer than a day, and no server wants polls that are an hour apart. */
const longestLife = 86_400_000
const longestInterval = 3_600_000

/** Reads the answer of RFC 8628, 3.2. What is shown to a person can't move the cursor of their terminal. */
export function readDeviceCode(body: Record<string, unknown> | undefined, requestedAt: number): DeviceCode | undefined {
  const { device_code: deviceCode, user_code: userCode, message, expires_in: life, interval } = body ?? {}
  const uri = body?.verification_uri ?? body?.verification_url
  if (typeof deviceCode !== 'string' || deviceCode === '' || typeof userCode !== 'string') return undefined
  if (typeof uri !== 'string' || !isPage(uri)) return undefined
  const shownCode = oneLine(userCode, 100)
  const lifeMs = milliseconds(life, usualLife, longestLife)
  const said = typeof message === 'string' ? oneLine(message, 1000) : ''
  return {
    deviceCode,
    userCode: shownCode,
    verificationUri: uri,
    message: said || `To sign in, open ${uri} in a browser and enter the code ${shownCode}.`,
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

function milliseconds(seconds: unknown, usual: number, longest: number): number {
  const number = typeof seconds === 'string' ? Number(seconds || Number.NaN) : seconds
  return typeof number === 'number' && number > 0 ? Math.min(number * 1000, longest) : usual
}
