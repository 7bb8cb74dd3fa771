import type { Directory } from '../directory/directory.ts'
import type { App } from '../directory/entries.ts'
import type { RouteContext } from '../http/received-request.ts'
import { type Caller, type CallerService, callerOf } from './caller.ts'
import {
  applicationEntity,
  applicationKind,
  directoryObjectKind,
  type Entity,
  type EntityKind,
  groupEntity,
  groupKind,
  organizationEntity,
  organizationKind,
  servicePrincipalEntity,
  servicePrincipalKind,
  userKind,
} from './entities.ts'
import { errorResponse, GraphError, graphResponse, notThere } from './graph-answer.ts'
import { memberObjectIds, membershipsOf, membersOf, type PersonInTenant, peopleOf, personNamed } from './members.ts'
import { collectionBody, entityBody } from './odata.ts'
import { checkPermission, may, type Operation } from './permissions.ts'

/** The parts of the emulator that Microsoft Graph uses. */
export interface GraphService extends CallerService {
  directory: Pick<Directory, 'tenant' | 'user' | 'users' | 'groups' | 'apps'>
}

/** A request on its way to the object that it names. */
interface Call {
  context: RouteContext<GraphService>
  caller: Caller
  /** The path segments after the name of the collection. */
  rest: readonly string[]
}

/**
 * Microsoft Graph, version 1.0: read access to the directory. Every token is verified, and needs a permission
 * (https://learn.microsoft.com/graph/api/overview). Other methods, collections and query options are refused by name.
 */
export async function graph(context: RouteContext<GraphService>): Promise<Response> {
  const { request, service } = context
  try {
    const caller = await callerOf(request, service)
    const [, , first = '', ...rest] = request.path.replace(/\/$/, '').split('/').map(decoded)
    const [, set = first, key] = /^(\w+)\(appId='([^']*)'\)$/i.exec(first) ?? []
    const collection = collections.get(set.toLowerCase())
    if (collection === undefined) {
      throw new GraphError(400, 'BadRequest', `Resource not found for the segment '${set}'.`)
    }
    const isAction = /^getMember(Objects|Groups)$/i.test(rest.at(-1) ?? '')
    if (request.method !== (isAction ? 'POST' : 'GET') && request.method !== 'HEAD') {
      throw new GraphError(
        405,
        'Request_BadRequest',
        `The emulator's directory can only be read: ${request.method} is refused.`,
      )
    }
    const call = { context, caller, rest: key === undefined ? rest : [`appId=${key}`, ...rest] }
    return graphResponse(collection(call), request)
  } catch (error) {
    if (error instanceof GraphError) return errorResponse(error, request, service.now())
    throw error
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

const collections: ReadonlyMap<string, (call: Call) => Entity> = new Map([
  ['me', me],
  ['users', users],
  ['groups', groups],
  ['applications', applications],
  ['serviceprincipals', servicePrincipals],
  ['organization', organization],
])

function me(call: Call): Entity {
  const { user } = call.caller
  if (user === undefined) {
    throw new GraphError(400, 'BadRequest', '/me request is only valid with delegated authentication flow.')
  }
  return ofPerson(call, personNamed(call.caller, call.context.service, user.objectId), call.rest, true)
}

function users(call: Call): Entity {
  const { caller, context } = call
  const [name, ...rest] = call.rest
  if (name === undefined) {
    checkPermission(caller, 'users')
    return collectionBody(
      peopleOf(caller, context.service).map(({ entity }) => entity),
      userKind,
      context.request,
    )
  }
  const person = personNamed(caller, context.service, name)
  return ofPerson(call, person, rest, caller.user !== undefined && person?.entity.id === caller.user.objectId, name)
}

function ofPerson(
  { caller, context }: Call,
  person: PersonInTenant | undefined,
  [part = '', ...more]: readonly string[],
  isOwn: boolean,
  name = caller.user?.objectId ?? '',
): Entity {
  const { request, service } = context
  const check = (own: Operation, other: Operation): PersonInTenant => {
    checkPermission(caller, isOwn ? own : other)
    if (person === undefined) throw notThere(name)
    return person
  }
  switch (part.toLowerCase()) {
    case '':
      return entityBody(check('ownProfile', 'users').entity, userKind, request)
    case 'memberof':
    case 'transitivememberof': {
      if (more.length > 0) break
      const all = membershipsOf(check('ownMemberships', 'memberships'), service, part.toLowerCase() !== 'memberof')
      return collectionBody(may(caller, 'groups') ? all : all.map(limited), directoryObjectKind, request)
    }
    case 'getmemberobjects':
    case 'getmembergroups': {
      const ids = memberObjectIds(check('ownMemberships', 'memberships'), service, request, part)
      return { '@odata.context': `${request.origin}/v1.0/$metadata#Collection(Edm.String)`, value: ids }
    }
    case 'photo':
      check('ownProfile', 'users')
      throw new GraphError(
        404,
        'ImageNotFound',
        "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.",
      )
  }
  throw new GraphError(400, 'BadRequest', `Resource not found for the segment '${part}'.`)
}

/** What Microsoft Graph shows of an object to a caller that may not read its kind: just that it exists. */
function limited(entity: Entity): Entity {
  return Object.fromEntries(
    Object.entries(entity).map(([name, value]) => [name, name === 'id' || name === '@odata.type' ? value : null]),
  )
}

function groups({ caller, context, rest }: Call): Entity {
  checkPermission(caller, 'groups')
  const { request, service } = context
  const all = service.directory.groups.filter(({ tenantId }) => tenantId === caller.tenant.id)
  const [name, part, ...more] = rest
  if (name === undefined) return collectionBody(all.map(groupEntity), groupKind, request)
  const found = all.find(({ objectId }) => objectId === name.toLowerCase())
  if (found === undefined) throw notThere(name)
  if (part === undefined) return entityBody(groupEntity(found), groupKind, request)
  if (!/^(transitive)?members$/i.test(part) || more.length > 0) {
    throw new GraphError(400, 'BadRequest', `Resource not found for the segment '${part}'.`)
  }
  const isTransitive = /^transitive/i.test(part)
  return collectionBody(membersOf(found, caller, service, isTransitive), directoryObjectKind, request)
}

function applications(call: Call): Entity {
  const { tenant } = call.caller
  const own = call.context.service.directory.apps.filter(({ tenantId }) => tenantId === tenant.id)
  return ofApps(
    call,
    applicationKind,
    own.map((app) => [app, applicationEntity(app, tenant)]),
  )
}

function servicePrincipals(call: Call): Entity {
  const { tenant } = call.caller
  const here = call.context.service.directory.apps.filter(
    ({ tenants }) => tenants === '*' || tenants.includes(tenant.id),
  )
  return ofApps(
    call,
    servicePrincipalKind,
    here.map((app) => [app, servicePrincipalEntity(app, tenant)]),
  )
}

function ofApps(
  { caller, context, rest }: Call,
  kind: EntityKind,
  apps: readonly (readonly [app: App, entity: Entity])[],
): Entity {
  checkPermission(caller, 'applications')
  const [name, part] = rest
  const entities = apps.map(([, entity]) => entity)
  if (name === undefined) return collectionBody(entities, kind, context.request)
  const [, byAppId] = /^appId=(.*)$/.exec(name) ?? []
  const field = byAppId === undefined ? 'id' : 'appId'
  const found = entities.find((entity) => entity[field] === (byAppId ?? name).toLowerCase())
  if (found === undefined) throw notThere(byAppId ?? name)
  if (part !== undefined) throw new GraphError(400, 'BadRequest', `Resource not found for the segment '${part}'.`)
  return entityBody(found, kind, context.request)
}

function organization({ caller, context, rest }: Call): Entity {
  checkPermission(caller, 'organization')
  const entity = organizationEntity(caller.tenant)
  const [id] = rest
  if (id === undefined) return collectionBody([entity], organizationKind, context.request)
  if (id.toLowerCase() !== entity.id) throw notThere(id)
  return entityBody(entity, organizationKind, context.request)
}
