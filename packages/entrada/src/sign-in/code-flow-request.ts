import type { TokenEndpoint } from '../oauth/token-endpoint.ts'

/** What signing a person in by the authorization code flow takes, in a program and in a page alike. */
export interface CodeFlowRequest {
  endpoint: TokenEndpoint
  tenantId: string
  scopes: readonly string[]
  claims: string | undefined
  enableCae: boolean
  prompt: string | undefined
  loginHint: string | undefined
  /** How long the person may take, in milliseconds. */
  timeoutMs: number
  /** The hosts of the authority's cloud, if it is one of Microsoft's. */
  aliases: readonly string[]
  signal: AbortSignal
}
