import type { Requirements, Verify } from '../access-tokens.ts'
import { isAnswer } from '../rejection/token-rejected.ts'
import type { VerifiedToken } from '../verified-token.ts'

/** What answers a request whose caller is known; `rest` is what the runtime passes besides. */
export type CallerHandler<Rest extends unknown[]> = (
  request: Request,
  caller: VerifiedToken,
  ...rest: Rest
) => Response | Promise<Response>

/**
 * A handler from `Request` to `Response`, as Deno, Bun and Workers take it, that calls yours for verified callers and answers
 * the others. A `TokenRejected` that yours throws is answered too.
 *
 * ```ts
 * Deno.serve(withAccessToken(verify, (request, caller) => Response.json({ hello: caller.name })))
 * ```
 */
export function withAccessToken<Rest extends unknown[]>(
  verify: Verify,
  handler: CallerHandler<Rest>,
  requirements?: Requirements,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    try {
      return await handler(request, await verify(request, requirements), ...rest)
    } catch (error) {
      if (isAnswer(error)) return error.getResponse()
      throw error
    }
  }
}

/** Answers requests for the metadata of this API (RFC 9728), for whoever asks; `undefined` for all other requests. */
export function protectedResource(verify: Verify): (request: Request) => Response | undefined {
  const { metadataUrl, document } = metadataOf(verify)
  const { pathname } = new URL(metadataUrl)
  return ({ url, method }) =>
    method === 'GET' && new URL(url).pathname === pathname
      ? Response.json(document, { headers: { 'Access-Control-Allow-Origin': '*' } })
      : undefined
}

/** Throws a `TypeError` where a verifier has no metadata. */
export function metadataOf({ protectedResource }: Verify): NonNullable<Verify['protectedResource']> {
  if (protectedResource !== undefined) return protectedResource
  throw new TypeError('protectedResource: the verifier has no address. Set the option resource of accessTokens.')
}
