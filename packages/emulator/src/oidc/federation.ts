import type { Directory } from '../directory/directory.ts'
import type { FederatedCredential } from '../directory/entries.ts'
import { declaredApp } from '../sign-ins.ts'
import type { Issuers } from './issuers.ts'
import type { Jobs } from './jobs.ts'

/** What the helpers share that make issuers' tokens for tests. */
export interface Federation {
  directory: Directory
  issuers: Issuers
  jobs: Jobs
  /** `https://localhost:PORT`. */
  url: string
  /** Has something given back when the emulator closes. */
  hold(release: () => Promise<void>): void
}

/** Gives an app, if one is named, a federated identity credential besides those it has. */
export function trustIssuer(
  { directory }: Federation,
  named: string | undefined,
  credential: FederatedCredential,
): void {
  if (named === undefined) return
  const app = declaredApp(directory, named, 'federation')
  app.federatedCredentials = [...app.federatedCredentials, credential]
}

/** The variables that tell a program which app it is, and where to sign in. */
export function appVariables(
  { directory, url }: Federation,
  named: string | undefined,
  method: string,
): Record<string, string> {
  if (named === undefined) return { AZURE_AUTHORITY_HOST: url }
  const { clientId, tenantId } = declaredApp(directory, named, method)
  return { AZURE_AUTHORITY_HOST: url, AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId }
}
