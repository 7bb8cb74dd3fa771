import { createHash } from 'node:crypto'
import type { Directory } from '../directory/directory.ts'
import { isGuid } from '../directory/fields.ts'
import { servicePrincipalId } from '../mint.ts'
import type { IdentityDeclaration, IdentityFields } from './declaration.ts'
import type { ManagedIdentity } from './identity.ts'
import { misuse } from './misuse.ts'

const FIELDS = ['name', 'clientId', 'objectId', 'resourceId', 'tenantId', 'system']

/** The declared identities with their ids filled in. Throws a `TypeError` for what no host could have. */
export function readIdentities(
  declared: readonly IdentityDeclaration[] | undefined,
  directory: Directory,
): readonly ManagedIdentity[] {
  const list: unknown = declared ?? ['system']
  if (!Array.isArray(list)) throw misuse('identities is not an array', "Write it like ['system', { clientId }].")
  const identities = list.map((each: IdentityDeclaration, index) => readIdentity(each, index, directory))
  if (identities.filter(({ system }) => system).length > 1) {
    throw misuse('identities has more than one that is system-assigned', 'A host has one at most.')
  }
  for (const field of ['name', 'clientId', 'objectId', 'resourceId'] as const) {
    const values = identities.map((each) => each[field].toLowerCase())
    const twice = values.find((value, index) => values.indexOf(value) !== index)
    if (twice !== undefined) throw misuse(`identities has the ${field} ${JSON.stringify(twice)} twice`, 'Change one.')
  }
  return identities
}

function readIdentity(declared: unknown, index: number, directory: Directory): ManagedIdentity {
  const path = `identities[${index}]`
  const { system = false, ...fields } = fieldsOf(declared, path)
  const name = fields.name ?? (system ? 'system' : `identity-${index}`)
  const tenant = fields.tenantId === undefined ? directory.tenants[0] : directory.tenant(fields.tenantId)
  if (tenant === undefined) throw misuse(`${path}.tenantId is not a declared tenant`, 'Use the id or a domain of one.')
  const clientId = guid(fields.clientId, `${path}.clientId`) ?? madeGuid(`${tenant.id}/${name}`)
  return {
    name,
    system,
    clientId,
    objectId: guid(fields.objectId, `${path}.objectId`) ?? servicePrincipalId(tenant.id, clientId),
    resourceId: resourceId(fields.resourceId, path) ?? madeResourceId(name, system),
    tenantId: tenant.id,
  }
}

function fieldsOf(declared: unknown, path: string): IdentityFields & { system?: boolean } {
  if (declared === 'system') return { system: true }
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) {
    throw misuse(`${path} is neither 'system' nor an object`, 'Write it like { clientId }.')
  }
  const stranger = Object.keys(declared).find((name) => !FIELDS.includes(name))
  if (stranger !== undefined) {
    throw misuse(`${path} has no field ${JSON.stringify(stranger)}`, `Its fields are: ${FIELDS.join(', ')}.`)
  }
  const { system, ...texts } = declared as IdentityFields & { system?: boolean }
  for (const [name, value] of Object.entries(texts)) {
    if (value === undefined || (typeof value === 'string' && value !== '')) continue
    throw misuse(`${path}.${name} is not a text`, 'Write a text, or leave it out.')
  }
  if (system !== undefined && typeof system !== 'boolean') {
    throw misuse(`${path}.system is not true or false`, 'Write one of them.')
  }
  return declared
}

function guid(value: string | undefined, path: string): string | undefined {
  if (value === undefined || isGuid(value)) return value?.toLowerCase()
  throw misuse(`${path} is not a GUID`, 'Write it as xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.')
}

function resourceId(value: string | undefined, path: string): string | undefined {
  if (value === undefined || /^\/subscriptions\/[^/]+\/resource[gG]roups\//.test(value)) return value
  throw misuse(`${path}.resourceId is not one`, 'Write it like /subscriptions/…/resourcegroups/…/providers/….')
}

/** The same for the same text, always. */
function madeGuid(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

function madeResourceId(name: string, system: boolean): string {
  const group = `/subscriptions/${madeGuid('subscription')}/resourcegroups/emulator/providers`
  return system
    ? `${group}/Microsoft.Compute/virtualMachines/${name}`
    : `${group}/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`
}
