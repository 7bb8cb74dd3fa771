import type { Directory } from '../directory/directory.ts'
import type { Controls } from '../live/controls.ts'
import type { Traffic } from '../live/traffic.ts'
import type { RunningHosts } from '../managed-identity/running-hosts.ts'
import type { Issuers } from '../oidc/issuers.ts'
import type { Jobs } from '../oidc/jobs.ts'
import type { SigningKey } from '../pki/signing-key.ts'
import type { Consents } from '../sign-in/consents.ts'
import type { SignInState } from '../sign-in/session.ts'
import type { AssertionUses } from '../token/assertion-uses.ts'
import type { AuthorizationCodes } from '../token/authorization-code.ts'
import type { DeviceCodes } from '../token/device-code.ts'
import type { RefreshTokens } from '../token/refresh-token.ts'
import type { Revocations } from '../token/revocations.ts'
import type { TokenSigner } from '../token/token-signer.ts'

/** Everything the routes share. */
export interface Service {
  directory: Directory
  signingKey: Promise<SigningKey>
  signer: TokenSigner
  codes: AuthorizationCodes
  deviceCodes: DeviceCodes
  refreshTokens: RefreshTokens
  revocations: Revocations
  assertionUses: AssertionUses
  /** Seals what the sign-in pages give to browsers and get back from them. */
  signIn: SignInState
  consents: Consents
  /** The last requests, for the emulator's own page. */
  traffic: Traffic
  /** What that page moves. */
  controls: Controls
  /** The issuers of tokens that serve as assertions, and the jobs that may request them. */
  issuers: Issuers
  jobs: Jobs
  /** The running hosts that have managed identities. */
  identityHosts: RunningHosts
  /** The region in the instance metadata. */
  region: string | undefined
  /** Milliseconds since the epoch. */
  now(): number
  /** The `iss` of access tokens for a tenant, with a trailing slash. */
  issuer(tenantId: string): string
  /** Whether a hostname (as in a URL) is one of ours. */
  answersTo(hostname: string): boolean
  /** Host and port of both servers. */
  listeningHosts(): readonly string[]
  /** Seconds, instead of Entra ID's defaults; an app's own values win. */
  tokenLifetimeSeconds?: number
  refreshInSeconds?: number
}
