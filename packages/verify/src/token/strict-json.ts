/** A JSON object from outside; the types of its members are not checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Claims of Entra ID nest two deep: `_claim_sources` has objects. */
const deepest = 8

/**
 * Parses an object, and freezes all of it. Returns `undefined` for other values, for more than eight levels, and where a
 * name occurs twice in one object, of which two readers could take different ones. Throws a `SyntaxError` for what is no
 * JSON.
 */
export function parseObject(text: string): JsonObject | undefined {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const written = namesWritten(text)
  // Each name that was read is in the result once: if more were written, one came twice.
  return written !== undefined && written === freeze(value) ? (value as JsonObject) : undefined
}

/** How many members JSON text has, at all levels; `undefined` if it is nested too deep. Linear; the text is valid JSON. */
function namesWritten(text: string): number | undefined {
  let depth = 0
  let names = 0
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index)
    if (character === quote) index = endOfString(text, index)
    else if (character === colon) names++
    else if (character === openBrace || character === openBracket) {
      if (++depth > deepest) return undefined
    } else if (character === closeBrace || character === closeBracket) depth--
  }
  return names
}

const [quote, backslash, colon, openBrace, closeBrace, openBracket, closeBracket] = [34, 92, 58, 123, 125, 91, 93]

function endOfString(text: string, start: number): number {
  let index = text.indexOf('"', start + 1)
  while (isEscaped(text, index)) index = text.indexOf('"', index + 1)
  return index
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(index - 1 - backslashes) === backslash) backslashes++
  return backslashes % 2 === 1
}

/** Freezes a value with all that is in it, as it is shared by all calls of a token, and counts the members. */
function freeze(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const isList = Array.isArray(value)
  let names = 0
  for (const each of isList ? value : Object.values(value)) {
    if (!isList) names++
    if (typeof each === 'object') names += freeze(each)
  }
  Object.freeze(value)
  return names
}
