import type { Directory } from './directory/directory.ts'
import type { SigningKey } from './pki/signing-key.ts'
import type { Fields, ReceivedRequest } from './received-request.ts'

/** Everything the routes share. */
export interface Service {
  directory: Directory
  signingKey: Promise<SigningKey>
  /** Milliseconds since the epoch. */
  now(): number
  /** The `iss` of access tokens for a tenant, with a slash at its end. */
  issuer(tenantId: string): string
  /** Whether a hostname (as in a URL) is one of ours. */
  answersTo(hostname: string): boolean
  /** Seconds, over what Entra ID does; an app's own come first. */
  tokenLifetimeSeconds?: number
  refreshInSeconds?: number
}

/** One request on its way to its route. */
export interface RouteContext {
  service: Service
  request: ReceivedRequest
  /** The parts of the path that its pattern names. */
  params: Fields
}

export type Route = (context: RouteContext) => Response | Promise<Response>
