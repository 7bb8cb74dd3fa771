import type { App, Tenant } from '../directory/entries.ts'
import type { Account } from './account.ts'

/** What the values of optional claims are derived from. */
interface OptionalClaimsRequest {
  account: Account
  tenant: Tenant
  /** The app whose registration decides: the API of an access token, the client of an ID token. */
  app: App | undefined
  token: 'accessToken' | 'idToken'
  /** Milliseconds since the epoch. */
  now: number
  capabilities: readonly string[]
}

type ValueOf = (request: OptionalClaimsRequest, properties: readonly string[]) => unknown

/**
 * The optional claims that have a value here, according to Microsoft's description
 * (https://learn.microsoft.com/entra/identity-platform/optional-claims-reference). Others in its list are left out of
 * tokens, as Entra ID leaves out claims that a user has no value for; groups are separate claims.
 */
const values: Readonly<Record<string, ValueOf>> = {
  acct: ({ account }) => (account.homeIssuer === undefined ? 0 : 1),
  auth_time: ({ now }) => Math.floor(now / 1000),
  ctry: ({ account }) => account.user?.country,
  email: ({ account }) => mailOf(account),
  family_name: ({ account }) => account.user?.surname,
  given_name: ({ account }) => account.user?.givenName,
  idtyp: () => 'user',
  ipaddr: () => '127.0.0.1',
  login_hint: ({ account }) => Buffer.from(`O.${account.person.username}`).toString('base64url'),
  preferred_username: ({ account }) => account.person.username,
  upn: ({ account, tenant }, properties) => userPrincipalName(account, tenant, properties),
  verified_primary_email: ({ account }) => (mailOf(account) === undefined ? undefined : [mailOf(account)]),
  xms_cc: ({ capabilities }) => (capabilities.length > 0 ? capabilities : undefined),
  xms_edov: ({ account }) => (mailOf(account) === undefined ? undefined : true),
}

/** The claims that an app's registration asks for. */
export function optionalClaims(request: OptionalClaimsRequest): Record<string, unknown> {
  const asked = request.app?.optionalClaims[request.token] ?? []
  const found = asked.map(({ name, additionalProperties }) => [name, values[name]?.(request, additionalProperties)])
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}

/** The address for the claim `email`. A guest's user name is used as one. */
export function mailOf({ user, homeIssuer, person }: Account): string | undefined {
  return user?.mail ?? (homeIssuer === undefined ? undefined : person.username)
}

/** A guest's is included only on request, and names the tenant in which they are a guest. */
function userPrincipalName({ person, homeIssuer }: Account, tenant: Tenant, properties: readonly string[]): unknown {
  if (homeIssuer === undefined) return person.username
  const external = properties.find((each) => /^include_externally_authenticated_upn/i.test(each))
  if (external === undefined) return undefined
  const mark = /without_hash/i.test(external) ? '_EXT_' : '#EXT#'
  return `${person.username.replace('@', '_')}${mark}@${tenant.domains[0] ?? tenant.id}`
}
