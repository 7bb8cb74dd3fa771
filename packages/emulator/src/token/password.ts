import type { Directory } from '../directory/directory.ts'
import type { App, Tenant, User } from '../directory/entries.ts'
import type { RouteContext } from '../http/received-request.ts'
import { isSameSecret } from '../primitives/secrets.ts'
import { Refusal } from '../refusal/refusal.ts'
import type { ClientAssertionService } from './client-assertion.ts'
import { authenticateUserClient } from './client-authentication.ts'
import { grantTokens, type UserTokenService, userTokenResponse } from './user-tokens.ts'

/** The parts of the emulator that the grant uses. */
export type PasswordGrantService = ClientAssertionService &
  UserTokenService & { directory: Pick<Directory, 'user' | 'tenant'> }

/** The grant `password` (https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc), for declared users. */
export async function password(
  context: RouteContext<PasswordGrantService>,
  tenant: Tenant,
  app: App,
): Promise<Response> {
  const { request } = context
  const { username, password: given } = request.form
  if (!username) throw new Refusal(900144, { details: { parameter: 'username' } })
  if (!given) throw new Refusal(900144, { details: { parameter: 'password' } })
  const proof = await authenticateUserClient(context, tenant, app)
  const person = context.service.directory.user(username)
  if (person === undefined || !isAccountOf(person, tenant)) {
    throw new Refusal(50034, { details: { username, tenant: tenant.name } })
  }
  if (!isSameSecret(given, person.password)) throw new Refusal(50126)
  const { objectId, displayName, tenantId } = person
  const grant = {
    person: { objectId, username: person.username, displayName, tenantId },
    clientId: app.clientId,
    scope: request.form.scope ?? '',
    amr: ['pwd'],
  }
  const granted = grantTokens({ context, tenant, app, proof, grant })
  if (person.secondFactor) throw new Refusal(50076, { details: { resource: granted.scopes.resource } })
  return userTokenResponse(granted, { refreshable: granted.scopes.offline })
}

/** A password is checked in the user's home tenant; a tenant in which they are a guest may have it checked there. */
function isAccountOf({ tenantId, guestIn }: User, tenant: Tenant): boolean {
  return tenantId === tenant.id || guestIn.includes(tenant.id)
}

/** The user's home tenant, for requests to a shared path. */
export function userTenant({ request, service }: RouteContext<PasswordGrantService>): Tenant | undefined {
  const user = service.directory.user(request.form.username ?? '')
  return user && service.directory.tenant(user.tenantId)
}
