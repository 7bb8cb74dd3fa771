import { isGuid } from '../primitives/guid.ts'

/**
 * Readers for single fields of a declaration. Each takes an unknown value and its path, and either returns it typed or
 * throws a `TypeError` that states the path, the fault and the remedy. Values are quoted only where they cannot be secret.
 */

export function fail(path: string, fault: string, remedy: string): never {
  throw new DeclarationFault(path, fault, remedy)
}

/** What is wrong with a field of a declaration, and what to do about it. */
export class DeclarationFault extends TypeError {
  readonly path: string
  readonly fault: string
  readonly remedy: string

  constructor(path: string, fault: string, remedy: string) {
    super(`Emulator directory: ${path} ${fault}. ${remedy}`)
    this.path = path
    this.fault = fault
    this.remedy = remedy
  }
}

/** The fields that are set. Unknown ones are rejected, so that a misspelt name does not go unnoticed. */
export function object(value: unknown, path: string, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fail(path, `is ${kindOf(value)}`, 'It must be an object.')
  }
  const set = Object.entries(value).filter(([, field]) => field !== undefined)
  const unknownName = set.find(([name]) => !known.includes(name))
  if (unknownName) fail(path, `has no field "${unknownName[0]}"`, `Its fields are: ${known.join(', ')}.`)
  return Object.fromEntries(set)
}

/** Whether a field is missing, or `null` as in an export. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null
}

/** An array whose items are read with `item`; an absent one counts as empty. */
export function list<T>(value: unknown, path: string, item: (value: unknown, path: string) => T): T[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) fail(path, `is ${kindOf(value)}`, 'It must be an array.')
  return value.map((each, index) => item(each, `${path}[${index}]`))
}

export function text(value: unknown, path: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  return fail(path, value === '' ? 'is empty' : `is ${kindOf(value)}`, 'It must be a non-empty string.')
}

export function guid(value: unknown, path: string): string {
  if (typeof value === 'string' && isGuid(value)) return value.toLowerCase()
  const fault =
    typeof value === 'string' ? `${JSON.stringify(value.slice(0, 80))} is not a GUID` : `is ${kindOf(value)}`
  return fail(path, fault, 'Write it as xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.')
}

/** A positive integer. */
export function count(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value
  return fail(path, `is ${kindOf(value)}`, 'It must be a positive integer.')
}

export function flag(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : fail(path, `is ${kindOf(value)}`, 'It must be true or false.')
}

/** A reader of one of these values. */
export function oneOf<T extends string>(...values: readonly T[]): (value: unknown, path: string) => T {
  return (value, path) => {
    const found = values.find((each) => each === value)
    return found ?? fail(path, 'is not one of its values', `Use ${values.map((each) => `'${each}'`).join(' or ')}.`)
  }
}

/** An ISO 8601 string or a number of milliseconds, as milliseconds since the epoch. */
export function moment(value: unknown, path: string): number {
  const at = typeof value === 'number' ? value : Date.parse(text(value, path))
  return Number.isFinite(at) ? at : fail(path, 'is not a date', 'Write it as 2030-01-31T00:00:00Z.')
}

/** `read(value, path)`, or `undefined` where the field is absent. */
export function optional<T>(value: unknown, path: string, read: (value: unknown, path: string) => T): T | undefined {
  return value === undefined ? undefined : read(value, path)
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'number' ? String(value) : `of type ${typeof value}`
}
