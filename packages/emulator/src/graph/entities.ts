import type { App, Group, Tenant, User } from '../directory/entries.ts'
import { guestObjectId, servicePrincipalId } from '../primitives/guid.ts'

/** An object of Microsoft Graph. */
export type Entity = Readonly<Record<string, unknown>>

/** The kind of an object: its name in URLs, its type, and what is returned without `$select` (default: everything). */
export interface EntityKind {
  set: string
  type: string
  usual?: readonly string[]
}

export const userKind: EntityKind = {
  set: 'users',
  type: 'user',
  usual: [
    ...['businessPhones', 'displayName', 'givenName', 'jobTitle', 'mail', 'mobilePhone', 'officeLocation'],
    ...['preferredLanguage', 'surname', 'userPrincipalName', 'id'],
  ],
}
export const groupKind: EntityKind = { set: 'groups', type: 'group' }
export const applicationKind: EntityKind = { set: 'applications', type: 'application' }
export const servicePrincipalKind: EntityKind = { set: 'servicePrincipals', type: 'servicePrincipal' }
export const organizationKind: EntityKind = { set: 'organization', type: 'organization' }
export const directoryObjectKind: EntityKind = { set: 'directoryObjects', type: 'directoryObject' }

/** A user as the tenant has them: a member, or a guest with an id and a name of its own. */
export function userEntity(user: User, tenant: Tenant): Entity {
  const isGuest = user.tenantId !== tenant.id
  const external = `${user.username.replace('@', '_')}#EXT#@${tenant.domains[0] ?? tenant.id}`
  return {
    accountEnabled: true,
    businessPhones: [],
    country: user.country ?? null,
    displayName: user.displayName,
    externalUserState: isGuest ? 'Accepted' : null,
    givenName: user.givenName ?? null,
    id: isGuest ? guestObjectId(tenant.id, user.objectId) : user.objectId,
    jobTitle: null,
    mail: user.mail ?? (isGuest ? user.username : null),
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: user.surname ?? null,
    userPrincipalName: isGuest ? external : user.username,
    userType: isGuest ? 'Guest' : 'Member',
  }
}

export function groupEntity({ objectId, displayName, description, securityEnabled, mail }: Group): Entity {
  return {
    id: objectId,
    deletedDateTime: null,
    description: description === '' ? null : description,
    displayName,
    groupTypes: [],
    mail: mail ?? null,
    mailEnabled: mail !== undefined,
    mailNickname: displayName.replace(/[^\w.-]/g, ''),
    onPremisesSyncEnabled: null,
    securityEnabled,
    visibility: null,
  }
}

/** An app's registration, which only its home tenant has. Secrets are never shown, not even their first characters. */
export function applicationEntity(app: App, home: Tenant): Entity {
  const uris = (platform: string): string[] =>
    app.redirectUris.filter((each) => each.platform === platform).map(({ uri }) => uri)
  const usual = { isEnabled: true, origin: 'Application' }
  return {
    id: app.objectId,
    deletedDateTime: null,
    api: {
      requestedAccessTokenVersion: app.requestedAccessTokenVersion === 2 ? 2 : null,
      knownClientApplications: [],
      oauth2PermissionScopes: app.oauth2PermissionScopes.map((scope) => ({ ...scope, isEnabled: true })),
      preAuthorizedApplications: [],
    },
    appId: app.clientId,
    appRoles: app.appRoles.map((role) => ({ ...role, ...usual })),
    displayName: app.name,
    groupMembershipClaims: app.groupMembershipClaims.length === 0 ? null : app.groupMembershipClaims.join(', '),
    identifierUris: app.identifierUris,
    isFallbackPublicClient: app.publicClient,
    keyCredentials: app.certificates.map(({ sha1, expiresAt }) => ({
      customKeyIdentifier: sha1.toUpperCase(),
      endDateTime: new Date(expiresAt).toISOString(),
      key: null,
      type: 'AsymmetricX509Cert',
      usage: 'Verify',
    })),
    optionalClaims: { ...app.optionalClaims, saml2Token: [] },
    passwordCredentials: app.secrets.map(({ keyId, expiresAt }) => ({
      endDateTime: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
      hint: null,
      keyId,
      secretText: null,
    })),
    publicClient: { redirectUris: uris('publicClient') },
    publisherDomain: home.domains[0] ?? null,
    signInAudience: app.tenants === '*' || app.tenants.length > 1 ? 'AzureADMultipleOrgs' : 'AzureADMyOrg',
    spa: { redirectUris: uris('spa') },
    web: {
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: app.idTokens },
      redirectUris: uris('web'),
    },
  }
}

/** A tenant's service principal for an app, its own or another tenant's. */
export function servicePrincipalEntity(app: App, tenant: Tenant): Entity {
  return {
    id: app.identity?.objectId ?? servicePrincipalId(tenant.id, app.clientId),
    deletedDateTime: null,
    accountEnabled: !app.disabled,
    alternativeNames: app.identity ? [app.identity.resourceId] : [],
    appDisplayName: app.name,
    appId: app.clientId,
    appOwnerOrganizationId: app.tenantId,
    appRoles: app.appRoles.map((role) => ({ ...role, isEnabled: true, origin: 'Application' })),
    displayName: app.name,
    oauth2PermissionScopes: app.oauth2PermissionScopes.map((scope) => ({ ...scope, isEnabled: true })),
    servicePrincipalNames: [app.clientId, ...app.identifierUris],
    servicePrincipalType: app.identity ? 'ManagedIdentity' : 'Application',
    signInAudience: app.tenants === '*' || app.tenants.length > 1 ? 'AzureADMultipleOrgs' : 'AzureADMyOrg',
    tags: [],
  }
}

export function organizationEntity({ id, name, domains }: Tenant): Entity {
  const verifiedDomains = domains.map((domain, index) => ({
    capabilities: '',
    isDefault: index === 0,
    isInitial: domain.endsWith('.onmicrosoft.com'),
    name: domain,
    type: 'Managed',
  }))
  return { id, deletedDateTime: null, countryLetterCode: 'US', displayName: name, tenantType: 'AAD', verifiedDomains }
}

/** An object of a different kind from the collection's, with its type. */
export function typed(kind: EntityKind, entity: Entity): Entity {
  return { '@odata.type': `#microsoft.graph.${kind.type}`, ...entity }
}
