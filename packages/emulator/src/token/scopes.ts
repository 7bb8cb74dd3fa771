import type { Directory } from '../directory/directory.ts'
import type { App } from '../directory/entries.ts'
import type { ReceivedRequest } from '../http/received-request.ts'
import { Refusal } from '../refusal/refusal.ts'

const defaultSuffix = '/.default'

/**
 * The resource of a client-credentials request, as it must appear in `aud`: v2.0's `scope` without one `/.default`, or
 * v1's `resource`; AD FS accepts either. Throws a `Refusal` for a missing or malformed one.
 */
export function requestedResource({ path, form }: ReceivedRequest): string {
  const { scope, resource } = form
  const isV2 = isV2Path(path)
  const isAdfs = path.startsWith('/adfs/')
  if (isV2 || (isAdfs && scope !== undefined)) return ofScope(scope)
  if (!resource) throw new Refusal(90014, { details: { parameter: 'resource' } })
  return checkedResource(resource)
}

function ofScope(scope = ''): string {
  const scopes = scope.split(/ +/).filter((each) => each !== '')
  const [only] = scopes
  if (only === undefined) throw new Refusal(90014, { details: { parameter: 'scope' } })
  for (const each of scopes) {
    if (!each.endsWith(defaultSuffix)) throw new Refusal(1002012, { details: { scope: each } })
  }
  if (new Set(scopes).size > 1) throw new Refusal(28000)
  return checkedResource(only.slice(0, -defaultSuffix.length))
}

/** The resource, unchanged. Throws a `Refusal` for an invalid one. */
function checkedResource(resource: string): string {
  const isUrl = /^https?:/i.test(resource)
  const isPlain = /^[\x21-\x7e]+$/.test(resource) && !/["<>\\^`{|}]/.test(resource)
  if (isPlain && (!isUrl || URL.canParse(resource))) return resource
  throw new Refusal(70011, { details: { scope: `${resource}${defaultSuffix}` } })
}

/** What a user's token is for. */
export interface DelegatedScopes {
  /** The claim `aud`. */
  resource: string
  /** The claim `scp`. */
  names: readonly string[]
  /** The response's `scope`. */
  granted: string
  /** Whether `openid` and `offline_access` are among them. */
  openid: boolean
  offline: boolean
  /** The requested scopes of OpenID Connect. */
  openidNames: readonly string[]
  /** Whether all permissions of the client were requested (`.default`). */
  isDefault: boolean
}

const openidScopes = ['openid', 'profile', 'email', 'offline_access']
const graph = 'https://graph.microsoft.com'

/**
 * Throws AADSTS9010010 if a v2.0 request names a resource (RFC 8707) other than that of its scopes. Entra ID has
 * compared them since March 2026; on v1, `resource` says what the token is for.
 */
export function checkTarget(
  directory: Pick<Directory, 'sameResource'>,
  path: string,
  target: string | undefined,
  resource: string,
): void {
  if (!isV2Path(path) || target === undefined || target === '') return
  if (!directory.sameResource(target, resource)) throw new Refusal(9010010)
}

function isV2Path(path: string): boolean {
  return /\/oauth2\/v2\.0\//i.test(path)
}

/**
 * Reads `scope`, or v1's `resource`; `granted`, which was requested before, applies if the request names none. Throws a
 * `Refusal` for scopes of several resources.
 */
export function delegatedScopes({ path, form }: Pick<ReceivedRequest, 'path' | 'form'>, granted = ''): DelegatedScopes {
  const isV2 = isV2Path(path)
  const asked =
    form.resource && !isV2 ? `openid offline_access ${form.resource}/.default` : form.scope?.trim() || granted
  const all = asked.split(/ +/).filter((scope) => scope !== '')
  if (all.length === 0) throw new Refusal(90014, { details: { parameter: isV2 ? 'scope' : 'resource' } })
  const split = all.filter((scope) => !openidScopes.includes(scope.toLowerCase())).map(splitScope)
  const [first = { resource: graph, name: '.default' }] = split
  if (split.some(({ resource }) => resource.toLowerCase() !== first.resource.toLowerCase())) throw new Refusal(28000)
  const resource = checkedResource(first.resource)
  const isDefault = split.length === 0 || split.some(({ name }) => name === '.default')
  const names = isDefault ? [resource === graph ? 'User.Read' : 'user_impersonation'] : split.map(({ name }) => name)
  const openidNames = all.filter((scope) => openidScopes.includes(scope.toLowerCase()) && scope !== 'offline_access')
  const full = [...names, ...(isDefault ? ['.default'] : [])].map((name) => `${resource}/${name}`)
  return {
    resource,
    names: resource === graph ? [...new Set([...openidNames, ...names])] : names,
    granted: (resource === graph ? [...openidNames, ...full] : full).join(' '),
    openid: all.includes('openid'),
    openidNames,
    isDefault,
    // v1 and AD FS have no offline_access: users always get a refresh token.
    offline: !isV2 || all.includes('offline_access'),
  }
}

/** A scope without a resource belongs to Microsoft Graph. */
function splitScope(scope: string): { resource: string; name: string } {
  const slash = scope.lastIndexOf('/')
  return slash < 0
    ? { resource: graph, name: scope }
    : { resource: scope.slice(0, slash), name: scope.slice(slash + 1) }
}

/**
 * The scopes as the API's registration knows them: `.default` stands for all scopes that it defines, and if it defines
 * any, others are refused with AADSTS650053.
 */
export function scopesOf(scopes: DelegatedScopes, client: App, api: App | undefined): DelegatedScopes {
  const defined = api?.oauth2PermissionScopes.map(({ value }) => value) ?? []
  if (api === undefined || defined.length === 0) return scopes
  if (scopes.isDefault) {
    const granted = [...defined, '.default'].map((name) => `${scopes.resource}/${name}`).join(' ')
    return { ...scopes, names: defined, granted }
  }
  const known = defined.map((name) => name.toLowerCase())
  const scope = scopes.names.find((name) => !known.includes(name.toLowerCase()))
  if (scope === undefined) return scopes
  throw new Refusal(650053, { details: { app: client.name, scope, resource: api.clientId } })
}
