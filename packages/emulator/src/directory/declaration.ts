import type { AppDeclaration, ManifestAppDeclaration } from './app-declaration.ts'

/** What the emulator knows: tenants with their apps, resources and users. Declared in code, or in a JSON file. */
export interface DirectoryDeclaration {
  /** At least one. */
  tenants: readonly TenantDeclaration[]
  /** App registrations, declared here or read from their manifests. */
  apps: readonly (AppDeclaration | ManifestAppDeclaration)[]
  /** Protected APIs, in addition to Azure's well-known ones and those that apps expose. */
  resources?: readonly ResourceDeclaration[]
  /** Who can sign in. */
  users?: readonly UserDeclaration[]
  /** Groups, which may have groups as members. */
  groups?: readonly GroupDeclaration[]
  /**
   * What Azure Resource Manager lists to everyone in the tenant; the Azure CLI refuses users without a subscription.
   */
  subscriptions?: readonly SubscriptionDeclaration[]
  /** Whether tokens are issued for any `https://…` resource, declared or not. Default true; false: AADSTS500011. */
  anyResource?: boolean
}

/** A tenant. */
export interface TenantDeclaration {
  /** GUID. */
  id: string
  /** Verified domains, such as `contoso.onmicrosoft.com`; each works in place of the tenant's id. */
  domains?: readonly string[]
  /** What its pages call it. */
  name?: string
}

/** A protected API that is no app of the directory. */
export interface ResourceDeclaration {
  /** One identifier or several, such as `https://storage.azure.com`. */
  id: string | readonly string[]
  /** GUID. */
  appId?: string
}

/** A subscription of Azure Resource Manager. */
export interface SubscriptionDeclaration {
  /** GUID. */
  id: string
  /** Default: the id. */
  name?: string
  /** Its tenant: id, or one of its domains. Default: the only tenant. */
  tenantId?: string
}

/** A user of the directory. */
export interface UserDeclaration {
  /** GUID. */
  objectId: string
  /** The user principal name, such as `ada@contoso.example`. */
  username: string
  /** What the sign-in page takes. */
  password: string
  /** Default: the user name. */
  displayName?: string
  /** Home tenant: its id, or one of its domains. Default: the only tenant. */
  tenantId?: string
  /** `'required'`: the password alone is refused with AADSTS50076; the sign-in page asks for the code below. */
  secondFactor?: 'required'
  /** What the sign-in page accepts as the second factor. Default `123456`. */
  secondFactorCode?: string
  /** The claim `email`, and `mail` of Microsoft Graph. */
  mail?: string
  /** The claim `given_name`. */
  givenName?: string
  /** The claim `family_name`. */
  surname?: string
  /** Two letters, for the optional claim `ctry`. */
  country?: string
  /** Names or object ids of groups. */
  groups?: readonly string[]
  /** App roles (values) by API, named by its name or client id: the claim `roles`. */
  roles?: Readonly<Record<string, readonly string[]>>
  /** Template ids (GUIDs) of the directory roles that the user has: the claim `wids`. */
  directoryRoles?: readonly string[]
  /** Tenants (ids or domains) that have the user as a guest, where they have another object id. */
  guestIn?: readonly string[]
  /** The agent identity (name or client id) whose user this is; only that agent gets tokens for it (`user_fic`). */
  identityParentId?: string
}

/** A group of users, and of groups. */
export interface GroupDeclaration {
  /** Its name, by which others have it as a member. */
  displayName: string
  /** GUID. Default: derived from the tenant and the name. */
  objectId?: string
  /** What Microsoft Graph says of it. */
  description?: string
  /** Its tenant: id, or one of its domains. Default: the only tenant. */
  tenantId?: string
  /** User names, object ids, or names of groups within the group; they can also be named in `users[].groups`. */
  members?: readonly string[]
  /** The apps (names or client ids) that it is assigned to, which is what `ApplicationGroup` is about. */
  assignedTo?: readonly string[]
  /** Whether it is a security group. A distribution group has an address and is not one. Default true. */
  securityEnabled?: boolean
  /** Its address in Microsoft Graph. */
  mail?: string
}
