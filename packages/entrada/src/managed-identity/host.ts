import type { HttpAnswer, HttpRequest } from '../http/exchange.ts'
import type { RetryRule } from '../http/retry.ts'
import type { ManagedIdentityId } from './identity.ts'

/** What is asked of a host. */
export interface Ask {
  /** The API the token is for, in the host's words: a URL or an id, without `/.default`. */
  resource: string
  /** Answers a revocation: the host is to bring a new token, and not the one with this SHA-256 (hexadecimal). */
  revocation?: { sha256?: string | undefined } | undefined
  send(request: HttpRequest): Promise<HttpAnswer>
}

/** One kind of host with a token endpoint for the identities that are assigned to it. */
export interface IdentityHost {
  /** Its name in messages. */
  label: string
  /** What answers anybody, where the host's address alone does not tell that it is there. */
  probeUrl?: string
  /** Gets the host's last answer: some take more than one request. */
  ask(ask: Ask): Promise<HttpAnswer>
  /** Whether an error of this status means that the identity is not there, and no more. */
  isNoIdentity?(status: number): boolean
  /** Whether an answer that is not JSON comes from somebody else, who sits at the host's address. */
  isSharedAddress?: true
  /** What the host's own guide says of retries. */
  rule?: RetryRule
  /** How long a connection may take, in milliseconds. */
  connectTimeoutMs?: number
  /** SHA-1 thumbprint of the host's certificate, which no authority signed. */
  thumbprint?: string
  /** At most so many requests at a time, in this process. */
  concurrency?: number
  /** The identity that it asks for where the caller names none. */
  usualId?: ManagedIdentityId
  /** Taken out of every message. */
  secrets: readonly string[]
}

/** A host from what the environment says of it. Throws where it can't serve the identity, before any request. */
export type MakeHost<Variables> = (variables: Variables, id: ManagedIdentityId | undefined, who: string) => IdentityHost
