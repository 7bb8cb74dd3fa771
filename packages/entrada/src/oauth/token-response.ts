import type { IssuedToken } from '../types.ts'

/** No token of Entra ID lives longer; a longer life is a fault of the host. */
const longestLife = 10 * 365 * 24 * 3600

/** A token can be a header's value only if it is printable ASCII without blanks. */
const headerSafe = /^[\x21-\x7e]+$/

/**
 * Reads a token response (RFC 6749, 5.1), parsed by `parseObject`. `requestedAt`, in milliseconds since the epoch, is
 * when the request left: counting the life from there, a slow answer never makes a token look longer-lived than it is.
 * Gives the token, or the reason why there is none; neither holds anything of the body but the token.
 */
export function readTokenResponse(
  body: Record<string, unknown> | undefined,
  requestedAt: number,
): IssuedToken | { reason: string } {
  if (body === undefined) return { reason: 'the answer is not a JSON object' }
  const { access_token: token, token_type: type } = body
  if (token === undefined) return { reason: 'the answer has no access_token' }
  if (typeof token !== 'string' || !headerSafe.test(token)) return { reason: 'access_token is not a token' }
  if (type !== undefined && !(typeof type === 'string' && type.toLowerCase() === 'bearer')) {
    return { reason: 'token_type is not Bearer' }
  }
  const expiresAt = expiry(body, requestedAt)
  if (expiresAt === undefined) return { reason: 'the answer has neither expires_on nor expires_in that can be read' }
  const refreshIn = seconds(body.refresh_in)
  const { refresh_token: refreshToken } = body
  return {
    token,
    expiresAt,
    tokenType: 'Bearer',
    ...(refreshIn === undefined ? {} : { refreshAt: Math.min(requestedAt + refreshIn * 1000, expiresAt) }),
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

function expiry(body: Record<string, unknown>, requestedAt: number): number | undefined {
  const expiresOn = seconds(body.expires_on)
  const life = expiresOn === undefined ? seconds(body.expires_in) : expiresOn - requestedAt / 1000
  return life !== undefined && life > 0 && life <= longestLife ? Math.floor(requestedAt + life * 1000) : undefined
}

/** Whole or broken seconds, as a number or as digits. */
function seconds(value: unknown): number | undefined {
  const number =
    typeof value === 'number' || (typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value))
      ? Number(value)
      : Number.NaN
  return Number.isFinite(number) && number > 0 ? number : undefined
}
