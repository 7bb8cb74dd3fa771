import type { App, Group } from '../directory/entries.ts'
import type { Account } from './account.ts'

/** Microsoft's limit for JWTs. */
const mostGroups = 200
/** The limit for tokens that travel in a URL. */
const mostGroupsInUrl = 5

/** The token that the claims are for. */
interface GroupClaimsRequest {
  account: Account
  /** The app whose registration decides: the API of an access token, the client of an ID token. */
  app: App | undefined
  token: 'accessToken' | 'idToken'
  /** Scheme and host for the URL at which all groups can be requested. */
  origin: string | undefined
  /** Whether the token is sent in a URL. */
  inUrl?: boolean
}

/**
 * The claims `groups`, `wids` and `roles` of a user's token. With more than 200 groups, `_claim_names` and
 * `_claim_sources` say where to request them
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#groups-overage-claim); in a URL,
 * with more than five, there is only `hasgroups`.
 */
export function groupClaims({ account, app, token, origin, inUrl }: GroupClaimsRequest): Record<string, unknown> {
  const { user } = account
  if (app === undefined || user === undefined) return {}
  const groups = namedGroups(account, app)
  const properties =
    app.optionalClaims[token].find(({ name }) => name === 'groups')?.additionalProperties.map(lowerCase) ?? []
  const values = groups.map((group) => (properties.includes('cloud_displayname') ? group.displayName : group.objectId))
  const asRoles = properties.includes('emit_as_roles')
  const roles = [...(user.roles[app.clientId] ?? []), ...(asRoles && values.length <= mostGroups ? values : [])]
  const wids = widsOf(app, user.directoryRoles)
  return {
    ...(asRoles ? {} : listOrPointer(values, account, origin, inUrl === true)),
    ...(roles.length > 0 ? { roles } : {}),
    ...(wids.length > 0 ? { wids } : {}),
  }
}

function listOrPointer(
  values: readonly string[],
  { objectId }: Account,
  origin: string | undefined,
  inUrl: boolean,
): Record<string, unknown> {
  if (values.length === 0) return {}
  if (inUrl && values.length > mostGroupsInUrl) return { hasgroups: true }
  if (values.length <= mostGroups) return { groups: values }
  const endpoint = `${origin ?? 'https://graph.microsoft.com'}/v1.0/users/${objectId}/getMemberObjects`
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } }
}

/** The groups of the kinds that the app's `groupMembershipClaims` names. */
function namedGroups({ groups }: Account, { groupMembershipClaims: kinds, clientId }: App): Group[] {
  return groups.filter(({ securityEnabled, assignedTo }) => {
    if (kinds.includes('All')) return true
    if (kinds.includes('SecurityGroup') && securityEnabled) return true
    return kinds.includes('ApplicationGroup') && assignedTo.includes(clientId)
  })
}

function widsOf({ groupMembershipClaims: kinds }: App, directoryRoles: readonly string[]): readonly string[] {
  return kinds.includes('All') || kinds.includes('DirectoryRole') ? directoryRoles : []
}

function lowerCase(text: string): string {
  return text.toLowerCase()
}
