import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Requirements, Verify } from '../access-tokens.ts'
import { isAnswer } from '../rejection/token-rejected.ts'
import type { VerifiedToken } from '../verified-token.ts'
import { answer } from './answer.ts'

/** What answers a request whose caller is known. */
export type CallerListener = (request: IncomingMessage, response: ServerResponse, caller: VerifiedToken) => unknown

/**
 * A listener for `node:http` that calls yours for verified callers, and answers the others. A `TokenRejected` that yours
 * throws is answered too.
 *
 * ```ts
 * createServer(withAccessToken(verify, (request, response, caller) => response.end(caller.objectId)))
 * ```
 */
export function withAccessToken(
  verify: Verify,
  listener: CallerListener,
  requirements?: Requirements,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    try {
      await listener(request, response, await verify(request, requirements))
    } catch (error) {
      if (!isAnswer(error)) throw error
      answer(response, error)
    }
  }
}
