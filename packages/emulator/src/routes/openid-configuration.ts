import { json } from '../json-response.ts'
import type { ReceivedRequest } from '../received-request.ts'
import type { RouteContext } from '../service.ts'
import { cloudInstance } from './cloud-instance.ts'
import { addressedTenant, isShared } from './tenant-segment.ts'

/** OpenID metadata of a tenant, v2.0. Every address follows the request's scheme and host. */
export function openidConfiguration(context: RouteContext): Response {
  const segment = metadataSegment(context)
  const base = `${context.request.origin}/${segment}`
  const issuer = isShared(segment) ? '{tenantid}' : segment
  return json({
    ...endpoints(`${base}/oauth2/v2.0`, base),
    jwks_uri: `${base}/discovery/v2.0/keys`,
    userinfo_endpoint: `${context.request.origin}/oidc/userinfo`,
    issuer: `${context.request.origin}/${issuer}/v2.0`,
    ...capabilities(context.request),
  })
}

/** OpenID metadata of a tenant, v1: its issuer is that of the access tokens. */
export function openidConfigurationV1(context: RouteContext): Response {
  const segment = metadataSegment(context)
  const base = `${context.request.origin}/${segment}`
  return json({
    ...endpoints(`${base}/oauth2`, base),
    jwks_uri: `${base}/discovery/keys`,
    userinfo_endpoint: `${base}/openid/userinfo`,
    issuer: context.service.issuer(isShared(segment) ? '{tenantid}' : segment),
    ...capabilities(context.request),
  })
}

/** OpenID metadata in the form of AD FS, which has no tenants. */
export function openidConfigurationAdfs({ request }: RouteContext): Response {
  const base = `${request.origin}/adfs`
  return json({
    ...endpoints(`${base}/oauth2`, base),
    jwks_uri: `${base}/discovery/keys`,
    userinfo_endpoint: `${base}/userinfo`,
    issuer: base,
    ...capabilities(request),
  })
}

const CAPABILITIES = {
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
  scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
  claims_supported: [
    'sub',
    'iss',
    'aud',
    'exp',
    'iat',
    'auth_time',
    'acr',
    'nonce',
    'preferred_username',
    'name',
    'tid',
    'ver',
    'at_hash',
    'c_hash',
    'email',
  ],
  request_uri_parameter_supported: false,
  http_logout_supported: true,
  frontchannel_logout_supported: true,
}

/** What the endpoints can do, and the names of the cloud they are of. */
function capabilities(request: ReceivedRequest): Record<string, unknown> {
  return {
    ...CAPABILITIES,
    cloud_instance_name: cloudInstance(request),
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
  }
}

function endpoints(oauth: string, base: string): Record<string, string> {
  return {
    authorization_endpoint: `${oauth}/authorize`,
    token_endpoint: `${oauth}/token`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    end_session_endpoint: `${oauth}/logout`,
    kerberos_endpoint: `${base}/kerberos`,
  }
}

/** A tenant's id, whichever way it was addressed; the shared segments stay as they are. Unknown ones are refused. */
function metadataSegment({ params, service }: RouteContext): string {
  const segment = params.tenant ?? ''
  if (isShared(segment)) return segment.toLowerCase()
  return addressedTenant(service.directory, segment, { error: 'invalid_tenant' }).id
}
