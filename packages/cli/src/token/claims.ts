/** Claims that are moments, in seconds since the epoch. */
const moments = new Set(['exp', 'iat', 'nbf', 'auth_time', 'xms_idrel_time'])

/** The claims of a JWT, as they stand: nobody has checked its signature. `undefined` for anything but a JWT. */
export function claimsOf(token: string): Record<string, unknown> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** A claim as a line shows it: moments with their date, and how far away they are. */
export function shownClaim(name: string, value: unknown, now: number): string {
  if (moments.has(name) && typeof value === 'number') {
    return `${value}  ${new Date(value * 1000).toISOString().replace('.000', '')} (${away(value * 1000 - now)})`
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // A claim comes from whoever issued the token, and may hold what moves a terminal's cursor.
  return text.replace(/\p{Cc}/gu, '?')
}

/** How far away a moment is, in words: `in 59 min`, `2 h ago`. */
export function away(milliseconds: number): string {
  const size = Math.abs(milliseconds)
  const [unit, name] =
    size < 90_000
      ? [1000, 's']
      : size < 5_400_000
        ? [60_000, 'min']
        : size < 129_600_000
          ? [3_600_000, 'h']
          : [86_400_000, 'days']
  const count = Math.round(size / Number(unit))
  return milliseconds < 0 ? `${count} ${name} ago` : `in ${count} ${name}`
}
