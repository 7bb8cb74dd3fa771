import type { ReceivedRequest } from '../received-request.ts'
import { Refusal } from '../refusal.ts'

const SUFFIX = '/.default'

/**
 * The resource that a client-credentials request is for, as it must stand in `aud`: v2.0's `scope` less one
 * `/.default`, or v1's `resource`; AD FS takes either. Throws a `Refusal` for a missing or malformed one.
 */
export function requestedResource({ path, form }: ReceivedRequest): string {
  const { scope, resource } = form
  const isV2 = /\/oauth2\/v2\.0\//i.test(path)
  if (isV2 && resource !== undefined) throw new Refusal(901002)
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
    if (!each.endsWith(SUFFIX)) throw new Refusal(1002012, { details: { scope: each } })
  }
  if (new Set(scopes).size > 1) throw new Refusal(28000)
  return checkedResource(only.slice(0, -SUFFIX.length))
}

/** The resource as it is. Throws a `Refusal` for what cannot be one. */
export function checkedResource(resource: string): string {
  const isUrl = /^https?:/i.test(resource)
  const isPlain = /^[\x21-\x7e]+$/.test(resource) && !/["<>\\^`{|}]/.test(resource)
  if (isPlain && (!isUrl || URL.canParse(resource))) return resource
  throw new Refusal(70011, { details: { scope: `${resource}${SUFFIX}` } })
}
