import { guidFrom } from '../primitives/guid.ts'
import { fail, flag, guid, isAbsent, list, object, optional, text } from './fields.ts'

/** What an app's registration says about the tokens that are issued for it as an API, in the form of a manifest. */
export interface ExposedApi {
  requestedAccessTokenVersion: 1 | 2
  /** Only the enabled ones. */
  appRoles: readonly AppRole[]
  oauth2PermissionScopes: readonly PermissionScope[]
  optionalClaims: { accessToken: readonly OptionalClaim[]; idToken: readonly OptionalClaim[] }
  groupMembershipClaims: readonly GroupMembershipClaim[]
}

/** A role that an API defines. */
interface AppRole {
  id: string
  value: string
  displayName: string
  description: string
  /** `User`, `Application` or both. */
  allowedMemberTypes: readonly string[]
}

/** A delegated permission that an API defines. */
interface PermissionScope {
  id: string
  value: string
  /** `User` or `Admin`. */
  type: string
  adminConsentDisplayName: string
  adminConsentDescription: string
}

interface OptionalClaim {
  name: string
  additionalProperties: readonly string[]
}

const groupMembershipClaims = ['None', 'SecurityGroup', 'DirectoryRole', 'ApplicationGroup', 'All'] as const
type GroupMembershipClaim = (typeof groupMembershipClaims)[number]

/** The names of Microsoft's list (https://learn.microsoft.com/entra/identity-platform/optional-claims-reference). */
const optionalClaimNames: readonly string[] = [
  ...['acct', 'acrs', 'auth_time', 'ctry', 'email', 'family_name', 'fwd', 'given_name', 'groups', 'idtyp'],
  ...['in_corp', 'ipaddr', 'login_hint', 'nickname', 'onprem_sid', 'preferred_username', 'pwd_exp'],
  ...['pwd_url', 'sid', 'tenant_ctry', 'tenant_region_scope', 'upn', 'verified_primary_email'],
  ...['verified_secondary_email', 'vnet', 'xms_cc', 'xms_edov', 'xms_pdl', 'xms_pl', 'xms_tpl', 'ztdid'],
  ...['xms_act_fct', 'xms_sub_fct', 'xms_tnt_fct', 'xms_par_app_azp'],
]

/** Reads the API's part of an app, identified by `seed`. Throws a `TypeError` that names the field and the remedy. */
export function exposedApi(fields: Readonly<Record<string, unknown>>, path: string, seed: string): ExposedApi {
  const appRoles = list(fields.appRoles, `${path}.appRoles`, (value, at) => appRole(value, at, seed))
  const scopes = list(fields.oauth2PermissionScopes, `${path}.oauth2PermissionScopes`, (value, at) =>
    permissionScope(value, at, seed),
  )
  return {
    requestedAccessTokenVersion: tokenVersion(fields.requestedAccessTokenVersion, path),
    appRoles: appRoles.filter((each) => each !== undefined),
    oauth2PermissionScopes: scopes.filter((each) => each !== undefined),
    optionalClaims: optionalClaims(fields.optionalClaims, `${path}.optionalClaims`),
    groupMembershipClaims: membershipClaims(fields.groupMembershipClaims, `${path}.groupMembershipClaims`),
  }
}

function tokenVersion(value: unknown, path: string): 1 | 2 {
  if (isAbsent(value) || value === 1) return 1
  if (value === 2) return 2
  return fail(`${path}.requestedAccessTokenVersion`, 'is not a version', 'Use 1 or 2.')
}

/** `undefined` for a role without a value, which only the portal shows, and for a disabled one. */
function appRole(value: unknown, path: string, seed: string): AppRole | undefined {
  const known = ['id', 'value', 'displayName', 'description', 'allowedMemberTypes', 'isEnabled', 'origin', 'lang']
  const fields = object(value, path, known)
  if (isAbsent(fields.value) || isDisabled(fields, path)) return undefined
  const name = oneWord(fields.value, `${path}.value`)
  return {
    id: optional(fields.id, `${path}.id`, guid) ?? guidFrom(`${seed}/role/${name}`),
    value: name,
    displayName: shownText(fields.displayName, `${path}.displayName`) ?? name,
    description: shownText(fields.description, `${path}.description`) ?? name,
    allowedMemberTypes: isAbsent(fields.allowedMemberTypes)
      ? ['User', 'Application']
      : list(fields.allowedMemberTypes, `${path}.allowedMemberTypes`, text),
  }
}

function permissionScope(value: unknown, path: string, seed: string): PermissionScope | undefined {
  const fields = object(value, path, [
    ...['id', 'value', 'type', 'isEnabled', 'adminConsentDisplayName', 'adminConsentDescription'],
    ...['userConsentDisplayName', 'userConsentDescription', 'origin', 'lang'],
  ])
  if (isDisabled(fields, path)) return undefined
  const name = oneWord(fields.value, `${path}.value`)
  return {
    id: optional(fields.id, `${path}.id`, guid) ?? guidFrom(`${seed}/scope/${name}`),
    value: name,
    type: shownText(fields.type, `${path}.type`) ?? 'User',
    adminConsentDisplayName: shownText(fields.adminConsentDisplayName, `${path}.adminConsentDisplayName`) ?? name,
    adminConsentDescription: shownText(fields.adminConsentDescription, `${path}.adminConsentDescription`) ?? name,
  }
}

function isDisabled(fields: Readonly<Record<string, unknown>>, path: string): boolean {
  return optional(fields.isEnabled, `${path}.isEnabled`, flag) === false
}

function oneWord(value: unknown, path: string): string {
  const word = text(value, path)
  return /^\S+$/.test(word) ? word : fail(path, 'contains white space', 'Scopes and roles are single words.')
}

/** Text for people, which an export may have as `null` or an empty string. */
function shownText(value: unknown, path: string): string | undefined {
  return isAbsent(value) || value === '' ? undefined : text(value, path)
}

function optionalClaims(value: unknown, path: string): ExposedApi['optionalClaims'] {
  if (isAbsent(value)) return { accessToken: [], idToken: [] }
  const fields = object(value, path, ['accessToken', 'idToken', 'saml2Token'])
  const read = (kind: 'accessToken' | 'idToken'): OptionalClaim[] =>
    isAbsent(fields[kind]) ? [] : list(fields[kind], `${path}.${kind}`, optionalClaim).flat()
  return { accessToken: read('accessToken'), idToken: read('idToken') }
}

/** A claim of the list; those of directory extensions (`source` is `user`) have no value here, and are left out. */
function optionalClaim(value: unknown, path: string): OptionalClaim[] {
  const fields = object(value, path, ['name', 'source', 'essential', 'additionalProperties'])
  if (!isAbsent(fields.source)) return []
  const name = text(fields.name, `${path}.name`)
  if (!optionalClaimNames.includes(name)) {
    return fail(path, `has the name ${JSON.stringify(name)}`, `Use one of ${optionalClaimNames.join(', ')}.`)
  }
  const properties = isAbsent(fields.additionalProperties) ? [] : fields.additionalProperties
  return [{ name, additionalProperties: list(properties, `${path}.additionalProperties`, text) }]
}

function membershipClaims(value: unknown, path: string): GroupMembershipClaim[] {
  if (isAbsent(value)) return []
  const kinds = text(value, path).split(/, */)
  return kinds.flatMap((kind) => {
    const known = groupMembershipClaims.find((each) => each === kind)
    if (known === undefined) {
      return fail(path, `has the value ${JSON.stringify(kind)}`, `Use ${groupMembershipClaims.join(', ')}.`)
    }
    return known === 'None' ? [] : [known]
  })
}
