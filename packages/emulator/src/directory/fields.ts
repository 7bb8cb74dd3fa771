/**
 * Readers of single fields of a declaration. Each takes a value of unknown shape and the path where it stands, and
 * either returns it typed or throws a `TypeError` with the place, the fault and the mend. Values are quoted only where
 * they cannot be a secret.
 */

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** True for the 36-character form of a GUID, in either case. */
export function isGuid(value: string): boolean {
  return GUID.test(value)
}

export function fail(path: string, fault: string, mend: string): never {
  throw new TypeError(`Emulator directory: ${path} ${fault}. ${mend}`)
}

/** The fields that are set. Unknown ones are refused, so that a misspelt one cannot pass unseen. */
export function object(value: unknown, path: string, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fail(path, `is ${kindOf(value)}`, 'Write an object.')
  }
  const set = Object.entries(value).filter(([, field]) => field !== undefined)
  const stranger = set.find(([name]) => !known.includes(name))
  if (stranger) fail(path, `has no field "${stranger[0]}"`, `Its fields are: ${known.join(', ')}.`)
  return Object.fromEntries(set)
}

/** An array whose items are read with `item`; absent is empty. */
export function list<T>(value: unknown, path: string, item: (value: unknown, path: string) => T): T[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) fail(path, `is ${kindOf(value)}`, 'Write an array.')
  return value.map((each, index) => item(each, `${path}[${index}]`))
}

export function text(value: unknown, path: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  return fail(path, value === '' ? 'is empty' : `is ${kindOf(value)}`, 'Write a text.')
}

export function guid(value: unknown, path: string): string {
  if (typeof value === 'string' && isGuid(value)) return value.toLowerCase()
  const fault =
    typeof value === 'string' ? `${JSON.stringify(value.slice(0, 80))} is not a GUID` : `is ${kindOf(value)}`
  return fail(path, fault, 'Write it as xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.')
}

/** A whole number above zero. */
export function count(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value
  return fail(path, `is ${kindOf(value)}`, 'Write a whole number above zero.')
}

export function flag(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : fail(path, `is ${kindOf(value)}`, 'Write true or false.')
}

/** A reader of one of these words. */
export function oneOf<T extends string>(...words: readonly T[]): (value: unknown, path: string) => T {
  return (value, path) => {
    const found = words.find((word) => word === value)
    return found ?? fail(path, 'is none of its values', `Write ${words.map((word) => `'${word}'`).join(' or ')}.`)
  }
}

/** ISO 8601 text or milliseconds, as milliseconds since the epoch. */
export function moment(value: unknown, path: string): number {
  const at = typeof value === 'number' ? value : Date.parse(text(value, path))
  return Number.isFinite(at) ? at : fail(path, 'is not a date', 'Write it like 2030-01-31T00:00:00Z.')
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
