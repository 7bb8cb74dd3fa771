/** The longest text that patterns are applied to. */
const longestSeen = 16 * 1024

/** Why the secret store cannot be used, and what to do. */
export class KeyringError extends Error {
  override readonly name = 'KeyringError'
  /** Why the secret store cannot be used, in a sentence. */
  readonly reason: string
  /** What to do about it, in a sentence. */
  readonly remedy: string

  constructor({ reason, remedy, cause }: { reason: string; remedy: string; cause?: unknown }) {
    super(`@entrada/keyring: ${reason} ${remedy}`, cause === undefined ? undefined : { cause: rebuilt(cause) })
    this.reason = reason
    this.remedy = remedy
  }
}

/**
 * A new error with the message of a library's or the system's: the original may contain anything, even the store's
 * content.
 */
function rebuilt(error: unknown): Error {
  if (error instanceof KeyringError) return error
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown }
  const copy = new Error(inOneLine(error))
  if (typeof name === 'string') Object.defineProperty(copy, 'name', { value: name.slice(0, 100) })
  return typeof code === 'string' || typeof code === 'number' ? Object.assign(copy, { code }) : copy
}

/** An error's message as part of a line, without its full stop. */
export function oneLine(error: unknown): string {
  return inOneLine(error).replace(/\.$/, '')
}

/** What a parser of JSON (V8's, JavaScriptCore's) repeats of its text, which may be a part of a token. */
const parsedText = /(Unexpected (?:token|identifier) )(?:"[^"]{0,1000}"?|[\s\S]{1,80}?(?= is not valid JSON))/g

/** Removes line breaks, anything that moves the cursor, and what was parsed. */
function inOneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text
    .slice(0, longestSeen)
    .replace(parsedText, '$1***')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')
    .trim()
    .slice(0, 300)
}
