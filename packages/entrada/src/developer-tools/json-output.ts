import { plain } from './words.ts'

/**
 * The objects in what a tool printed: the whole of it, its lines, or what stands between the first brace and the last
 * one. Tools print warnings, colours and marks around their JSON.
 */
export function jsonObjects(output: string): readonly Record<string, unknown>[] {
  const text = plain(output).trim()
  const whole = objectIn(text)
  if (whole !== undefined) return [whole]
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const object = objectIn(line.trim())
    return object === undefined ? [] : [object]
  })
  const middle = objectIn(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1))
  return middle === undefined ? lines : [...lines, middle]
}

function objectIn(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** A bearer token, if that is what the value is: printable ASCII without blanks. */
export function tokenIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x21-\x7e]{1,131072}$/.test(value) ? value : undefined
}
