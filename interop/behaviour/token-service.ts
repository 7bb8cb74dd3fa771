import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline'

export const tenantId = '7e57ab1e-0000-4000-8000-000000000001'
export const otherTenantId = '7e57ab1e-0000-4000-8000-000000000002'
export const clientId = '7e57ab1e-0000-4000-8000-0000000000c1'
export const clientSecret = 'a-Secret~of.34-characters_in-length'
export const scope = 'https://vault.azure.net/.default'
export const otherScope = 'https://storage.azure.com/.default'

/** An answer of the stand-in: JSON, unless the body is a string. */
export interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: object | string
}

export interface SeenRequest {
  method: string
  host: string
  path: string
  query: Record<string, string>
  form: Record<string, string>
  header(name: string): string | undefined
}

/** Entra ID's token endpoint, played by an HTTP client that either library takes. */
export interface TokenService extends HttpClient {
  readonly requests: readonly SeenRequest[]
}

/** Another token with each answer, for an hour unless it says otherwise. */
let issued = 0

/** An answer with a new token. */
export function token(fields: object = {}): Answer {
  issued++
  return { body: { token_type: 'Bearer', expires_in: 3600, access_token: `token-${issued}`, ...fields } }
}

/** A refusal in the shape of Entra ID's. */
export function refusal(error: string, code: number, fields: object = {}): Answer {
  const body = {
    error,
    error_description: `AADSTS${code}: Refused for a test. Trace ID: a8eb0000-0000-4000-8000-000000000001 Correlation ID: a8eb0000-0000-4000-8000-000000000002 Timestamp: 2026-11-01 10:00:00Z`,
    error_codes: [code],
    timestamp: '2026-11-01 10:00:00Z',
    trace_id: 'a8eb0000-0000-4000-8000-000000000001',
    correlation_id: 'a8eb0000-0000-4000-8000-000000000002',
    ...fields,
  }
  return { status: error === 'invalid_client' ? 401 : 400, body }
}

/** Answers in this order, and after the last with new tokens; a function throws, or answers by the request. */
export function tokenService(...answers: (Answer | ((request: SeenRequest) => Answer))[]): TokenService {
  const requests: SeenRequest[] = []
  return {
    requests,
    async sendRequest(request) {
      const seen = seenOf(request)
      requests.push(seen)
      const next = answers.shift() ?? token()
      const { status = 200, headers, body = '' } = typeof next === 'function' ? next(seen) : next
      const isText = typeof body === 'string'
      return {
        request,
        status,
        headers: createHttpHeaders({ 'Content-Type': isText ? 'text/plain' : 'application/json', ...headers }),
        bodyAsText: isText ? body : JSON.stringify(body),
      }
    },
  }
}

/** A network that is not there. */
export function unreachable(): never {
  throw Object.assign(new Error('getaddrinfo ENOTFOUND login.microsoftonline.com'), { code: 'ENOTFOUND' })
}

function seenOf({ method, url, body, headers }: PipelineRequest): SeenRequest {
  const { host, pathname, searchParams } = new URL(url)
  return {
    method,
    host,
    path: pathname,
    query: Object.fromEntries(searchParams),
    form: Object.fromEntries(new URLSearchParams(typeof body === 'string' ? body : '')),
    header: (name) => headers.get(name),
  }
}
