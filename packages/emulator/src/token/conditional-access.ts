import type { App } from '../directory/entries.ts'
import { Refusal } from '../refusal.ts'
import type { UserGrant } from './user-grant.ts'

const SECOND_FACTOR = [50076, 50079]

/** Throws the `Refusal` of the app's policy where it is for this user and resource and is not met. */
export function checkUserPolicy(app: App, { person, amr }: UserGrant, resource: string): void {
  const policy = app.conditionalAccess
  if (policy === undefined) return
  const { code, claims, resources, users } = policy
  const names = [person.objectId.toLowerCase(), person.username.toLowerCase()]
  if (users !== undefined && !users.some((user) => names.includes(user))) return
  if (resources !== undefined && !resources.includes(resource.toLowerCase().replace(/\/$/, ''))) return
  const needsFactor = SECOND_FACTOR.includes(code)
  if (needsFactor && amr.includes('mfa')) return
  throw new Refusal(code, {
    claims,
    details: { resource },
    ...(needsFactor ? { error: 'interaction_required' } : {}),
  })
}
