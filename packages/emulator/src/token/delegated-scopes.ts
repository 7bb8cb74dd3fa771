import type { ReceivedRequest } from '../received-request.ts'
import { Refusal } from '../refusal.ts'
import { checkedResource } from './requested-resource.ts'

/** What a user's token is to be for. */
export interface DelegatedScopes {
  /** As it stands in `aud`. */
  resource: string
  /** The claim `scp`. */
  names: readonly string[]
  /** The answer's `scope`. */
  granted: string
  /** Whether `openid` and `offline_access` are among them. */
  openid: boolean
  offline: boolean
}

const OPENID = ['openid', 'profile', 'email', 'offline_access']
const GRAPH = 'https://graph.microsoft.com'

/**
 * Reads `scope`, or v1's `resource`; `granted` is what was asked before and stands where the request asks nothing.
 * Throws a `Refusal` for scopes of several resources.
 */
export function delegatedScopes({ path, form }: Pick<ReceivedRequest, 'path' | 'form'>, granted = ''): DelegatedScopes {
  const isV2 = /\/oauth2\/v2\.0\//i.test(path)
  if (isV2 && form.resource !== undefined) throw new Refusal(901002)
  const asked = form.resource ? `openid offline_access ${form.resource}/.default` : form.scope?.trim() || granted
  const all = asked.split(/ +/).filter((scope) => scope !== '')
  if (all.length === 0) throw new Refusal(90014, { details: { parameter: isV2 ? 'scope' : 'resource' } })
  const split = all.filter((scope) => !OPENID.includes(scope.toLowerCase())).map(splitScope)
  const [first = { resource: GRAPH, name: '.default' }] = split
  if (split.some(({ resource }) => resource.toLowerCase() !== first.resource.toLowerCase())) throw new Refusal(28000)
  const resource = checkedResource(first.resource)
  const isDefault = split.length === 0 || split.some(({ name }) => name === '.default')
  const names = isDefault ? [resource === GRAPH ? 'User.Read' : 'user_impersonation'] : split.map(({ name }) => name)
  const openidNames = all.filter((scope) => OPENID.includes(scope.toLowerCase()) && scope !== 'offline_access')
  const full = [...names, ...(isDefault ? ['.default'] : [])].map((name) => `${resource}/${name}`)
  return {
    resource,
    names: resource === GRAPH ? [...new Set([...openidNames, ...names])] : names,
    granted: (resource === GRAPH ? [...openidNames, ...full] : full).join(' '),
    openid: all.includes('openid'),
    // v1 and AD FS know no offline_access: their users' tokens are always refreshed.
    offline: !isV2 || all.includes('offline_access'),
  }
}

/** A scope without a resource is one of Microsoft Graph's. */
function splitScope(scope: string): { resource: string; name: string } {
  const slash = scope.lastIndexOf('/')
  return slash < 0
    ? { resource: GRAPH, name: scope }
    : { resource: scope.slice(0, slash), name: scope.slice(slash + 1) }
}
