/**
 * The forms that managed identity hosts, past and present, use for times: seconds, as a number or as digits; the dates
 * of the 2017 versions of App Service and Azure ML, "06/20/2019 02:57:58 +00:00" and "1/16/2020 5:24:12 AM +00:00"; and
 * ISO 8601. All are read as UTC.
 */
const americanDate = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2})(?: (AM|PM))? \+00:00$/

const isoDate = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?$/

/** `expires_on` in seconds since the epoch; anything that is not a date in one of these forms is returned unchanged. */
export function expirySeconds(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const text = value.trim()
  const american = americanDate.exec(text)
  if (american !== null) return americanSeconds(american) ?? value
  const iso = isoDate.exec(text)
  return iso === null ? text : (isoSeconds(iso) ?? value)
}

function americanSeconds([, month, day, year, hour, minute, second, half]: RegExpExecArray): number | undefined {
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === 'PM' ? 12 : 0)
  return utcSeconds([Number(year), Number(month), Number(day), hours, Number(minute), Number(second)])
}

function isoSeconds(parts: RegExpExecArray): number | undefined {
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = parts
  const local = utcSeconds([Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second)])
  if (local === undefined) return undefined
  const [hours = 0, minutes = 0] = zone === 'Z' ? [] : zone.slice(1).split(':').map(Number)
  const ahead = (hours * 3600 + minutes * 60) * (zone.startsWith('-') ? -1 : 1)
  return local + Number(`0${fraction}`) - ahead
}

/** `undefined` for a date that does not exist: `Date.UTC` would carry the excess into the next unit. */
function utcSeconds(parts: readonly [number, number, number, number, number, number]): number | undefined {
  const [year, month, day, hour, minute, second] = parts
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  const read = [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes()]
  const isReal = [month, day, hour, minute].every((part, index) => part === read[index]) && second < 60
  return isReal ? date.getTime() / 1000 : undefined
}
