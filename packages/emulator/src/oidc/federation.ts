import type { Directory } from '../directory/directory.ts'
import type { FederatedCredential } from '../directory/entries.ts'
import { declaredApp } from '../directory/lookup.ts'
import type { Issuers } from './issuers.ts'
import type { Jobs } from './jobs.ts'

/** What the functions that issue other issuers' tokens for tests share. */
export interface Federation {
  directory: Directory
  issuers: Issuers
  jobs: Jobs
  /** `https://localhost:PORT`. */
  url: string
  /** Registers a resource to release when the emulator closes. */
  onClose(release: () => Promise<void>): void
}

/** Adds a federated identity credential to an app, if one is named. */
export function trustIssuer(
  { directory }: Federation,
  nameOrId: string | undefined,
  credential: FederatedCredential,
): void {
  if (nameOrId === undefined) return
  const app = declaredApp(directory, nameOrId, 'federation')
  app.federatedCredentials = [...app.federatedCredentials, credential]
}

/** The environment variables that tell a program which app it is and where to sign in. */
export function appVariables(
  { directory, url }: Federation,
  nameOrId: string | undefined,
  method: string,
): Record<string, string> {
  if (nameOrId === undefined) return { AZURE_AUTHORITY_HOST: url }
  const { clientId, tenantId } = declaredApp(directory, nameOrId, method)
  return { AZURE_AUTHORITY_HOST: url, AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId }
}
