import type { ReceivedRequest } from '../http/received-request.ts'
import type { ServerCertificate } from '../pki/certificate-authority.ts'
import type { Distortion, ManagedIdentityOptions } from './declaration.ts'
import type { HostTokens } from './host-tokens.ts'
import type { ManagedIdentity } from './identity.ts'

/** What every host has, whatever its kind. */
export interface HostState {
  identities: readonly ManagedIdentity[]
  tokens: HostTokens
  /** The secret that its callers send. */
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
  /** The path of its token endpoint. */
  path: string
  /** The environment variables for a program on that host, given `http://localhost:PORT`. */
  env(origin: string): Record<string, string>
  answer(request: ReceivedRequest): Promise<Response>
  /** The response for a status, if a fault does not specify one. */
  refusal(status: number): Response
  /** Makes it an https server. */
  tls?: ServerCertificate
  limit?: RateLimit
  /** Releases what it holds on the machine. */
  release?(): Promise<void>
}

/** Whether one more request may enter; each that enters must leave. */
export interface RateLimit {
  enter(): boolean
  leave(): void
}
