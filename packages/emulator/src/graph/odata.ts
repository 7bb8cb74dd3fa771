import type { ReceivedRequest } from '../http/received-request.ts'
import type { Entity, EntityKind } from './entities.ts'
import { GraphError } from './graph-answer.ts'

/** The supported query options; others are refused by name, so that none is silently ignored. */
const known = ['$select', '$filter', '$top', '$count', '$skiptoken', '$format']
const usualPage = 100
const largestPage = 999

/** One object, with the requested properties. Throws a `GraphError` for an option that has no effect here. */
export function entityBody(entity: Entity, kind: EntityKind, request: ReceivedRequest): Entity {
  checkOptions(request, ['$select', '$format'])
  const names = selected(request, kind, entity)
  const list = names === undefined ? '' : `(${names.join(',')})`
  const context = `${request.origin}/v1.0/$metadata#${kind.set}${list}/$entity`
  return { '@odata.context': context, ...project(entity, names, kind) }
}

/**
 * A page of objects (https://learn.microsoft.com/graph/query-parameters): `$filter` with `eq` and `startswith`,
 * `$select`, `$top`, `$count`, and `@odata.nextLink` while there are more. Throws a `GraphError` for anything that is
 * not supported.
 */
export function collectionBody(entities: readonly Entity[], kind: EntityKind, request: ReceivedRequest): Entity {
  checkOptions(request, known)
  const { query, origin, path } = request
  const found = entities.filter(condition(query.$filter, kind, entities[0]))
  const names = selected(request, kind, entities[0])
  const size = pageSize(query.$top)
  const start = skipped(query.$skiptoken)
  const list = names === undefined ? '' : `(${names.join(',')})`
  const next = start + size
  const rest = Object.entries(query).filter(([name]) => name !== '$skiptoken')
  const link = [...rest, ['$skiptoken', Buffer.from(`n${next}`).toString('base64url')]]
    .map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`)
    .join('&')
  return {
    '@odata.context': `${origin}/v1.0/$metadata#${kind.set}${list}`,
    ...(query.$count === 'true' ? { '@odata.count': found.length } : {}),
    ...(next < found.length ? { '@odata.nextLink': `${origin}${path}?${link}` } : {}),
    value: found.slice(start, next).map((entity) => project(entity, names, kind)),
  }
}

function checkOptions({ query }: ReceivedRequest, allowed: readonly string[]): void {
  const other = Object.keys(query).find((name) => name.startsWith('$') && !allowed.includes(name))
  if (other !== undefined) throw unsupported(`The emulator does not support the query option '${other}' here.`)
}

function unsupported(message: string): GraphError {
  return new GraphError(400, 'Request_UnsupportedQuery', message)
}

function badRequest(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message)
}

function noProperty(name: string, { type }: EntityKind): GraphError {
  return badRequest(
    `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`,
  )
}

function selected({ query }: ReceivedRequest, kind: EntityKind, example: Entity | undefined): string[] | undefined {
  if (!query.$select) return undefined
  const names = query.$select.split(',').map((name) => name.trim())
  const other = example && names.find((name) => propertyNamed(name, example) === undefined)
  if (other !== undefined && !isOfAnyKind(kind)) throw noProperty(other, kind)
  return names
}

/** A collection of several kinds has no property of its own except the id. */
function isOfAnyKind({ type }: EntityKind): boolean {
  return type === 'directoryObject'
}

function propertyNamed(name: string, entity: Entity): string | undefined {
  return Object.keys(entity).find((each) => each.toLowerCase() === name.toLowerCase())
}

function project(entity: Entity, names: readonly string[] | undefined, { usual }: EntityKind): Entity {
  const wanted = names ?? usual
  if (wanted === undefined) return entity
  const all = ['@odata.type', ...wanted].map((name) => propertyNamed(name, entity))
  return Object.fromEntries(all.flatMap((name) => (name === undefined ? [] : [[name, entity[name]]])))
}

function pageSize(top: string | undefined): number {
  if (top === undefined) return usualPage
  const size = Number(top)
  if (Number.isInteger(size) && size >= 1 && size <= largestPage) return size
  throw unsupported(`Invalid page size specified: '${top}'. Must be between 1 and 999 inclusive.`)
}

function skipped(token: string | undefined): number {
  if (token === undefined) return 0
  const place = /^n(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1]
  if (place === undefined)
    throw new GraphError(
      400,
      'Directory_ExpiredPageToken',
      'The specified page token value has expired and can no longer be included in your request.',
    )
  return Number(place)
}

type Condition = (entity: Entity) => boolean

const term = /^(?:(\w+) eq ('(?:[^']|'')*'|true|false|null)|startswith\( *(\w+) *, *('(?:[^']|'')*') *\))/i

/** `name eq value` and `startswith(name,'value')`, joined by `and`; strings are compared without regard to case. */
function condition(filter: string | undefined, kind: EntityKind, example: Entity | undefined): Condition {
  const conditions: Condition[] = []
  let rest = filter?.trim() ?? ''
  while (rest !== '') {
    const [whole, equal, literal = '', starting = '', prefix = ''] = term.exec(rest) ?? []
    if (whole === undefined) throw badRequest(`Invalid filter clause: ${rest.slice(0, 100)}`)
    const asked = equal ?? starting
    const name = example === undefined ? asked : propertyNamed(asked, example)
    if (name === undefined) {
      throw badRequest(
        `Invalid filter clause: Could not find a property named '${asked}' on type 'microsoft.graph.${kind.type}'.`,
      )
    }
    const value = literalValue(equal === undefined ? prefix : literal)
    conditions.push(
      equal === undefined
        ? (entity) => comparable(entity[name]).startsWith(String(value))
        : (entity) => (typeof entity[name] === 'string' ? comparable(entity[name]) : entity[name]) === value,
    )
    rest = rest.slice(whole.length)
    if (rest !== '' && !/^ +and +/i.test(rest)) throw badRequest(`Invalid filter clause: ${rest.slice(0, 100)}`)
    rest = rest.replace(/^ +and +/i, '')
  }
  return (entity) => conditions.every((each) => each(entity))
}

function comparable(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : ''
}

function literalValue(literal: string): string | boolean | null {
  if (literal.startsWith("'")) return literal.slice(1, -1).replaceAll("''", "'").toLowerCase()
  if (literal.toLowerCase() === 'null') return null
  return literal.toLowerCase() === 'true'
}
