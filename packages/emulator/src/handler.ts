import { type Answer, type Answerer, answerWith } from './answer.ts'
import type { Fault } from './faults.ts'
import { serveAt } from './managed-identity/hosts.ts'
import { plainError } from './plain-error.ts'
import { BODY_LIMIT, type ReceivedRequest, receive } from './received-request.ts'
import type { LoggedRequest } from './request-log.ts'
import { isLivePath } from './routes/live.ts'
import { createRoutes } from './routes/routes.ts'
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
  const route = createRoutes(service)
  return async (incoming) => {
    const request = await receive(incoming)
    if (isLivePath(request.path)) return { kind: 'response', response: await respond({ service, route, request }) }
    const entry = log(request, service.now())
    const play = (answerer: Answerer): Promise<Answer> =>
      answerWith(takeFault(request.path), request, service.now, [incoming.signal, closing], answerer)
    const normal = (): Promise<Response> => respond({ service, route, request })
    const host = service.hosts.find(request)
    host?.seen.add(entry)
    const answer = await (host ? serveAt(host, request, play, () => route(request)) : play({ normal }))
    if (answer.kind !== 'dropped') entry.status = answer.response.status
    if (request.path !== '/') service.traffic.add(request, entry.at, answer)
    return answer
  }
}

interface Incoming {
  service: Service
  route(request: ReceivedRequest): Promise<Response>
  request: ReceivedRequest
}

async function respond({ service, route, request }: Incoming): Promise<Response> {
  if (!service.answersTo(request.hostname)) {
    const message = 'The emulator does not answer to this host. Name it in the option hosts, or with --host.'
    return plainError(421, 'misdirected_request', message)
  }
  if (request.tooLarge) return plainError(413, 'request_too_large', `The body is longer than ${BODY_LIMIT} bytes.`)
  return route(request)
}
