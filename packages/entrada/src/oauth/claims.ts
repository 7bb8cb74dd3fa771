/**
 * The `claims` parameter (OpenID Connect Core, 5.5): the caller's, and with Continuous Access Evaluation the client
 * capability `cp1` merged into it, which tells Entra ID that this client can answer a claims challenge.
 * Throws a `TypeError` that begins with `who` for what is not a JSON object.
 */
export function claimsParameter(claims: string | undefined, enableCae: boolean, who: string): string | undefined {
  if (claims === undefined && !enableCae) return undefined
  const parsed = claims === undefined ? {} : parseClaims(claims, who)
  if (!enableCae) return claims
  const accessToken = isObject(parsed.access_token) ? parsed.access_token : {}
  return JSON.stringify({ ...parsed, access_token: { ...accessToken, xms_cc: { values: ['cp1'] } } })
}

function parseClaims(claims: unknown, who: string): Record<string, unknown> {
  try {
    const parsed: unknown = typeof claims === 'string' ? JSON.parse(claims) : undefined
    if (isObject(parsed)) return parsed
  } catch {}
  throw new TypeError(
    `${who}: claims is not a JSON object. Pass the claims of the challenge as JSON, decoded from base64 if the challenge was encoded.`,
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
