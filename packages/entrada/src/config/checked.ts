import { guid } from '../runtime/guid.ts'
import type { Quote } from '../runtime/quoted.ts'
import { fault, type Origin } from './fault.ts'
import type { Field, Fields } from './fields.ts'
import type { JsonNode } from './json-tree.ts'

/** Where a value is kept that the description does not hold itself. */
export type Reference = { readonly env: string } | { readonly file: string } | { readonly kept: string }

/** A field's value: as it stands, or where it is kept. */
export type Checked = string | number | boolean | readonly string[] | Reference | { readonly [name: string]: Checked }

export interface CheckRules {
  origin: Origin
  quote: Quote
}

/** Checks an object against its fields. Throws for the first thing that is wrong; `passed` are fields that are not its own. */
export function checkObject(
  node: JsonNode,
  path: string,
  fields: Fields,
  { origin, quote }: CheckRules,
  passed: readonly string[] = [],
): Record<string, Checked> {
  if (node.kind !== 'object') throw fault(origin, path, 'must be an object.', node)
  const values: Record<string, Checked> = Object.create(null)
  for (const [name, { at, value }] of node.fields) {
    if (passed.includes(name)) continue
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    const place = joined(path, name)
    if (field === undefined) throw unknownField(origin, place, name, Object.keys(fields), at)
    if (field.ownOnly && !origin.isOwn) throw notForProjects(origin, place, at)
    values[name] = checkValue(value, place, field, { origin, quote })
  }
  for (const [name, { required }] of Object.entries(fields)) {
    if (required && !Object.hasOwn(values, name)) throw fault(origin, joined(path, name), 'is missing.', node)
  }
  return values
}

function checkValue(node: JsonNode, path: string, field: Field, rules: CheckRules): Checked {
  const { is, choices, isId, notEmpty } = field
  const { origin, quote } = rules
  if (typeof is === 'object') {
    const isEmpty = node.kind === 'object' && node.fields.size === 0
    if (notEmpty && isEmpty)
      throw fault(origin, path, `is empty; it must have at least one of ${Object.keys(is).join(', ')}.`, node)
    return checkObject(node, path, is, rules)
  }
  if (is === 'record') return plainObject(node, path, origin)
  if ((is === 'string' || is === 'secret') && node.kind === 'object') return checkReference(node, path, origin)
  if (is === 'secret') throw plainSecret(origin, path, node)
  if (is === 'strings') {
    if (node.kind === 'list') return node.items.map((item, index) => stringIn(item, `${path}[${index}]`, rules))
    throw fault(origin, path, `is ${shown(node, quote)}; it must be a list of strings.`, node)
  }
  if (is === 'string') {
    const value = stringIn(node, path, rules)
    if (isId && !guid.test(value)) throw fault(origin, path, `is ${quote(value)}; it must be an id (a GUID).`, node)
    if (choices === undefined || choices.includes(value)) return value
    throw fault(origin, path, `is ${quote(value)}; it must be one of ${choices.join(', ')}.`, node)
  }
  const value = node.kind === 'value' ? node.value : undefined
  if (is === 'boolean' && typeof value === 'boolean') return value
  if (is === 'number' && typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  const wanted = is === 'boolean' ? 'true or false' : 'a number of 0 or more'
  throw fault(origin, path, `is ${shown(node, quote)}; it must be ${wanted}.`, node)
}

function stringIn(node: JsonNode, path: string, { origin, quote }: CheckRules): string {
  if (node.kind === 'value' && typeof node.value === 'string' && node.value !== '') return node.value
  throw fault(origin, path, `is ${shown(node, quote)}; it must be a non-empty string.`, node)
}

/** `{ "env": "NAME" }` or `{ "file": "path" }`; `{ "kept": "name" }` is what `entrada login` has put into the keyring. */
function checkReference(node: JsonNode & { kind: 'object' }, path: string, origin: Origin): Reference {
  const [[kind, entry] = []] = node.fields
  const value = entry?.value.kind === 'value' ? entry.value.value : undefined
  if (
    node.fields.size !== 1 ||
    (kind !== 'env' && kind !== 'file' && kind !== 'kept') ||
    typeof value !== 'string' ||
    value === ''
  ) {
    throw fault(origin, path, 'must be { "env": "NAME" } or { "file": "path" }.', node)
  }
  if (!origin.isOwn) throw notForProjects(origin, `${path}.${kind}`, node.at)
  if (kind === 'env' && !/^\w+$/.test(value))
    throw fault(origin, `${path}.env`, 'must be the name of a variable.', node)
  return { [kind]: value } as Reference
}

function plainObject(node: JsonNode, path: string, origin: Origin): { [name: string]: string } {
  if (node.kind !== 'object') throw fault(origin, path, 'must be an object, as authenticate() gave it.', node)
  const entries = [...node.fields].map(([name, { value }]) => {
    if (value.kind === 'value' && typeof value.value === 'string') return [name, value.value] as const
    throw fault(origin, joined(path, name), 'must be a string.', value)
  })
  return Object.fromEntries(entries)
}

function plainSecret(origin: Origin, path: string, node: JsonNode): TypeError {
  const remedy = 'Keep it in a variable or a file, and name that: { "env": "NAME" } or { "file": "path" }.'
  return fault(origin, path, `is a secret, which must not be written here. ${remedy}`, node)
}

/** Something that could send a secret to whoever wrote the file. */
function notForProjects(origin: Origin, path: string, at: number): TypeError {
  return fault(
    origin,
    path,
    'is allowed in your own configuration alone: a file that came with something else must not read secrets, nor say where they go.',
    at,
  )
}

function unknownField(origin: Origin, path: string, name: string, known: readonly string[], at: number): TypeError {
  const plain = (one: string): string => one.replace(/[^a-z\d]/gi, '').toLowerCase()
  const [near] = known.filter(
    (one) =>
      plain(one) === plain(name) ||
      (plain(name).length > 3 && (plain(one).includes(plain(name)) || plain(name).includes(plain(one)))),
  )
  const remedy = near === undefined ? `Known: ${known.join(', ')}.` : `Did you mean ${near}?`
  return fault(origin, path, `is not known. ${remedy}`, at)
}

function shown(node: JsonNode, quote: Quote): string {
  if (node.kind === 'object') return 'an object'
  if (node.kind === 'list') return 'a list'
  return node.value === undefined ? 'null' : quote(node.value)
}

function joined(path: string, name: string): string {
  const shortened = name.length > 60 ? `${name.slice(0, 60)}...` : name
  const part = /^[\w-]+$/.test(shortened) ? shortened : JSON.stringify(shortened)
  return path === '' ? part : `${path}.${part}`
}
