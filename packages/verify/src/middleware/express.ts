import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Requirements, Verify } from '../access-tokens.ts'
import { isAnswer } from '../rejection/token-rejected.ts'
import { answer } from './answer.ts'
import { setCaller } from './caller-of.ts'
import { metadataOf } from './fetch.ts'

export { callerOf } from './caller-of.ts'

type Next = (error?: unknown) => void

/** A middleware of Express 4 or 5, and of whatever has the same form. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void

/**
 * A middleware for Express that lets verified callers pass, for `callerOf(request)`, and answers the others.
 *
 * ```ts
 * app.get('/me', accessToken(verify), (request, response) => response.json({ hello: callerOf(request).name }))
 * ```
 */
export function accessToken(verify: Verify, requirements?: Requirements): Middleware {
  return (request, response, next) => {
    verify(request, requirements).then(
      (caller) => {
        setCaller(request, caller)
        next()
      },
      (error: unknown) => (isAnswer(error) ? answer(response, error) : next(error)),
    )
  }
}

/**
 * Answers a `TokenRejected` that a handler threw: `app.use(answerRejected)`, after the routes. Without it Express answers
 * the same, and writes the error to the log.
 */
export function answerRejected(error: unknown, _: IncomingMessage, response: ServerResponse, next: Next): void {
  if (isAnswer(error)) answer(response, error)
  else next(error)
}

/** A middleware for Express that answers requests for the metadata of this API (RFC 9728), for whoever asks. */
export function protectedResource(verify: Verify): Middleware {
  const { metadataUrl, document } = metadataOf(verify)
  const { pathname } = new URL(metadataUrl)
  const headers = { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' }
  return (request, response, next) => {
    const isAsked = request.method === 'GET' && request.url?.replace(/\?.*/s, '') === pathname
    if (isAsked) response.writeHead(200, headers).end(JSON.stringify(document))
    else next()
  }
}
