import { type Answer, type Answerer, plainError } from './answer.ts'
import { bodyLimit, fieldLimit, type ReceivedRequest, receive } from './received-request.ts'
import type { LoggedRequest } from './request-log.ts'

export interface HandlerParts {
  /** Milliseconds since the epoch. */
  now(): number
  /** Whether a hostname (as in a URL) is one of the emulator's. */
  answersTo(hostname: string): boolean
  /** Whether a path only serves the emulator's own page, or probes: it is neither logged nor affected by faults. */
  isUnlogged(path: string): boolean
  /** Whether a path is answered under any hostname. */
  isForProbes(path: string): boolean
  log(request: ReceivedRequest, at: number): LoggedRequest
  /** Answers a request at its route. */
  route(request: ReceivedRequest): Promise<Response>
  /** Plays the fault that is scripted for a request; any of `signals` cuts a delay short. */
  play(request: ReceivedRequest, signals: readonly AbortSignal[], answerer: Answerer): Promise<Answer>
  /** The answer of a host that has managed identities, if the request is for one. */
  identityHost(
    request: ReceivedRequest,
    entry: LoggedRequest,
    play: (answerer: Answerer) => Promise<Answer>,
  ): Promise<Answer> | undefined
  /** Called for every request that was logged, with its answer. */
  record(request: ReceivedRequest, at: number, answer: Answer): void
  /** Aborted by `close()`. */
  closing: AbortSignal
}

/**
 * The emulator without a socket: logs a request, plays its fault and routes it. Never rejects because of what a client
 * sent.
 */
export function createHandler(parts: HandlerParts): (request: Request) => Promise<Answer> {
  return async (incoming) => {
    const request = await receive(incoming)
    const normal = (): Promise<Response> => respond(parts, request)
    if (parts.isUnlogged(request.path)) return { kind: 'response', response: await normal() }
    const entry = parts.log(request, parts.now())
    const play = (answerer: Answerer): Promise<Answer> =>
      parts.play(request, [incoming.signal, parts.closing], answerer)
    const answer = await (parts.identityHost(request, entry, play) ?? play({ normal }))
    if (answer.kind !== 'dropped') entry.status = answer.response.status
    parts.record(request, entry.at, answer)
    return answer
  }
}

async function respond(parts: HandlerParts, request: ReceivedRequest): Promise<Response> {
  const { answersTo, isForProbes, route } = parts
  if (!answersTo(request.hostname) && !isForProbes(request.path)) {
    const message =
      'The emulator does not answer to this host name. Add it to the hosts option, or pass it with --host.'
    return plainError(421, 'misdirected_request', message)
  }
  if (request.tooLarge) {
    const message = `The body is longer than ${bodyLimit} bytes, or has more than ${fieldLimit} fields.`
    return plainError(413, 'request_too_large', message)
  }
  return route(request)
}
