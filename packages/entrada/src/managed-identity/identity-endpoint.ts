import type { HttpAnswer, HttpRequest } from '../http/exchange.ts'
import type { RetryRule } from '../http/retry.ts'
import type { ManagedIdentityId } from './identity.ts'

/** One request for a token. */
export interface Ask {
  /** The API that the token is for, in the form that hosts want: a URL or an id, without `/.default`. */
  resource: string
  /** Set after a revocation: the host must issue a new token, not the one with this SHA-256 (hexadecimal). */
  revocation?: { sha256?: string | undefined } | undefined
  send(request: HttpRequest): Promise<HttpAnswer>
}

/** A response of a host, with the secrets that were sent to get it and may be repeated in it, beside the endpoint's own. */
export type HostAnswer = HttpAnswer & { secrets?: readonly string[] }

/** The token endpoint of one kind of host, for the identities that are assigned to it. */
export interface IdentityEndpoint {
  /** Its name in messages. */
  label: string
  /** A URL that answers any request, for hosts that no environment variable announces. */
  probeUrl?: string
  /** Resolves to the final response: some hosts need more than one request. */
  ask(ask: Ask): Promise<HostAnswer>
  /** Whether an error with this status means only that the identity does not exist. */
  isNoIdentity?(status: number): boolean
  /** Set if no variable names the host, and its well-known address was assumed. */
  isAssumed?: boolean
  /** Other servers may answer at this address, so a response that is not JSON may come from one of those. */
  isSharedAddress?: true
  /** The retries that the host's own guide asks for. */
  rule?: RetryRule
  /** How long a connection may take, in milliseconds. */
  connectTimeoutMs?: number
  /** SHA-1 thumbprint of the host's self-signed certificate. */
  thumbprint?: string
  /** How many requests this process may have in progress at a time. */
  concurrency?: number
  /** The identity to request if the caller names none. */
  usualId?: ManagedIdentityId
  /** Values that must not appear in a message. */
  secrets: readonly string[]
}

/**
 * Makes an endpoint from what the environment says about the host. Throws before any request if the host cannot serve
 * the identity.
 */
export type MakeEndpoint<Variables> = (
  variables: Variables,
  id: ManagedIdentityId | undefined,
  who: string,
) => IdentityEndpoint
