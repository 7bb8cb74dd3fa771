/** The error response of Entra ID or a managed identity's host, in the field names of `@azure/identity`. */
export interface ErrorResponse {
  /** An OAuth error code such as `invalid_client` (RFC 6749, 5.2); `network_error` if there was no response. */
  error: string
  /** What Entra ID says, with the AADSTS code. */
  errorDescription: string
  /** AADSTS codes, without the prefix. */
  errorCodes?: number[]
  /** A finer code for the client, such as `consent_required` or `bad_token`. */
  suberror?: string
  /** When Entra ID refused, as it writes it. */
  timestamp?: string
  /** Quote it to Microsoft's support. */
  traceId?: string
  /** Finds the request in the sign-in log of the tenant. */
  correlationId?: string
}

/** Reads an error body: Entra ID's fields as an object or as JSON, the fields of an `ErrorResponse`, other text, or nothing. */
export function responseOf(
  statusCode: number,
  given: object | string | undefined | null,
  message?: string,
): ErrorResponse {
  const body = typeof given === 'string' ? (parsed(given) ?? given) : given
  if (typeof body === 'string' && body !== '') {
    return statusCode === 400
      ? { error: 'invalid_request', errorDescription: `The service said that the request is invalid: ${body}` }
      : { error: 'unknown_error', errorDescription: `The answer was: ${body}` }
  }
  // On the wire the names are `error_codes`, `trace_id`.
  const fields = Object.entries(body || {}).flatMap(([name, value]) =>
    value == null ? [] : [[name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]],
  )
  const errorDescription = message ?? 'No details are available.'
  return { error: 'unknown_error', errorDescription, ...Object.fromEntries(fields) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
