import { randomUUID } from 'node:crypto'
import { catalogued, describe } from './aadsts.ts'
import { isGuid } from './directory/fields.ts'
import { json } from './json-response.ts'
import type { ReceivedRequest } from './received-request.ts'

export interface RefusalOptions {
  /** Values for the catalogue's `{name}`s, over those found in the request. */
  details?: Readonly<Record<string, string>>
  /** JSON text of the claims challenge. */
  claims?: string
  suberror?: string
  /** HTTP status and OAuth error instead of the catalogue's. */
  status?: number
  error?: string
}

/** Thrown by a route to answer with one of the catalogue's codes. Its message is that of the catalogue, unfilled. */
export class Refusal extends Error {
  readonly code: number
  readonly options: RefusalOptions

  constructor(code: number, options: RefusalOptions = {}) {
    super(`AADSTS${code}: ${catalogued(code).text}`)
    this.name = 'Refusal'
    this.code = code
    this.options = options
  }
}

/** What Entra ID tells of a refusal, whichever way it is sent. */
export interface RefusalBody {
  error: string
  error_description: string
  error_codes: readonly number[]
  timestamp: string
  trace_id: string
  correlation_id: string
  error_uri: string
  suberror?: string
  claims?: string
}

/** Entra ID's JSON for a refusal. `now` is milliseconds since the epoch; trace and correlation ids are GUIDs. */
export function refusalResponse(refusal: Refusal, request: ReceivedRequest, now: number): Response {
  const body = refusalBody(refusal, request, now)
  return json(body, { status: refusalStatus(refusal), requestId: body.trace_id })
}

/** The HTTP status that goes with a refusal. */
export function refusalStatus({ code, options }: Refusal): number {
  return options.status ?? catalogued(code).status
}

/** The fields of a refusal, new ids and all. */
export function refusalBody(refusal: Refusal, request: ReceivedRequest, now: number): RefusalBody {
  const { code, options } = refusal
  const { error, suberror } = catalogued(code)
  const traceId = randomUUID()
  const correlation = correlationId(request)
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const text = describe(code, { ...detailsOf(request), ...options.details })
  request.told.refusal = { code, text: `AADSTS${code}: ${text}` }
  const minor = options.suberror ?? suberror
  return {
    error: options.error ?? error,
    error_description: `AADSTS${code}: ${text} Trace ID: ${traceId} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlation,
    error_uri: `${request.origin}/error?code=${code}`,
    ...(minor === undefined ? {} : { suberror: minor }),
    ...(options.claims === undefined ? {} : { claims: options.claims }),
  }
}

/** The id that the client gave its request (`client-request-id`), or a new one. */
function correlationId(request: ReceivedRequest): string {
  const name = 'client-request-id'
  const given = request.headers[name] ?? request.query[name] ?? request.form[name]
  return given !== undefined && isGuid(given) ? given : randomUUID()
}

function detailsOf(request: ReceivedRequest): Record<string, string> {
  const { form, query, path, method } = request
  return {
    method,
    tenant: path.split('/')[1] ?? '',
    client: form.client_id ?? query.client_id ?? '',
    grant: form.grant_type ?? '',
    scope: form.scope ?? '',
    resource: form.resource ?? form.scope?.replace(/\/\.default$/, '') ?? '',
    parameter: 'scope',
  }
}
