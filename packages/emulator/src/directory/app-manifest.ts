import { fail, isAbsent, list, text } from './fields.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * The fields of an app's declaration that its exported manifest has
 * (https://learn.microsoft.com/entra/identity-platform/reference-microsoft-graph-app-manifest). Both formats are read:
 * Microsoft Graph's, and that of Azure AD Graph, which the portal exported until 2024. Fields that have no effect on
 * tokens are ignored, because an export has all of an app's fields. Throws a `TypeError` for anything that is not a
 * manifest.
 */
export function manifestFields(value: unknown, path: string): Record<string, unknown> {
  const manifest = asFields(value)
  if (manifest === undefined) return fail(path, 'is not an object', 'Export it in the portal, under “Manifest”.')
  if (isAbsent(manifest.appId)) {
    return fail(path, 'has no appId', 'Export the manifest of an app registration, or declare the app with clientId.')
  }
  const api = asFields(manifest.api) ?? {}
  const web = asFields(manifest.web) ?? {}
  const grants = asFields(web.implicitGrantSettings) ?? {}
  const everywhere = manifest.signInAudience !== undefined && manifest.signInAudience !== 'AzureADMyOrg'
  return present({
    clientId: manifest.appId,
    name: manifest.displayName ?? manifest.name,
    objectId: manifest.id ?? manifest.objectId,
    tenantId: manifest.publisherDomain,
    tenants: everywhere ? '*' : undefined,
    identifierUris: manifest.identifierUris,
    requestedAccessTokenVersion: api.requestedAccessTokenVersion ?? manifest.accessTokenAcceptedVersion,
    appRoles: manifest.appRoles,
    oauth2PermissionScopes: api.oauth2PermissionScopes ?? manifest.oauth2Permissions,
    optionalClaims: manifest.optionalClaims,
    groupMembershipClaims: manifest.groupMembershipClaims,
    redirectUris: redirects(manifest, web, path),
    idTokens: grants.enableIdTokenIssuance ?? manifest.oauth2AllowIdTokenImplicitFlow,
    publicClient: manifest.isFallbackPublicClient ?? manifest.allowPublicClient,
    certificates: certificates(manifest.keyCredentials, `${path}.keyCredentials`),
  })
}

function redirects(manifest: Fields, web: Fields, path: string): Record<string, string[]> {
  const uris = (value: unknown, name: string): string[] => (isAbsent(value) ? [] : list(value, `${path}.${name}`, text))
  const typed = Array.isArray(manifest.replyUrlsWithType)
    ? manifest.replyUrlsWithType.map((each) => asFields(each))
    : []
  const ofType = (type: string): string[] =>
    typed.flatMap((each) => (each?.type === type && typeof each.url === 'string' ? [each.url] : []))
  return {
    web: [...uris(web.redirectUris, 'web.redirectUris'), ...ofType('Web')],
    spa: [...uris(asFields(manifest.spa)?.redirectUris, 'spa.redirectUris'), ...ofType('Spa')],
    publicClient: [
      ...uris(asFields(manifest.publicClient)?.redirectUris, 'publicClient.redirectUris'),
      ...ofType('InstalledClient'),
    ],
  }
}

/** The certificates whose content the export has; the portal leaves it out (`key: null`). */
function certificates(value: unknown, path: string): string[] {
  if (isAbsent(value)) return []
  return list(value, path, (each) => asFields(each)?.key)
    .filter((key) => typeof key === 'string')
    .map((key) => `-----BEGIN CERTIFICATE-----\n${key.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`)
}

/** Without the fields that are absent or `null`. */
function present(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isAbsent(value)))
}

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}
