/** A request that arrived on loopback, as far as it is looked at. */
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
  /** Where a form may come from: the authority's origin, and those of its cloud. */
  origins: readonly string[]
}

/** Why a request is no answer of the authority. */
export interface CallbackRefusal {
  status: number
  reason: string
}

/** The longest answer that is read, in bytes. */
export const maximumBody: number = 64 * 1024

/**
 * Looks at a request before its body is read: only a form that is posted to the redirect URI, from the authority, can be the
 * answer. A name of this machine that somebody else's DNS gave (Host), and a form of another site (Origin), are refused.
 * Browsers send `Origin: null` where the page that posts hides itself.
 */
export function refuseRequest(request: CallbackRequest, expected: ExpectedCallback): CallbackRefusal | undefined {
  const { method, url } = request
  const [path, query] = url.split('?', 2)
  if (request.header('host')?.toLowerCase() !== expected.host)
    return refusal(403, 'This is not the address of a sign-in.')
  if (path !== expected.path) return refusal(404, 'There is nothing here.')
  if (method === 'GET' && /(?:^|&)(?:code|error)=/.test(query ?? '')) {
    return refusal(400, 'The answer of a sign-in is taken as a form alone, not in an address.')
  }
  if (method !== 'POST') return refusal(405, 'The sign-in goes on in the window that was opened for it.')
  if (query !== undefined) return refusal(400, 'The answer of a sign-in is taken as a form alone, not in an address.')
  const origin = request.header('origin')
  if (origin !== undefined && origin !== 'null' && !expected.origins.includes(origin.toLowerCase())) {
    return refusal(403, 'Another site sent this form.')
  }
  if (!/^application\/x-www-form-urlencoded(?:\s*;|\s*$)/i.test(request.header('content-type') ?? '')) {
    return refusal(415, 'The answer of a sign-in is a form.')
  }
  return Number(request.header('content-length') ?? 0) > maximumBody ? tooLarge : undefined
}

export const tooLarge: CallbackRefusal = { status: 413, reason: 'The answer is too long.' }

/** The fields of an answer that carries the state, each of them once; else why it does not count. */
export function readCallback(body: string, state: string): ReadonlyMap<string, string> | CallbackRefusal {
  const all = [...new URLSearchParams(body)]
  const fields = new Map(all)
  if (fields.size !== all.length) return refusal(400, 'A field of the answer is doubled.')
  if (fields.get('state') !== state) return refusal(400, 'This is not the answer to the sign-in that was begun here.')
  return fields
}

function refusal(status: number, reason: string): CallbackRefusal {
  return { status, reason }
}
