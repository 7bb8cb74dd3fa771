import { parseObject } from '../oauth/token-response.ts'
import { plain } from './tool-output.ts'

/**
 * The JSON objects in a tool's output, in order. Tools, their wrappers and extensions print warnings, colours and other
 * lines around their JSON, which may contain braces too. Every character is examined a bounded number of times,
 * whatever the output.
 */
export function jsonObjects(output: string): readonly Record<string, unknown>[] {
  const text = plain(output)
  const found: Record<string, unknown>[] = []
  // After a brace that does not start an object, the text behind it is scanned again.
  let budget = 8 * text.length
  for (let start = nextObject(text, 0); start >= 0 && budget > 0; ) {
    const end = objectEnd(text, start, start + budget)
    budget -= (end ?? text.length) - start
    const object = end === undefined ? undefined : parseObject(text.slice(start, end))
    if (object !== undefined) found.push(object)
    start = nextObject(text, object === undefined || end === undefined ? start + 1 : end)
  }
  return found
}

/** Where the next object may start: a brace followed by a name or another brace. */
function nextObject(text: string, from: number): number {
  const beginning = /\{(?=[ \r\n]{0,100}["}])/g
  beginning.lastIndex = from
  return beginning.exec(text)?.index ?? -1
}

/** Where the object that starts at `start` ends, if its braces balance before `limit`. */
function objectEnd(text: string, start: number, limit: number): number | undefined {
  let depth = 0
  let isString = false
  for (let at = start; at < text.length && at < limit; at++) {
    const character = text[at]
    if (isString) {
      if (character === '\\') at++
      else if (character === '"') isString = false
      // A JSON string cannot span lines.
      else if (character === '\n' || character === '\r') return undefined
    } else if (character === '"') isString = true
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) return at + 1
  }
  return undefined
}

/** A bearer token, if that is what the value is: printable ASCII without spaces. */
export function tokenIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x21-\x7e]{1,131072}$/.test(value) ? value : undefined
}
