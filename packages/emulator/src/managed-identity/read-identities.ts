import type { Directory } from '../directory/directory.ts'
import { guidFrom, isGuid, servicePrincipalId } from '../primitives/guid.ts'
import type { IdentityDeclaration, IdentityFields } from './declaration.ts'
import type { ManagedIdentity } from './identity.ts'
import { misuse } from './read-options.ts'

const identityFields = ['name', 'clientId', 'objectId', 'resourceId', 'tenantId', 'system']

/** The declared identities with their ids filled in. Throws a `TypeError` for invalid ones. */
export function readIdentities(
  declared: readonly IdentityDeclaration[] | undefined,
  directory: Directory,
): readonly ManagedIdentity[] {
  const list: unknown = declared ?? ['system']
  if (!Array.isArray(list)) throw misuse('identities is not an array', "Write it as ['system', { clientId }].")
  const identities = list.map((each: IdentityDeclaration, index) => readIdentity(each, index, directory))
  if (identities.filter(({ system }) => system).length > 1) {
    throw misuse('identities has more than one system-assigned identity', 'A host has at most one.')
  }
  for (const field of ['name', 'clientId', 'objectId', 'resourceId'] as const) {
    const values = identities.map((each) => each[field].toLowerCase())
    const twice = values.find((value, index) => values.indexOf(value) !== index)
    if (twice !== undefined)
      throw misuse(`identities has the ${field} ${JSON.stringify(twice)} twice`, 'Change one of them.')
  }
  return identities
}

function readIdentity(declared: unknown, index: number, directory: Directory): ManagedIdentity {
  const path = `identities[${index}]`
  const { system = false, ...fields } = fieldsOf(declared, path)
  const name = fields.name ?? (system ? 'system' : `identity-${index}`)
  const tenant = fields.tenantId === undefined ? directory.tenants[0] : directory.tenant(fields.tenantId)
  if (tenant === undefined)
    throw misuse(`${path}.tenantId is not a declared tenant`, 'Use the id or a domain of a declared tenant.')
  const clientId = guid(fields.clientId, `${path}.clientId`) ?? guidFrom(`${tenant.id}/${name}`)
  return {
    name,
    system,
    clientId,
    objectId: guid(fields.objectId, `${path}.objectId`) ?? servicePrincipalId(tenant.id, clientId),
    resourceId: resourceId(fields.resourceId, path) ?? defaultResourceId(name, system),
    tenantId: tenant.id,
  }
}

function fieldsOf(declared: unknown, path: string): IdentityFields & { system?: boolean } {
  if (declared === 'system') return { system: true }
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) {
    throw misuse(`${path} is neither 'system' nor an object`, 'Write it as { clientId }.')
  }
  const unknownName = Object.keys(declared).find((name) => !identityFields.includes(name))
  if (unknownName !== undefined) {
    throw misuse(`${path} has no field ${JSON.stringify(unknownName)}`, `Its fields are: ${identityFields.join(', ')}.`)
  }
  const { system, ...texts } = declared as IdentityFields & { system?: boolean }
  for (const [name, value] of Object.entries(texts)) {
    if (value === undefined || (typeof value === 'string' && value !== '')) continue
    throw misuse(`${path}.${name} is not a non-empty string`, 'Use a non-empty string, or omit it.')
  }
  if (system !== undefined && typeof system !== 'boolean') {
    throw misuse(`${path}.system is not a boolean`, 'Use true or false.')
  }
  return declared
}

function guid(value: string | undefined, path: string): string | undefined {
  if (value === undefined || isGuid(value)) return value?.toLowerCase()
  throw misuse(`${path} is not a GUID`, 'Write it as xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.')
}

function resourceId(value: string | undefined, path: string): string | undefined {
  if (value === undefined || /^\/subscriptions\/[^/]+\/resource[gG]roups\//.test(value)) return value
  throw misuse(
    `${path}.resourceId is not an Azure resource id`,
    'Write it as /subscriptions/…/resourcegroups/…/providers/….',
  )
}

function defaultResourceId(name: string, system: boolean): string {
  const group = `/subscriptions/${guidFrom('subscription')}/resourcegroups/emulator/providers`
  return system
    ? `${group}/Microsoft.Compute/virtualMachines/${name}`
    : `${group}/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`
}
