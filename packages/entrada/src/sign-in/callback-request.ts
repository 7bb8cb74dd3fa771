/** The parts of a request on loopback that are examined. */
export interface CallbackRequest {
  method: string
  /** Path and query. */
  url: string
  header(name: string): string | undefined
}

export interface ExpectedCallback {
  /** Host and port of the redirect URI. */
  host: string
  path: string
  /** The origins that a form may come from: the authority's, and those of its cloud. */
  origins: readonly string[]
}

/** Why a request is not a response from the authority. */
export interface CallbackRefusal {
  status: number
  reason: string
}

/** The longest response that is read, in bytes. */
export const maximumBody: number = 64 * 1024

/**
 * Checks a request before its body is read: only a form that is posted to the redirect URI, from the authority, can be
 * the response. Refused are a name that an attacker's DNS resolves to this machine (Host), and a form from another site
 * (Origin). Browsers send `Origin: null` if the posting page hides its origin.
 */
export function refuseRequest(request: CallbackRequest, expected: ExpectedCallback): CallbackRefusal | undefined {
  const { method, url } = request
  const [path, query] = url.split('?', 2)
  if (request.header('host')?.toLowerCase() !== expected.host)
    return refusal(403, 'This is not the address of a sign-in.')
  if (path !== expected.path) return refusal(404, 'There is nothing here.')
  if (method === 'GET' && /(?:^|&)(?:code|error)=/.test(query ?? '')) {
    return refusal(400, 'The response to a sign-in is accepted only as a form, not in an address.')
  }
  if (method !== 'POST') return refusal(405, 'The sign-in continues in the window that was opened for it.')
  if (query !== undefined)
    return refusal(400, 'The response to a sign-in is accepted only as a form, not in an address.')
  const origin = request.header('origin')
  if (origin !== undefined && origin !== 'null' && !expected.origins.includes(origin.toLowerCase())) {
    return refusal(403, 'Another site sent this form.')
  }
  if (!/^application\/x-www-form-urlencoded(?:\s*;|\s*$)/i.test(request.header('content-type') ?? '')) {
    return refusal(415, 'The response to a sign-in must be a form.')
  }
  return Number(request.header('content-length') ?? 0) > maximumBody ? tooLarge : undefined
}

export const tooLarge: CallbackRefusal = { status: 413, reason: 'The response is too long.' }

/**
 * The fields of a response that carries the state and has each field only once; otherwise the reason why it is refused.
 */
export function readCallback(body: string, state: string): ReadonlyMap<string, string> | CallbackRefusal {
  const all = [...new URLSearchParams(body)]
  const fields = new Map(all)
  if (fields.size !== all.length) return refusal(400, 'The response has a field twice.')
  if (fields.get('state') !== state)
    return refusal(400, 'This is not the response to the sign-in that was started here.')
  return fields
}

function refusal(status: number, reason: string): CallbackRefusal {
  return { status, reason }
}
