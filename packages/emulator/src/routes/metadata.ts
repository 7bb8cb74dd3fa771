import type { Directory } from '../directory/directory.ts'
import { addressedTenant, isShared } from '../directory/lookup.ts'
import { json, plainError } from '../http/answer.ts'
import type { ReceivedRequest, RouteContext } from '../http/received-request.ts'
import type { Issuers } from '../oidc/issuers.ts'
import type { SigningKey } from '../pki/signing-key.ts'

/** The parts of the emulator that are needed for publishing metadata and keys. */
interface MetadataService {
  directory: Pick<Directory, 'tenant'>
  signingKey: Promise<Pick<SigningKey, 'jwk'>>
  issuers: Pick<Issuers, 'find'>
  issuer(tenantId: string): string
}

/** OpenID metadata of a tenant, v2.0. Every address follows the request's scheme and host. */
export function openidConfiguration(context: RouteContext<MetadataService>): Response {
  const segment = metadataSegment(context)
  const base = `${context.request.origin}/${segment}`
  const issuer = isShared(segment) ? '{tenantid}' : segment
  return json({
    ...endpoints(`${base}/oauth2/v2.0`),
    jwks_uri: `${base}/discovery/v2.0/keys`,
    userinfo_endpoint: `${context.request.origin}/oidc/userinfo`,
    issuer: `${context.request.origin}/${issuer}/v2.0`,
    ...capabilities(context.request, isShared(segment)),
  })
}

/** OpenID metadata of a tenant, v1: its issuer is that of the access tokens. */
export function openidConfigurationV1(context: RouteContext<MetadataService>): Response {
  const segment = metadataSegment(context)
  const base = `${context.request.origin}/${segment}`
  return json({
    ...endpoints(`${base}/oauth2`),
    jwks_uri: `${base}/discovery/keys`,
    userinfo_endpoint: `${base}/openid/userinfo`,
    issuer: context.service.issuer(isShared(segment) ? '{tenantid}' : segment),
    ...capabilities(context.request, isShared(segment)),
  })
}

/** OpenID metadata in the form of AD FS, which has no tenants. */
export function openidConfigurationAdfs({ request }: RouteContext<MetadataService>): Response {
  const base = `${request.origin}/adfs`
  return json({
    ...endpoints(`${base}/oauth2`),
    jwks_uri: `${base}/discovery/keys`,
    userinfo_endpoint: `${base}/userinfo`,
    issuer: base,
    ...capabilities(request, true),
  })
}

const sharedMetadata = {
  token_endpoint_auth_methods_supported: [
    'client_secret_post',
    'private_key_jwt',
    'client_secret_basic',
    'self_signed_tls_client_auth',
  ],
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
  tls_client_certificate_bound_access_tokens: true,
}

/** What the endpoints support, and the names of their cloud. */
function capabilities(request: ReceivedRequest, isForAll: boolean): Record<string, unknown> {
  return {
    ...sharedMetadata,
    tenant_region_scope: isForAll ? null : 'NA',
    rbac_url: 'https://pas.windows.net',
    cloud_instance_name: cloudInstance(request),
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
  }
}

/**
 * Every address in it works. Entra ID's documents also name a Kerberos endpoint, which the emulator does not have, and
 * a host of its own for clients with certificates; here that is the usual one.
 */
function endpoints(oauth: string): Record<string, unknown> {
  return {
    authorization_endpoint: `${oauth}/authorize`,
    token_endpoint: `${oauth}/token`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    end_session_endpoint: `${oauth}/logout`,
    mtls_endpoint_aliases: { token_endpoint: `${oauth}/token` },
  }
}

/** A tenant's id, whichever way it was addressed; the shared segments are unchanged. Unknown ones are refused. */
function metadataSegment({ params, service }: RouteContext<MetadataService>): string {
  const segment = params.tenant ?? ''
  if (isShared(segment)) return segment.toLowerCase()
  return addressedTenant(service.directory, segment, { error: 'invalid_tenant' }).id
}

/** The key set (RFC 7517) of a tenant, v2.0: each key also names the issuer it signs for. */
export async function keys(context: RouteContext<MetadataService>): Promise<Response> {
  checkTenant(context)
  const { jwk } = await context.service.signingKey
  const tenant = context.params.tenant ?? ''
  const issuer = `${context.request.origin}/${isShared(tenant) ? '{tenantid}' : tenant}/v2.0`
  return json({ keys: [{ ...jwk, cloud_instance_name: cloudInstance(context.request), issuer }] })
}

/** The key set of a tenant, v1, and of AD FS. */
export async function keysV1(context: RouteContext<MetadataService>): Promise<Response> {
  checkTenant(context)
  const { jwk } = await context.service.signingKey
  return json({ keys: [jwk] })
}

function checkTenant({ params, service }: RouteContext<MetadataService>): void {
  const { tenant } = params
  if (tenant === undefined || isShared(tenant)) return
  addressedTenant(service.directory, tenant, { error: 'invalid_tenant' })
}

/** The name of an authority's cloud: the host of the request without `login.`, such as `microsoftonline.com`. */
export function cloudInstance({ hostname }: ReceivedRequest): string {
  return hostname.replace(/^login\./, '')
}

/** OpenID metadata of one of the issuers of federated assertions. */
export function issuerMetadata({ params, service }: RouteContext<MetadataService>): Response {
  const issuer = service.issuers.find(params.issuer ?? '')
  if (issuer === undefined) return plainError(404, 'not_found', 'The emulator has no such issuer.')
  return json({
    issuer: issuer.address,
    jwks_uri: `${issuer.address}/keys`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  })
}

/** Its key set (RFC 7517). */
export async function issuerKeys({ params, service }: RouteContext<MetadataService>): Promise<Response> {
  const issuer = service.issuers.find(params.issuer ?? '')
  if (issuer === undefined) return plainError(404, 'not_found', 'The emulator has no such issuer.')
  const { kid, jwk } = await issuer.key
  return json({ keys: [{ kty: jwk.kty, use: jwk.use, alg: 'RS256', kid, n: jwk.n, e: jwk.e }] })
}
