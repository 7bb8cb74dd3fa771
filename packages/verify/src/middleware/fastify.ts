import type { Requirements, Verify } from '../access-tokens.ts'
import { isAnswer } from '../rejection/token-rejected.ts'
import type { AuthorizationSource } from '../token/bearer-token.ts'
import { setCaller } from './caller-of.ts'

export { callerOf } from './caller-of.ts'

/** As much of a reply of Fastify as is used. */
interface Reply {
  code(statusCode: number): Reply
  headers(values: Record<string, string>): Reply
  send(): unknown
}

/** A hook of Fastify. */
export type Hook = (request: { readonly raw: AuthorizationSource }, reply: Reply) => Promise<unknown>

/**
 * A hook for Fastify (`onRequest`) that lets verified callers pass, for `callerOf(request)`, and answers the others. A
 * `TokenRejected` that a handler throws is answered by Fastify.
 *
 * ```ts
 * app.get('/me', { onRequest: accessToken(verify) }, (request) => ({ hello: callerOf(request).name }))
 * ```
 */
export function accessToken(verify: Verify, requirements?: Requirements): Hook {
  return async (request, reply) => {
    try {
      setCaller(request, await verify(request.raw, requirements))
    } catch (error) {
      if (!isAnswer(error)) throw error
      return reply.code(error.statusCode).headers(error.headers).send()
    }
    return undefined
  }
}
