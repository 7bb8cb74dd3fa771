import { Failure } from '../framework/failure.ts'

/** A request to a platform that gives out OIDC tokens. */
export interface RequestedToken {
  /** The platform, for messages. */
  what: string
  method: 'GET' | 'POST'
  url: URL
  bearer: string
  /** The field of the response that holds the token. */
  field: string
}

const longestTime = 30_000
const longestResponse = 64 * 1024

/** Asks for a token. No redirect is followed: the bearer token is for one place. */
export async function requestToken(
  { what, method, url, bearer, field }: RequestedToken,
  signal: AbortSignal,
): Promise<string> {
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !isLocal)
    throw new Failure(`${what}: ${url.origin} is not https, and gets no token.`)
  const ending = AbortSignal.any([signal, AbortSignal.timeout(longestTime)])
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${bearer}`,
      accept: 'application/json',
      // Else Azure DevOps answers with the way to a sign-in page.
      'x-tfs-fedauthredirect': 'Suppress',
    },
    redirect: 'error',
    signal: ending,
  }).catch((cause: unknown) => {
    if (signal.aborted) throw cause
    throw new Failure(`${what}: ${url.host} gave no response.`, {
      cause,
      remedy: 'Look at the network, and try again.',
    })
  })
  const text = await bounded(response)
  const token = response.ok ? fieldOf(text, field) : undefined
  if (token === undefined) {
    throw new Failure(`${what}: ${url.host} gave no token (HTTP ${response.status}).`, {
      remedy: 'The job must be allowed to have one, and still run.',
    })
  }
  return token
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > longestResponse) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function fieldOf(text: string, field: string): string | undefined {
  try {
    const value: unknown = Object(JSON.parse(text))[field]
    return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? value : undefined
  } catch {
    return undefined
  }
}
