import type { Directory } from '../directory/directory.ts'
import type { App } from '../directory/entries.ts'
import { type IssuerService, issuerAt, issuerV2, isTokenExchange } from './token-exchange.ts'

/** The form in which a resource gets its access tokens. */
export interface AccessTokenForm {
  version: 1 | 2
  /** The claim `aud`: the requested resource in version 1.0, always the resource's client id in 2.0. */
  audience: string
  issuer: string
  /** The registration, if the resource is a declared app. */
  api: App | undefined
}

/** The parts of the emulator that are needed for finding the form. */
export interface AccessTokenFormService extends IssuerService {
  directory: Pick<Directory, 'resource'>
}

/** What a token is for. */
interface Wanted {
  resource: string
  tenantId: string
  /** Scheme and host of the request, if there is one. */
  origin?: string
}

/**
 * The form of the access tokens for a resource: its registration decides on the version, whichever endpoint the request
 * went to (https://learn.microsoft.com/entra/identity-platform/access-tokens#token-formats).
 */
export function accessTokenForm(
  service: AccessTokenFormService,
  { resource, tenantId, origin }: Wanted,
): AccessTokenForm {
  const { app: api, appId } = service.directory.resource(resource) ?? {}
  if (isTokenExchange(resource)) {
    return { version: 2, audience: appId ?? resource, issuer: issuerV2(service, tenantId), api }
  }
  return api?.requestedAccessTokenVersion === 2
    ? { version: 2, audience: api.clientId, issuer: issuerAt(service, tenantId, origin), api }
    : { version: 1, audience: resource, issuer: service.issuer(tenantId), api }
}
