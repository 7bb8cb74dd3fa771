/** What an event tells of a failure. */
interface Failure {
  error?: unknown
  aadsts?: number
  statusCode?: number
}

/** `error.type` (OpenTelemetry): few values, none of which repeats what a message says. */
export function errorType({ error, aadsts, statusCode }: Failure): string {
  if (aadsts !== undefined) return `AADSTS${aadsts}`
  if (statusCode !== undefined) return String(statusCode)
  const { name } = (error ?? {}) as { name?: unknown }
  return typeof name === 'string' && /^[A-Za-z]\w{0,63}$/.test(name) ? name : '_OTHER'
}

/** The same of an error that was thrown. */
export function thrownType(error: unknown): string {
  const { statusCode, errorResponse } = (error ?? {}) as {
    statusCode?: unknown
    errorResponse?: { errorCodes?: readonly number[] }
  }
  const aadsts = errorResponse?.errorCodes?.[0]
  return errorType({
    error,
    ...(aadsts === undefined ? {} : { aadsts }),
    ...(typeof statusCode === 'number' && statusCode > 0 ? { statusCode } : {}),
  })
}
