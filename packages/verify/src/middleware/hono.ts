import type { MiddlewareHandler } from 'hono'
import type { Requirements, Verify } from '../access-tokens.ts'
import { isAnswer } from '../rejection/token-rejected.ts'
import type { VerifiedToken } from '../verified-token.ts'
import { protectedResource as respond } from './fetch.ts'

/** What a context has once the caller is known. */
export interface CallerEnv {
  /** What a handler finds in `context.var`. */
  Variables: {
    /** Who calls, as the verified token says. */
    caller: VerifiedToken
  }
}

/**
 * A middleware for Hono that lets verified callers pass, as `context.var.caller`, and answers the others. What a handler throws
 * later goes to `app.onError`, whose default answers a `TokenRejected` too.
 *
 * ```ts
 * app.get('/me', accessToken(verify), (context) => context.json({ hello: context.var.caller.name }))
 * ```
 */
export function accessToken(verify: Verify, requirements?: Requirements): MiddlewareHandler<CallerEnv> {
  return async (context, next) => {
    try {
      context.set('caller', await verify(context.req.raw, requirements))
    } catch (error) {
      if (isAnswer(error)) return error.getResponse()
      throw error
    }
    await next()
    return undefined
  }
}

/** A middleware for Hono that answers requests for the metadata of this API (RFC 9728), for whoever asks. */
export function protectedResource(verify: Verify): MiddlewareHandler {
  const respondTo = respond(verify)
  return async (context, next) => respondTo(context.req.raw) ?? (await next())
}
