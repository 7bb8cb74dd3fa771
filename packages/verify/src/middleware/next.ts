import type { Requirements, Verify } from '../access-tokens.ts'
import { isAnswer } from '../rejection/token-rejected.ts'
import type { VerifiedToken } from '../verified-token.ts'

/** What answers a request whose caller is known: a route handler of Next.js, with `caller` beside `params`. */
export type CallerRouteHandler<Incoming extends Request, Context extends object> = (
  request: Incoming,
  context: Context & { caller: VerifiedToken },
) => Response | Promise<Response>

/**
 * A route handler of Next.js that calls yours for verified callers, and answers the others. A `TokenRejected` that yours
 * throws is answered too.
 *
 * ```ts
 * export const GET = withAccessToken(verify, (request, { caller, params }) => Response.json({ hello: caller.name }))
 * ```
 */
export function withAccessToken<
  Incoming extends Request = Request,
  Context extends object = { params: Promise<object> },
>(
  verify: Verify,
  handler: CallerRouteHandler<Incoming, Context>,
  requirements?: Requirements,
): (request: Incoming, context: Context) => Promise<Response> {
  return async (request, context) => {
    try {
      return await handler(request, { ...context, caller: await verify(request, requirements) })
    } catch (error) {
      if (isAnswer(error)) return error.getResponse()
      throw error
    }
  }
}
