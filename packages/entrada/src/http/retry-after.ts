/** How an HTTP date begins. `Date.parse` on its own reads "please 5" as a day in 2001. */
const dated = /^\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /

/** An HTTP date (RFC 9110, 5.6.7) in milliseconds since the epoch; `undefined` for anything else. */
export function httpDate(value: string | undefined): number | undefined {
  const date = value !== undefined && dated.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : date
}

/**
 * `Retry-After` (RFC 9110, 10.2.3) in milliseconds: seconds or an HTTP date, and the `retry-after-ms` and
 * `x-ms-retry-after-ms` of Azure services. A date is compared with the response's own `Date`, because this machine's clock, `now`,
 * may be wrong. A past date gives 0, and a value that cannot be read `undefined`.
 */
export function retryAfter(header: (name: string) => string | undefined, now: number): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const milliseconds = decimal(header(name))
    if (milliseconds !== undefined) return milliseconds
  }
  const value = header('retry-after')
  const seconds = decimal(value)
  if (seconds !== undefined) return seconds * 1000
  const date = httpDate(value)
  return date === undefined ? undefined : Math.max(0, date - (httpDate(header('date')) ?? now))
}

function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined
}
