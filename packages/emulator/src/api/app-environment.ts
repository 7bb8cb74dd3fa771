import type { Directory } from '../directory/directory.ts'
import { declaredApp } from '../directory/lookup.ts'
import { hasExpired } from '../token/client-authentication.ts'

/**
 * The environment variables with which a program signs in as an app, given by name or client id (default the first).
 * The secret is the first that has not expired. Throws an `Error` for an app that is not declared.
 */
export function appEnvironment(
  directory: Directory,
  nameOrId: string | undefined,
  place: { url: string; caPath: string; now: number },
): Record<string, string> {
  const app = declaredApp(directory, nameOrId, 'env')
  const secret = app.secrets.find((each) => !hasExpired(each, place.now))
  return {
    AZURE_TENANT_ID: app.tenantId,
    AZURE_CLIENT_ID: app.clientId,
    ...(secret === undefined ? {} : { AZURE_CLIENT_SECRET: secret.value }),
    AZURE_AUTHORITY_HOST: place.url,
    NODE_EXTRA_CA_CERTS: place.caPath,
  }
}
