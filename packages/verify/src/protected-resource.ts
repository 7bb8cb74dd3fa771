import type { ReadOptions } from './options.ts'
import { type Cloud, issuerOf } from './rules/clouds.ts'
import type { Requirements } from './rules/permissions.ts'
import type { VerifierContext } from './verified-token.ts'

/** How clients find out where to get a token for an API (RFC 9728). */
export interface ProtectedResource {
  /** The address of the document: `/.well-known/oauth-protected-resource`, then the path of the API. */
  readonly metadataUrl: string
  /** The document, to be served as JSON. */
  readonly document: {
    /** The API's address. */
    readonly resource: string
    /** Who issues tokens for it. */
    readonly authorization_servers: readonly string[]
    /** The scopes to ask for, if any are required. */
    readonly scopes_supported?: readonly string[]
    /** How a token is sent: in a header. */
    readonly bearer_methods_supported: readonly string[]
  }
}

/** The metadata of an API that has the option `resource`. */
export function protectedResourceOf(read: ReadOptions): ProtectedResource | undefined {
  const { resource, clouds, required } = read
  if (resource === undefined) return undefined
  const { origin, pathname, search } = new URL(resource)
  const scopes = scopesToAskFor(required, requestableScopes(read))
  return {
    metadataUrl: `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}${search}`,
    document: {
      resource,
      authorization_servers: clouds.map((cloud) => issuerOf(cloud.v2, onlyTenant(read) ?? 'organizations')),
      ...(scopes && { scopes_supported: scopes }),
      bearer_methods_supported: ['header'],
    },
  }
}

/** What all challenges of a verifier have in common. */
export function verifierContext(read: ReadOptions, resource: ProtectedResource | undefined): VerifierContext {
  const [{ url }] = read.clouds as [Cloud]
  return {
    authorizationUri: `${url}/${onlyTenant(read) ?? 'common'}/oauth2/v2.0/authorize`,
    resourceMetadata: resource?.metadataUrl,
    requestable: requestableScopes(read),
  }
}

/** The scopes that a client without a token needs, as it has to ask for them; of alternatives the first. */
export function scopesToAskFor(
  { requiredScopes }: Requirements,
  requestable: (scope: string) => string,
): string[] | undefined {
  return requiredScopes?.map((each) => requestable(typeof each === 'string' ? each : (each[0] ?? '')))
}

/** Clients ask for a scope with the name of the API in front, where the claim has its last part alone. */
function requestableScopes({ audiences }: ReadOptions): (scope: string) => string {
  const names = [...audiences]
  const name = names.find((each) => each.includes('://')) ?? names[0]
  return (scope) => `${name}/${scope}`
}

function onlyTenant({ tenants }: ReadOptions): string | undefined {
  return tenants !== 'any' && tenants.size === 1 ? [...tenants][0] : undefined
}
