import { randomUUID } from 'node:crypto'
import { json } from '../http/answer.ts'
import type { ReceivedRequest } from '../http/received-request.ts'
import { isGuid } from '../primitives/guid.ts'
import { catalogue } from './catalogue.ts'
import type { AadstsCode } from './codes.ts'

/** The names of the placeholders in a sentence. */
type PlaceIn<Sentence> = Sentence extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceIn<Rest> : never

/** The placeholders that the request itself fills. */
type RequestPlace = 'method' | 'tenant' | 'client' | 'grant' | 'scope' | 'resource'

/** The placeholders that the code that refuses must fill. */
type OwnPlace<Code extends AadstsCode> = Exclude<PlaceIn<(typeof catalogue)[Code][1]>, RequestPlace>

export interface RefusalOptions {
  /** Values for the sentence's placeholders, which take precedence over those found in the request. */
  details?: Readonly<Record<string, string>>
  /** The claims challenge, as JSON. */
  claims?: string
  suberror?: string
  /** HTTP status and OAuth error instead of the catalogue's. */
  status?: number
  error?: string
}

/** The options of a code: a sentence with its own placeholders cannot be sent without their values. */
type OptionsFor<Code extends AadstsCode> = [OwnPlace<Code>] extends [never]
  ? [options?: RefusalOptions]
  : [options: RefusalOptions & { details: Readonly<Record<OwnPlace<Code>, string>> }]

/** Thrown by a route to answer with one of the catalogue's codes. Its message is the catalogue's sentence, unfilled. */
export class Refusal<Code extends AadstsCode = AadstsCode> extends Error {
  readonly code: Code
  readonly options: RefusalOptions

  constructor(code: Code, ...[options = {}]: OptionsFor<Code>) {
    super(`AADSTS${code}: ${catalogue[code][1]}`)
    this.name = 'Refusal'
    this.code = code
    this.options = options
  }
}

/** Throws AADSTS9000411 if a request has a parameter twice, of which two readers could take different ones. */
export function refuseDuplicate({ duplicate }: Pick<ReceivedRequest, 'duplicate'>): void {
  if (duplicate !== undefined) throw new Refusal(9000411, { details: { parameter: duplicate } })
}

/** Values for a refusal that was caused not by a request, but by a test's script or an app's declaration. */
const exampleDetails: Readonly<Record<PlaceIn<(typeof catalogue)[AadstsCode][1]>, string>> = {
  algorithm: 'none',
  app: 'demo',
  audience: 'api://AzureADTokenExchange',
  client: '7e57ab1e-0000-4000-8000-00000000000a',
  expected: 'http://localhost',
  from: '2026-01-01T00:00:00.000Z',
  grant: 'client_credentials',
  inactive: '90.00:00:00',
  issued: '2026-01-01T00:00:00.000Z',
  issuer: 'https://issuer.example',
  life: '1.00:00:00',
  method: 'GET',
  mode: 'query',
  now: '2026-01-01T00:00:00.000Z',
  origin: 'https://page.example',
  parameter: 'scope',
  provider: 'https://sts.windows.net/7e57ab1e-0000-4000-8000-000000000002/',
  reason: 'The signature is invalid',
  redirect: 'http://localhost/callback',
  resource: 'https://graph.microsoft.com',
  scope: 'https://graph.microsoft.com/.default',
  subject: 'system:serviceaccount:default:demo',
  supported: 'RS256,PS256',
  tenant: 'contoso.onmicrosoft.com',
  thumbprint: '0000000000000000000000000000000000000000',
  type: 'token',
  until: '2026-01-01T00:10:00.000Z',
  username: 'demo@contoso.onmicrosoft.com',
}

/** A refusal with the code that a script or a declaration names; examples are used where the request has no value. */
export function scriptedRefusal(code: AadstsCode, options: RefusalOptions = {}): Refusal {
  return new Refusal(code, { ...options, details: { ...exampleDetails, ...options.details } })
}

/** The fields of Entra ID's response for a refusal, whichever way it is sent. */
export interface RefusalBody {
  error: string
  error_description: string
  error_codes: readonly number[]
  timestamp: string
  trace_id: string
  correlation_id: string
  /** Not present for every code. */
  error_uri?: string
  suberror?: string
  claims?: string
}

/** Entra ID's JSON for a refusal. `now` is milliseconds since the epoch; trace and correlation ids are GUIDs. */
export function refusalResponse(refusal: Refusal, request: ReceivedRequest, now: number): Response {
  const body = refusalBody(refusal, request, now)
  return json(body, { status: refusalStatus(refusal), requestId: body.trace_id })
}

/** The codes whose status does not follow from their OAuth error. */
const statuses: Partial<Record<AadstsCode, number>> = { 90033: 503, 90055: 429, 165000: 403 }

/** The codes whose responses have no `error_uri`, according to public captures of Entra ID. */
const withoutPage: readonly AadstsCode[] = [70003, 700038]

/** The HTTP status that goes with a refusal. */
export function refusalStatus({ code, options }: Refusal): number {
  const [error] = catalogue[code]
  return options.status ?? statuses[code] ?? (error === 'invalid_client' ? 401 : 400)
}

/** The fields of a refusal, with new ids. */
export function refusalBody({ code, options }: Refusal, request: ReceivedRequest, now: number): RefusalBody {
  const [error, , suberror = options.suberror]: readonly [string, string, string?] = catalogue[code]
  const traceId = randomUUID()
  const correlation = correlationId(request)
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const text = `AADSTS${code}: ${filledSentence(code, request, options.details)}`
  request.outcome.refusal = { code, text }
  const minor = options.suberror ?? suberror
  return {
    error: options.error ?? error,
    error_description: `${text} Trace ID: ${traceId} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlation,
    ...(withoutPage.includes(code) ? {} : { error_uri: `${request.origin}/error?code=${code}` }),
    ...(minor === undefined ? {} : { suberror: minor }),
    ...(options.claims === undefined ? {} : { claims: options.claims }),
  }
}

/**
 * The sentence with each placeholder filled: by the code that refuses, or else from the request, or else with an
 * example.
 */
function filledSentence(code: AadstsCode, request: ReceivedRequest, details: RefusalOptions['details'] = {}): string {
  const values: Readonly<Record<string, string>> = { ...exampleDetails, ...detailsOf(request), ...details }
  return catalogue[code][1].replace(/\{(\w+)\}/g, (_, place: string) => values[place] ?? '')
}

/** The id that the client gave its request (`client-request-id`), or a new one. */
function correlationId(request: ReceivedRequest): string {
  const name = 'client-request-id'
  const given = request.headers[name] ?? request.query[name] ?? request.form[name]
  return given !== undefined && isGuid(given) ? given : randomUUID()
}

/** The values that a request itself provides; missing ones are left out. */
function detailsOf({ form, query, path, method }: ReceivedRequest): Partial<Record<RequestPlace, string>> {
  const asked = { ...query, ...form }
  const found: Record<RequestPlace, string | undefined> = {
    method,
    tenant: path.split('/')[1],
    client: asked.client_id,
    grant: asked.grant_type,
    scope: asked.scope,
    resource: asked.resource ?? asked.scope?.replace(/\/\.default$/, ''),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value))
}
