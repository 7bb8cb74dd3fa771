import { type Answer, answerWith } from './answer.ts'
import type { Fault } from './faults.ts'
import { json } from './json-response.ts'
import { BODY_LIMIT, type ReceivedRequest, receive } from './received-request.ts'
import { Refusal, refusalResponse } from './refusal.ts'
import type { LoggedRequest } from './request-log.ts'
import { findRoute } from './routes/routes.ts'
import type { Service } from './service.ts'

export interface HandlerParts {
  service: Service
  takeFault(path: string): Fault | undefined
  log(request: ReceivedRequest, at: number): LoggedRequest
  /** Aborted by `close()`. */
  closing: AbortSignal
}

/** The emulator without a socket: logs a request, plays its fault, routes it. Never rejects for what a client sent. */
export function createHandler(parts: HandlerParts): (request: Request) => Promise<Answer> {
  const { service, takeFault, log, closing } = parts
  return async (incoming) => {
    const request = await receive(incoming)
    const entry = log(request, service.now())
    const answer = await answerWith(takeFault(request.path), request, service.now, [incoming.signal, closing], () =>
      respond(service, request),
    )
    if (answer.kind !== 'dropped') entry.status = answer.response.status
    return answer
  }
}

async function respond(service: Service, request: ReceivedRequest): Promise<Response> {
  if (!service.answersTo(request.hostname)) {
    const message = 'The emulator does not answer to this host. Name it in the option hosts, or with --host.'
    return plainError(421, 'misdirected_request', message)
  }
  if (request.tooLarge) return plainError(413, 'request_too_large', `The body is longer than ${BODY_LIMIT} bytes.`)
  const found = findRoute(request.method, request.path)
  if (found === undefined) return plainError(404, 'not_found', 'The emulator has no such address.')
  if (found === 'method') return plainError(405, 'method_not_allowed', 'This address takes GET only.')
  try {
    return await found.route({ service, request, params: found.params })
  } catch (error) {
    if (error instanceof Refusal) return refusalResponse(error, request, service.now())
    throw error
  }
}

function plainError(status: number, error: string, description: string): Response {
  return json({ error, error_description: description }, { status })
}
