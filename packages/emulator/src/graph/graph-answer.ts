import { randomUUID } from 'node:crypto'
import { JsonResponse } from '../http/answer.ts'
import type { ReceivedRequest } from '../http/received-request.ts'
import { isGuid } from '../primitives/guid.ts'

/** Thrown to answer with one of Microsoft Graph's errors (https://learn.microsoft.com/graph/errors). */
export class GraphError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.name = 'GraphError'
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** Microsoft Graph's error for a named object that does not exist. */
export function notThere(name: string): GraphError {
  const message = `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`
  return new GraphError(404, 'Request_ResourceNotFound', message)
}

/** The error as Microsoft Graph sends it. `now` is milliseconds since the epoch. */
export function errorResponse(
  { status, code, message, headers }: GraphError,
  request: ReceivedRequest,
  now: number,
): Response {
  const ids = requestIds(request)
  const innerError = { date: new Date(now).toISOString().slice(0, 19), ...ids }
  return answer({ error: { code, message, innerError } }, { ids, status, headers })
}

/** JSON as Microsoft Graph sends it. */
export function graphResponse(body: unknown, request: ReceivedRequest): Response {
  return answer(body, { ids: requestIds(request), status: 200, headers: { 'odata-version': '4.0' } })
}

interface AnswerParts {
  ids: Readonly<Record<string, string>>
  status: number
  headers: Readonly<Record<string, string>>
}

function answer(body: unknown, { ids, status, headers }: AnswerParts): Response {
  const type = 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'
  return new JsonResponse(body, {
    status,
    headers: { 'cache-control': 'no-cache', 'content-type': type, ...ids, ...headers },
  })
}

function requestIds({ headers }: ReceivedRequest): Record<string, string> {
  const id = randomUUID()
  const given = headers['client-request-id']
  return { 'request-id': id, 'client-request-id': given !== undefined && isGuid(given) ? given : id }
}
