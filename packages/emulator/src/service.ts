import type { Directory } from './directory/directory.ts'
import type { Traffic } from './live/traffic.ts'
import type { Hosts } from './managed-identity/hosts.ts'
import type { Issuers } from './oidc/issuers.ts'
import type { Jobs } from './oidc/jobs.ts'
import type { SigningKey } from './pki/signing-key.ts'
import type { Fields, ReceivedRequest } from './received-request.ts'
import type { Consents } from './sign-in/consents.ts'
import type { SignInState } from './sign-in/sign-in-state.ts'
import type { AssertionUses } from './token/assertion-uses.ts'
import type { AuthorizationCodes } from './token/authorization-codes.ts'
import type { DeviceCodes } from './token/device-codes.ts'
import type { RefreshTokens } from './token/refresh-tokens.ts'
import type { TokenSigner } from './token-signer.ts'

/** Everything the routes share. */
export interface Service {
  directory: Directory
  signingKey: Promise<SigningKey>
  signer: TokenSigner
  codes: AuthorizationCodes
  deviceCodes: DeviceCodes
  refreshTokens: RefreshTokens
  assertionUses: AssertionUses
  /** What the sign-in pages give browsers to bring back. */
  signIn: SignInState
  consents: Consents
  /** The last requests, for the emulator's own page. */
  traffic: Traffic
  /** Issuers of tokens that are assertions, and the jobs that may ask them for one. */
  issuers: Issuers
  jobs: Jobs
  /** Where programs with a managed identity run. */
  hosts: Hosts
  /** What the instance metadata tells. */
  region: string | undefined
  /** Milliseconds since the epoch. */
  now(): number
  /** The `iss` of access tokens for a tenant, with a slash at its end. */
  issuer(tenantId: string): string
  /** Whether a hostname (as in a URL) is one of ours. */
  answersTo(hostname: string): boolean
  /** Host and port of both servers. */
  ownHosts(): readonly string[]
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
