import { httpDate } from '../http/retry-after.ts'
import type { IssuedToken } from '../types.ts'

/** A token can be a header value only if it is printable ASCII without spaces. */
const headerSafe = /^[\x21-\x7e]+$/

/** In seconds. No token from Entra ID lives longer; a longer life is a mistake of the server. */
const longestLife = 10 * 365 * 24 * 3600

/** How long to use a token, in seconds, if neither our clock nor the server's tells when it expires. */
const unsureLife = 300

/** What a response says about the clocks. */
export interface AnswerClock extends Pick<AnswerTimes, 'date'> {
  /** Called if a valid token has expired by our clock. */
  onClockAhead?(message: string): void
}

const clockAhead =
  "this machine's clock is ahead: by it, the token had expired before it arrived. The token's life is taken from the response alone. Set the clock."

/**
 * Reads a token response (RFC 6749, 5.1), parsed by `parseObject`. `requestedAt`, in milliseconds since the epoch, is
 * when the request was sent: with the life counted from there, a slow response never makes a token look longer-lived
 * than it is. Returns the token, or the reason why there is none; apart from the token, neither contains anything from
 * the body.
 */
export function readTokenResponse(
  body: Record<string, unknown> | undefined,
  requestedAt: number,
  { date, onClockAhead }: AnswerClock = {},
): IssuedToken | { reason: string } {
  if (body === undefined) return { reason: 'the response is not a JSON object' }
  const { access_token: token, token_type: type } = body
  if (token === undefined) return { reason: 'the response has no access_token' }
  if (typeof token !== 'string' || !headerSafe.test(token)) return { reason: 'access_token is not a token' }
  if (type !== undefined && !(typeof type === 'string' && type.toLowerCase() === 'bearer')) {
    return { reason: 'token_type is not Bearer' }
  }
  const life = tokenLife(body, { requestedAt, date })
  if ('reason' in life) return life
  if (life.isClockAhead) onClockAhead?.(clockAhead)
  const expiresAt = Math.floor(requestedAt + life.seconds * 1000)
  const refreshIn = numberIn(body.refresh_in)
  const { refresh_token: refreshToken } = body
  return {
    token,
    expiresAt,
    tokenType: 'Bearer',
    ...(refreshIn === undefined || refreshIn < 1
      ? {}
      : { refreshAt: Math.min(Math.floor(requestedAt + refreshIn * 1000), expiresAt) }),
    ...(typeof refreshToken === 'string' && headerSafe.test(refreshToken) ? { refreshToken } : {}),
  }
}

/** `text` as a JSON object, or `undefined`. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** When a token was requested, and when the response was sent. */
interface AnswerTimes {
  /** When the request was sent, in milliseconds since the epoch. */
  requestedAt: number
  /** The response's `Date` header, if it has one. */
  date?: string | undefined
}

/** A token's life in seconds from `requestedAt`, or the reason why it has no usable one. */
type TokenLife = { seconds: number; isClockAhead: boolean } | { reason: string }

/**
 * Reads how long a token lives (RFC 6749, 5.1, and the `expires_on` of managed identities): the shorter of `expires_in`
 * and the time until `expires_on`. If `expires_on` has passed by our clock, either that clock is ahead or the token has
 * expired: the server's own `Date` decides. Without one, `expires_in` counts, but not for long.
 */
function tokenLife(body: Record<string, unknown>, { requestedAt, date }: AnswerTimes): TokenLife {
  const within = numberIn(body.expires_in)
  const end = numberIn(body.expires_on)
  const expiresOn = end !== undefined && end >= 1 ? end : undefined
  if (within === undefined && expiresOn === undefined) {
    return { reason: 'the response has no readable expires_on or expires_in' }
  }
  const left = expiresOn === undefined ? Number.POSITIVE_INFINITY : expiresOn - requestedAt / 1000
  const isClockAhead = left < 1
  const bound = isClockAhead ? boundByServer(expiresOn as number, within, httpDate(date)) : left
  const seconds = Math.min(within ?? Number.POSITIVE_INFINITY, bound)
  if (seconds > longestLife) return { reason: 'the response says that the token lives for more than ten years' }
  // No server means a life of less than a second: such a token had expired when it arrived.
  if (!(seconds >= 1)) return { reason: 'the token arrived expired; check the clock of this machine' }
  return { seconds, isClockAhead }
}

function boundByServer(expiresOn: number, within: number | undefined, answeredAt: number | undefined): number {
  if (answeredAt !== undefined) return expiresOn - answeredAt / 1000
  return within === undefined ? 0 : unsureLife
}

/** Whole or fractional seconds, as a number or as digits. */
function numberIn(value: unknown): number | undefined {
  const isDigits = typeof value === 'string' && value.length <= 32 && /^-?\d+(?:\.\d+)?$/.test(value)
  const number = typeof value === 'number' || isDigits ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}
