/**
 * The times of token answers of managed-identity hosts, past and present: seconds, as a number or as digits; the dates
 * of App Service and Azure ML in 2017, "06/20/2019 02:57:58 +00:00" and "1/16/2020 5:24:12 AM +00:00"; and ISO 8601. All
 * are read as UTC.
 */
const americanDate = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2})(?: (AM|PM))? \+00:00$/

const isoDate = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})?$/

/** `expires_on` in seconds since the epoch; what is no date of these forms is handed back as it is. */
export function expirySeconds(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const text = value.trim()
  const american = americanDate.exec(text)
  if (american !== null) return americanSeconds(american) ?? value
  if (!isoDate.test(text)) return text
  const milliseconds = Date.parse(/(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`)
  return Number.isNaN(milliseconds) ? value : milliseconds / 1000
}

function americanSeconds([, month, day, year, hour, minute, second, half]: RegExpExecArray): number | undefined {
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === 'PM' ? 12 : 0)
  const parts = [Number(year), Number(month) - 1, Number(day), hours, Number(minute), Number(second)] as const
  const date = new Date(Date.UTC(...parts))
  // `Date.UTC` carries what is too large over into the next unit; no date of a host does.
  const isReal = date.getUTCMonth() === parts[1] && date.getUTCDate() === parts[2] && date.getUTCHours() === hours
  return isReal ? date.getTime() / 1000 : undefined
}
