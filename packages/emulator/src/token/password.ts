import { createHash, timingSafeEqual } from 'node:crypto'
import type { App, Tenant, User } from '../directory/entries.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { authenticateUserClient } from './client-authentication.ts'
import { grantTokens, userAnswer } from './user-answer.ts'

/** The grant `password` (https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc), for declared users. */
export async function password(context: RouteContext, tenant: Tenant, app: App): Promise<Response> {
  const { request } = context
  const { username, password: given } = request.form
  if (!username) throw new Refusal(900144, { details: { parameter: 'username' } })
  if (!given) throw new Refusal(900144, { details: { parameter: 'password' } })
  const proof = await authenticateUserClient(context, tenant, app)
  const person = context.service.directory.user(username)
  if (person === undefined || person.tenantId !== tenant.id) {
    throw new Refusal(50034, { details: { username, tenant: tenant.name } })
  }
  if (!isPasswordOf(person, given)) throw new Refusal(50126)
  const { objectId, displayName, tenantId } = person
  const grant = {
    person: { objectId, username: person.username, displayName, tenantId },
    clientId: app.clientId,
    scope: request.form.scope ?? '',
    amr: ['pwd'],
  }
  const granted = grantTokens({ context, tenant, app, proof, grant })
  if (person.secondFactor) throw new Refusal(50076, { details: { resource: granted.scopes.resource } })
  return userAnswer(granted, { refreshable: granted.scopes.offline })
}

/** The home of the user, for requests that address no tenant. */
export function userTenant({ request, service }: RouteContext): Tenant | undefined {
  const user = service.directory.user(request.form.username ?? '')
  return user && service.directory.tenant(user.tenantId)
}

/** Compared in a time that tells nothing. */
export function isPasswordOf({ password: right }: User, given: string): boolean {
  const [one, other] = [given, right].map((text) => createHash('sha256').update(text, 'utf8').digest())
  return one !== undefined && other !== undefined && timingSafeEqual(one, other)
}
