import type { IncomingMessage } from 'node:http'
import type { Requirements, Verify } from '../access-tokens.ts'
import type { VerifiedToken } from '../verified-token.ts'
import { callerOf as callerOfRequest, setCaller } from './caller-of.ts'
import { accessToken as expressMiddleware, type Middleware } from './express.ts'

export { protectedResource } from './express.ts'

/** What the Model Context Protocol's SDK passes on of a caller: its `AuthInfo`. */
export interface AuthInfo {
  /** The token itself, which is a secret. */
  token: string
  /** The client that calls. */
  clientId: string
  /** What the user's token permits. */
  scopes: string[]
  /** Seconds since the epoch. */
  expiresAt: number
  /** The address of this server, if `resource` names it. */
  resource?: URL
}

/**
 * A middleware for Express in front of an MCP transport: it lets verified callers pass, and tells the others how to get a
 * token (https://modelcontextprotocol.io/specification, "Authorization"). Tools find the caller by `callerOf(extra.authInfo)`.
 *
 * ```ts
 * app.use(protectedResource(verify))
 * app.post('/mcp', accessToken(verify), express.json(), (request, response) => transport.handleRequest(request, response, request.body))
 * ```
 */
export function accessToken(verify: Verify, requirements?: Requirements): Middleware {
  const verified = expressMiddleware(verify, requirements)
  return (request: IncomingMessage & { auth?: AuthInfo }, response, next) =>
    verified(request, response, (error) => {
      if (error === undefined) request.auth = authInfo(callerOfRequest(request), verify)
      next(error)
    })
}

/** A caller as the SDK's transports take one: the option `authInfo` of the one that has a `Request`. */
export function authInfo(caller: VerifiedToken, { protectedResource }: Verify): AuthInfo {
  const info: AuthInfo = {
    token: caller.token,
    clientId: caller.clientId,
    scopes: [...caller.scopes, ...caller.roles],
    expiresAt: Math.floor(caller.expiresAt / 1000),
    ...(protectedResource && { resource: new URL(protectedResource.document.resource) }),
  }
  setCaller(info, caller)
  return info
}

/** The caller whom a tool works for: of `extra.authInfo`. Throws an `Error` where there is none. */
export function callerOf(info: object | undefined): VerifiedToken {
  return callerOfRequest(info ?? {})
}
