import type { ServerCertificate } from '../pki/certificate-authority.ts'
import type { ReceivedRequest } from '../received-request.ts'
import type { Distortion, ManagedIdentityOptions } from './declaration.ts'
import type { HostTokens } from './host-tokens.ts'
import type { ManagedIdentity } from './identity.ts'
import type { RateLimit } from './rate-limit.ts'

/** What a host is made of, whichever its kind. */
export interface HostPlace {
  identities: readonly ManagedIdentity[]
  tokens: HostTokens
  /** What its callers show, and nobody else knows. */
  secret: string
  refreshInSeconds: number | undefined
  distortion(): Distortion
  /** Milliseconds since the epoch. */
  now(): number
  knowsResource(resource: string): boolean
}

/** How one kind of host answers. */
export interface HostKind {
  name: Exclude<ManagedIdentityOptions['host'], 'aks'>
  method: 'GET' | 'POST'
  /** Of its token endpoint. */
  path: string
  /** The variables that a program there sees, given `http://localhost:PORT`. */
  env(origin: string): Record<string, string>
  answer(request: ReceivedRequest): Promise<Response>
  /** What it says with a status, where a fault gives nothing else. */
  refusal(status: number): Response
  /** Makes it a server of https. */
  tls?: ServerCertificate
  limit?: RateLimit
  /** Gives back what it holds of the machine. */
  release?(): Promise<void>
}
