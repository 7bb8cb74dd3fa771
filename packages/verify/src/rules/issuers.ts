import type { SigningKey } from '../keys/key-set.ts'
import type { KeySource } from '../keys/key-source.ts'
import type { RejectionCode } from '../rejection/rejections.ts'
import type { JsonObject } from '../token/strict-json.ts'
import { type Cloud, issuerOf } from './clouds.ts'
import { isGuid } from './guid.ts'

/** Who issued a token, as far as its claims say: whom to ask for the key. */
export interface Issuer {
  version: '1.0' | '2.0'
  tenantId: string
  /** One for each cloud that has this issuer. */
  keys: readonly KeySource[]
  /** The issuers of version 2.0 of the tenant: keys name these, whatever they sign. */
  v2: readonly string[]
  /** Keys that were found to sign for this tenant. */
  vouching: WeakSet<SigningKey>
}

/** How many issuers are remembered: those of an API for any tenant are as many as its customers. */
const mostKnown = 1000

/** What is wrong with an issuer. */
export interface WrongIssuer {
  code: RejectionCode
  found: unknown
}

/**
 * Reads `iss`, `tid` and `ver`, which have to belong together: the issuer is that of a cloud, character by character, with
 * the token's own tenant in it, and the tenant is one of `tenants` (https://learn.microsoft.com/entra/identity-platform/access-tokens,
 * "Validate the issuer": a multi-tenant API replaces `{tenantid}` and compares exactly).
 */
export function createIssuers(
  clouds: readonly Cloud[],
  tenants: ReadonlySet<string> | 'any',
  keysAt: (cloud: Cloud, path: string) => KeySource,
): (claims: JsonObject) => Issuer | WrongIssuer {
  const sources = new Map<string, KeySource>()
  const known = new Map<unknown, Issuer>()

  /** For a list of tenants there is a source for each; for any tenant, one that is common to all. */
  function keysOf(cloud: Cloud, version: '1.0' | '2.0', tenantId: string): KeySource {
    const segment = tenants === 'any' ? 'common' : tenantId
    const path = `/${segment}/discovery/${version === '2.0' ? 'v2.0/' : ''}keys`
    const known = sources.get(cloud.url + path)
    if (known !== undefined) return known
    const source = keysAt(cloud, path)
    sources.set(cloud.url + path, source)
    return source
  }

  return (claims) => {
    const { iss, tid, ver } = claims
    const same = known.get(iss)
    if (same !== undefined && same.tenantId === tid && same.version === ver) return same
    const issuer = read(claims)
    if ('code' in issuer) return issuer
    if (known.size >= mostKnown) known.clear()
    known.set(iss, issuer)
    return issuer
  }

  function read({ iss, tid, ver }: JsonObject): Issuer | WrongIssuer {
    if (typeof iss !== 'string') return { code: 'claims', found: `iss of type ${typeof iss}` }
    if (!isGuid(tid)) return { code: 'claims', found: 'tid that is not a GUID in lower case' }
    const ofV1 = clouds.filter(({ v1 }) => issuerOf(v1, tid) === iss)
    const ofV2 = clouds.filter(({ v2 }) => issuerOf(v2, tid) === iss)
    const version = ofV2.length > 0 ? '2.0' : '1.0'
    const found = version === '2.0' ? ofV2 : ofV1
    if (found.length === 0) return { code: namesAnother(clouds, iss) ? 'tenant' : 'issuer', found: iss }
    if (tenants !== 'any' && !tenants.has(tid)) return { code: 'tenant', found: tid }
    if (ver !== version) return { code: 'version', found: ver }
    const keys = found.map((cloud) => keysOf(cloud, version, tid))
    return { version, tenantId: tid, keys, v2: found.map(({ v2 }) => issuerOf(v2, tid)), vouching: new WeakSet() }
  }
}

/** Whether it is the issuer of a tenant, but not of the one that `tid` names. */
function namesAnother(clouds: readonly Cloud[], iss: string): boolean {
  const [tenantId] = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(iss) ?? []
  return (
    tenantId !== undefined &&
    clouds.some(({ v1, v2 }) => issuerOf(v1, tenantId) === iss || issuerOf(v2, tenantId) === iss)
  )
}
