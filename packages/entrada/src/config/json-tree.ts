/** JSON as a tree that remembers where everything stands, so that an error can name line and column. */
export type JsonNode = { readonly at: number } & (
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, { at: number; value: JsonNode }> }
  | { readonly kind: 'list'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'value'; readonly value: string | number | boolean | undefined }
)

/** How deep objects and lists may be in one another. */
const deepest = 32
/** One token of JSON, with the blanks before it. A string must escape control characters. */
const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|\\["\\/bfnrt]|\\u[\da-fA-F]{4})*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/uy

/** What is wrong with a text that should be JSON, and where. */
export class JsonFault extends Error {
  readonly at: number
  constructor(what: string, at: number) {
    super(what)
    this.at = at
  }
}

/** Reads JSON (RFC 8259). Throws a `JsonFault` for anything else, and for a field that an object has twice. */
export function parseJson(text: string): JsonNode {
  let position = text.startsWith('\ufeff') ? 1 : 0

  function next(): { text: string; at: number } {
    token.lastIndex = position
    const match = token.exec(text)
    if (match === null) {
      const blank = /\s*/y
      blank.lastIndex = position
      const at = position + (blank.exec(text)?.[0].length ?? 0)
      throw new JsonFault(at >= text.length ? 'the file ends too soon' : 'this is not JSON', at)
    }
    position += match[0].length
    const found = match[1] ?? match[2] ?? match[3] ?? match[4] ?? ''
    return { text: found, at: position - found.length }
  }

  function peek(): string {
    const before = position
    const { text: found } = next()
    position = before
    return found
  }

  function expectToken(wanted: string): void {
    const { text: found, at } = next()
    if (found !== wanted) throw new JsonFault(`"${wanted}" is missing here`, at)
  }

  function value(depth: number): JsonNode {
    const { text: found, at } = next()
    if (depth > deepest) throw new JsonFault('this is nested too deeply', at)
    if (found === '{') return { kind: 'object', at, fields: fields(depth) }
    if (found === '[') return { kind: 'list', at, items: items(depth) }
    if (/^[}\],:]$/.test(found)) throw new JsonFault('a value is missing here', at)
    return { kind: 'value', at, value: JSON.parse(found) ?? undefined }
  }

  function fields(depth: number): ReadonlyMap<string, { at: number; value: JsonNode }> {
    const found = new Map<string, { at: number; value: JsonNode }>()
    if (isClosed('}')) return found
    for (;;) {
      const { text: quoted, at } = next()
      if (!quoted.startsWith('"')) throw new JsonFault('the name of a field is missing here', at)
      const name: string = JSON.parse(quoted)
      if (found.has(name)) throw new JsonFault(`the field ${quoted.slice(0, 60)} is here twice`, at)
      expectToken(':')
      found.set(name, { at, value: value(depth + 1) })
      if (isClosed('}')) return found
      expectToken(',')
    }
  }

  function items(depth: number): JsonNode[] {
    const found: JsonNode[] = []
    if (isClosed(']')) return found
    for (;;) {
      found.push(value(depth + 1))
      if (isClosed(']')) return found
      expectToken(',')
    }
  }

  function isClosed(bracket: string): boolean {
    if (peek() !== bracket) return false
    next()
    return true
  }

  const tree = value(0)
  if (/\S/.test(text.slice(position)))
    throw new JsonFault('something follows the end', position + text.slice(position).search(/\S/))
  return tree
}

/** The same tree of a value of the program. What JSON cannot say is kept as it is, and refused by whoever reads it. */
export function treeOf(value: unknown, depth = 0): JsonNode {
  if (depth > deepest) throw new JsonFault('this is nested too deeply', 0)
  if (Array.isArray(value)) return { kind: 'list', at: 0, items: value.map((item) => treeOf(item, depth + 1)) }
  if (typeof value !== 'object' || value === null) return { kind: 'value', at: 0, value: value as string }
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => [name, { at: 0, value: treeOf(field, depth + 1) }] as const)
  return { kind: 'object', at: 0, fields: new Map(fields) }
}

/** Line and column of an offset, both from 1. */
export function placeIn(text: string, at: number): string {
  const before = text.slice(0, at).split('\n')
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}
