/** How an HTTP date begins. `Date.parse` alone takes "please 5" for a day in 2001. */
const dated = /^\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /

/**
 * `Retry-After` (RFC 9110, 10.2.3) in milliseconds: seconds or an HTTP date, and the `retry-after-ms` and
 * `x-ms-retry-after-ms` of Azure services. A past date is 0; what can't be read is `undefined`.
 */
export function retryAfter(header: (name: string) => string | undefined, now: number): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const milliseconds = decimal(header(name))
    if (milliseconds !== undefined) return milliseconds
  }
  const value = header('retry-after')
  const seconds = decimal(value)
  if (seconds !== undefined) return seconds * 1000
  const date = dated.test(value ?? '') ? Date.parse(value ?? '') : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined
}
