import type { Directory } from '../directory/directory.ts'
import type { App, Tenant } from '../directory/entries.ts'
import { Refusal, scriptedRefusal } from '../refusal/refusal.ts'
import type { Person, UserGrant } from './user-grant.ts'

const secondFactorCodes: readonly number[] = [50076, 50079]

/** Throws the `Refusal` of the app's policy if it applies to this user and resource and is not satisfied. */
export function checkUserPolicy(app: App, { person, amr }: UserGrant, resource: string): void {
  const policy = app.conditionalAccess
  if (policy === undefined) return
  const { code, claims, resources, users } = policy
  const names = [person.objectId.toLowerCase(), person.username.toLowerCase()]
  if (users !== undefined && !users.some((user) => names.includes(user))) return
  if (resources !== undefined && !resources.includes(resource.toLowerCase().replace(/\/$/, ''))) return
  const needsFactor = secondFactorCodes.includes(code)
  if (needsFactor && amr.includes('mfa')) return
  throw scriptedRefusal(code, {
    claims,
    details: { resource },
    ...(needsFactor ? { error: 'interaction_required' } : {}),
  })
}

/**
 * Throws AADSTS50020 for a user of another tenant who is not a guest in this one; it names the issuer of their home
 * tenant, as Entra ID does.
 */
export function checkMember(
  directory: Pick<Directory, 'user'>,
  tenant: Tenant,
  app: App,
  { objectId, username, tenantId }: Person,
): void {
  if (tenantId === tenant.id || directory.user(objectId)?.guestIn.includes(tenant.id)) return
  const provider = `https://sts.windows.net/${tenantId}/`
  throw new Refusal(50020, {
    details: { username, provider, tenant: tenant.name, client: app.clientId, app: app.name },
  })
}
