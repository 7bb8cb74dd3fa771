import { type Env, secretOf, settingOf } from '../runtime/environment.ts'

/** The host that the environment variables indicate, with what they say about it. */
export type DetectedHost =
  | { kind: 'service-fabric'; endpoint: string; header: string; thumbprint: string }
  | { kind: 'app-service'; endpoint: string; header: string }
  | { kind: 'azure-arc'; endpoint: string }
  | { kind: 'machine-learning'; endpoint: string; secret: string; defaultClientId: string | undefined }
  | { kind: 'cloud-shell'; endpoint: string }
  | { kind: 'token-exchange' }
  | { kind: 'imds'; authority: string | undefined }
  | { kind: 'none'; reason: string; remedy: string }

/** What the environment alone cannot tell. */
export interface Facts {
  /** Whether a client id is known, from the options or `AZURE_CLIENT_ID`: token exchange needs one. */
  hasClientId: boolean
  /** Another credential handles workload identity. */
  isTokenExchangeExcluded?: boolean | undefined
}

/**
 * Detects the host by its environment variables: today's (`IDENTITY_...`) before the older ones (`MSI_...`), then
 * workload identity's, then IMDS, which has none. A variable without its companions means a half-configured host, and
 * no other host is guessed. The Azure Arc agent may also be there without variables: see `arcAgentPath`.
 */
export function detectHost(env: Env, facts: Facts): DetectedHost {
  const setting = settingOf.bind(undefined, env)
  const endpoint = setting('IDENTITY_ENDPOINT')
  if (endpoint !== undefined) {
    const header = secretOf(env, 'IDENTITY_HEADER')
    const thumbprint = setting('IDENTITY_SERVER_THUMBPRINT')
    if (header && thumbprint) return { kind: 'service-fabric', endpoint, header, thumbprint }
    if (header) return { kind: 'app-service', endpoint, header }
    if (setting('IMDS_ENDPOINT')) return { kind: 'azure-arc', endpoint }
    return {
      kind: 'none',
      reason: 'IDENTITY_ENDPOINT is set, but neither IDENTITY_HEADER (App Service) nor IMDS_ENDPOINT (Azure Arc) is.',
      remedy: 'Set the missing variable, as the platform does, or unset IDENTITY_ENDPOINT.',
    }
  }
  const older = setting('MSI_ENDPOINT')
  const secret = secretOf(env, 'MSI_SECRET')
  if (older && secret) {
    const defaultClientId = setting('DEFAULT_IDENTITY_CLIENT_ID')
    return { kind: 'machine-learning', endpoint: older, secret, defaultClientId }
  }
  if (older) return { kind: 'cloud-shell', endpoint: older }
  const isWorkload = setting('AZURE_TENANT_ID') && setting('AZURE_FEDERATED_TOKEN_FILE') && facts.hasClientId
  if (isWorkload && facts.isTokenExchangeExcluded !== true) return { kind: 'token-exchange' }
  return { kind: 'imds', authority: setting('AZURE_POD_IDENTITY_AUTHORITY_HOST') }
}
