import { AuthenticationError, CredentialUnavailableError } from '../errors.ts'
import { hideInText, type Range } from './hide-in-text.ts'
import { isOurs } from './log/is-ours.ts'
import { longestForeignText, oneLine } from './one-line.ts'

/**
 * A copy of an error from outside the library: from a transport, a host, a tool, a store or a listener. The original may
 * hold the failed request, secrets included, in any of its properties; the copy keeps only what tells what happened.
 */
export class ForeignError extends Error {
  /** For code that must find this out without loading this file. */
  get isRebuilt(): true {
    return true
  }
  declare readonly code?: string | number
  declare readonly syscall?: string
  declare readonly hostname?: string
  declare readonly port?: number | string
  /** The inner errors of an aggregate. */
  declare readonly errors?: readonly ForeignError[]
}

/** The properties that are kept besides the message. */
const kept = ['name', 'code', 'syscall', 'hostname', 'port'] as const

const longestShown = 400
const deepest = 5
const mostInner = 10
/** How many errors one error is copied with, because each of ten inner errors may have ten of its own, even the same ones again. */
const mostCopies = 50

/**
 * Copies an error with its causes and inner errors: name, code, syscall, host name and port, and the message on one line,
 * shortened and without anything that looks like a secret. `redact` removes the secrets that the caller knows of.
 */
export function rebuilt(error: unknown, redact: (text: string) => string = String): ForeignError {
  return copyOf(error, redact, { left: mostCopies }, 0)
}

function copyOf(
  error: unknown,
  redact: (text: string) => string,
  copies: { left: number },
  depth: number,
): ForeignError {
  if (isForeignError(error)) return error
  copies.left--
  const inner = (each: unknown): ForeignError => copyOf(each, redact, copies, depth + 1)
  const message = typeof error === 'string' ? error : read(error, 'message')
  const words = (text: unknown): string =>
    typeof text === 'string' ? oneLine(withoutSecrets(redact(text.slice(0, longestForeignText))), longestShown) : ''
  const cause = read(error, 'cause')
  const isDeepest = depth >= deepest || copies.left <= 0
  const hasCause = typeof cause === 'object' && cause !== null && !isDeepest
  const copy = new ForeignError(words(message), hasCause ? { cause: inner(cause) } : undefined)
  for (const name of kept) {
    const value = read(error, name)
    const copied = typeof value === 'string' ? words(value).slice(0, 255) : value
    if (typeof copied === 'string' ? copied !== '' : typeof copied === 'number') {
      Object.defineProperty(copy, name, {
        value: copied,
        configurable: true,
        writable: true,
        enumerable: name !== 'name',
      })
    }
  }
  const errors = read(error, 'errors')
  if (isArray(errors) && !isDeepest) {
    const value = errors.slice(0, mostInner).flatMap((each) => (copies.left > 0 ? [inner(each)] : []))
    Object.defineProperty(copy, 'errors', { value, configurable: true, writable: true })
  }
  return copy
}

/**
 * An error for an event. One of the library's own stays the same object, unless it holds errors from outside: then it is a
 * copy with the same class and fields, in which those are copied as above.
 */
export function madeOurs(error: unknown): Error {
  if (!(error instanceof AuthenticationError || error instanceof CredentialUnavailableError)) return rebuilt(error)
  if (isOurs(error)) return error
  const fields = Object.getOwnPropertyDescriptors(error) as PropertyDescriptorMap
  const { cause, errors } = error as { cause?: unknown; errors?: unknown[] }
  if (cause !== undefined) fields.cause = { ...fields.cause, value: madeOurs(cause) }
  if (errors !== undefined) fields.errors = { ...fields.errors, value: errors.map(madeOurs) }
  return Object.create(Object.getPrototypeOf(error), fields) as Error
}

/** Whether it is one of ours. A `Proxy` may throw when it is asked, and does once it was revoked. */
function isForeignError(error: unknown): error is ForeignError {
  try {
    return error instanceof ForeignError
  } catch {
    return false
  }
}

function isArray(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** Reads a property that may be a throwing getter. */
function read(error: unknown, name: string): unknown {
  try {
    return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined
  } catch {
    return undefined
  }
}

/** Values of fields with the names of secrets, bearer tokens, JWTs, and the text that a parser of JSON (V8's, JavaScriptCore's) repeats. */
const secrets: readonly RegExp[] = [
  /(Unexpected token )[\s\S]{1,80}?(?= is not valid JSON)/g,
  /(Unexpected identifier )"[^"]{0,1000}"?/g,
  /((?:secret|password|token|assertion|verifier|code|sig|api_?key)"?\s{0,3}[=:]\s{0,3}"?)[^\s&"',;}]+/gi,
  /(\bbearer\s{1,3})[\w+/=~.-]+/gi,
  /()\beyJ[\w-]{8,}(?:\.[\w-]*)*/g,
]

/** Removes what looks like a secret, however it is encoded. */
export function withoutSecrets(text: string): string {
  return hideInText(text, (plain) =>
    secrets.flatMap((pattern) =>
      [...plain.matchAll(pattern)].map(
        ({ 0: whole, 1: name = '', index }): Range => [index + name.length, index + whole.length],
      ),
    ),
  )
}
