import type { Env } from '../runtime/host.ts'

/** The host that the environment tells of, and what it says of it. */
export type FoundHost =
  | { kind: 'service-fabric'; endpoint: string; header: string; thumbprint: string }
  | { kind: 'app-service'; endpoint: string; header: string }
  | { kind: 'azure-arc'; endpoint: string }
  | { kind: 'machine-learning'; endpoint: string; secret: string; defaultClientId: string | undefined }
  | { kind: 'cloud-shell'; endpoint: string }
  | { kind: 'token-exchange' }
  | { kind: 'imds'; authority: string | undefined }
  | { kind: 'none'; reason: string; mend: string }

/** What the environment can't say. */
export interface Facts {
  /** Whether a client id is known, from the options or `AZURE_CLIENT_ID`: token exchange needs one. */
  hasClientId: boolean
  /** The workload is another credential's business. */
  isTokenExchangeExcluded?: boolean | undefined
}

/**
 * Which host this is, by its variables: those of today (`IDENTITY_...`) before those of yesterday (`MSI_...`), then the
 * workload's, then IMDS, which has none. A variable without its companions is a half-configured host, and no other is
 * guessed at. The Azure Arc agent may also be there without variables: see `arcAgentPath`.
 */
export function detectHost(env: Env, facts: Facts): FoundHost {
  const { IDENTITY_ENDPOINT, IDENTITY_HEADER, IDENTITY_SERVER_THUMBPRINT, IMDS_ENDPOINT } = env
  if (IDENTITY_ENDPOINT) {
    const endpoint = IDENTITY_ENDPOINT
    if (IDENTITY_HEADER && IDENTITY_SERVER_THUMBPRINT) {
      return { kind: 'service-fabric', endpoint, header: IDENTITY_HEADER, thumbprint: IDENTITY_SERVER_THUMBPRINT }
    }
    if (IDENTITY_HEADER) return { kind: 'app-service', endpoint, header: IDENTITY_HEADER }
    if (IMDS_ENDPOINT) return { kind: 'azure-arc', endpoint }
    return {
      kind: 'none',
      reason: 'IDENTITY_ENDPOINT is set, and neither IDENTITY_HEADER (App Service) nor IMDS_ENDPOINT (Azure Arc) is.',
      mend: 'Set what is missing, as the platform does, or unset IDENTITY_ENDPOINT.',
    }
  }
  const { MSI_ENDPOINT, MSI_SECRET, DEFAULT_IDENTITY_CLIENT_ID } = env
  if (MSI_ENDPOINT && MSI_SECRET) {
    const defaultClientId = DEFAULT_IDENTITY_CLIENT_ID || undefined
    return { kind: 'machine-learning', endpoint: MSI_ENDPOINT, secret: MSI_SECRET, defaultClientId }
  }
  if (MSI_ENDPOINT) return { kind: 'cloud-shell', endpoint: MSI_ENDPOINT }
  const isWorkload = env.AZURE_TENANT_ID && env.AZURE_FEDERATED_TOKEN_FILE && facts.hasClientId
  if (isWorkload && facts.isTokenExchangeExcluded !== true) return { kind: 'token-exchange' }
  return { kind: 'imds', authority: env.AZURE_POD_IDENTITY_AUTHORITY_HOST || undefined }
}
