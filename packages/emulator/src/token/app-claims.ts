import type { App, Tenant } from '../directory/entries.ts'
import { servicePrincipalId } from '../primitives/guid.ts'
import type { AccessTokenForm } from './access-token-form.ts'
import { agentClaims } from './agent-identity.ts'
import { clientAuthenticationClass, randomClaims, timeClaims } from './claims.ts'
import type { ClientProof } from './client-authentication.ts'

export interface AppTokenRequest {
  tenant: Tenant
  app: App
  /** The resource, as the app requested it. */
  resource: string
  form: AccessTokenForm
  /** Milliseconds since the epoch. */
  now: number
  lifetimeSeconds: number
  proof: ClientProof
  /** Client capabilities, such as `cp1` (continuous access evaluation). */
  capabilities: readonly string[]
  /** The client id of the blueprint, if the app is an agent identity. */
  blueprintId?: string | undefined
  /** The claim `sub`, if it differs from the app's own. */
  subject?: string | undefined
}

/**
 * The claims of an app-only access token
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference). In version 2.0, `idtyp` is an
 * optional claim of the API's registration.
 */
export function appTokenClaims(request: AppTokenRequest): Record<string, unknown> {
  const { tenant, app, form, capabilities, proof, blueprintId } = request
  const principal = app.identity?.objectId ?? servicePrincipalId(tenant.id, app.clientId)
  const roles = rolesFor(app, request.resource, form.api)
  const authentication = clientAuthenticationClass[proof]
  const wantsType = form.api === undefined || form.api.optionalClaims.accessToken.some(({ name }) => name === 'idtyp')
  return {
    aud: form.audience,
    iss: form.issuer,
    ...timeClaims(request.now, request.lifetimeSeconds),
    ...randomClaims(),
    ...(form.version === 1
      ? { appid: app.clientId, appidacr: authentication, idp: form.issuer, idtyp: 'app' }
      : { azp: app.clientId, azpacr: authentication, ...(wantsType ? { idtyp: 'app' } : {}) }),
    oid: principal,
    ...(roles.length > 0 ? { roles } : {}),
    sub: request.subject ?? principal,
    tid: tenant.id,
    ver: `${form.version}.0`,
    ...(capabilities.length > 0 ? { xms_cc: capabilities } : {}),
    ...(app.identity ? { xms_mirid: app.identity.resourceId } : {}),
    ...(blueprintId === undefined ? {} : agentClaims(blueprintId, 'agent')),
  }
}

/** The app's roles at a resource, which may be named by any of its identifiers. */
function rolesFor(app: App, resource: string, api: App | undefined): readonly string[] {
  const { roles } = app
  if (isList(roles)) return roles
  const names = [resource, resource.replace(/\/$/, '')]
  if (api) names.push(api.name, api.clientId, `api://${api.clientId}`, ...api.identifierUris)
  return names.map((name) => roles[name]).find((found) => found !== undefined) ?? []
}

function isList(roles: App['roles']): roles is readonly string[] {
  return Array.isArray(roles)
}
