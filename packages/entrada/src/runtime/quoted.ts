import { type Env, settingOf } from './environment.ts'
import { unlessDenied } from './unless-denied.ts'

/** Makes a value presentable in a message. */
export type Quote = (value: unknown) => string

/** What secrets look like: client secrets of Entra ID, tokens, keys, and long texts that cannot be a name, id or address. */
export const secretForm: RegExp = /~|^(?:eyJ|-----BEGIN|[^-./:]{20,}$)/

/** Variables that hold a secret. */
const secretName = /SECRET|PASSWORD|TOKEN|PRIVATE|_KEY|_HEADER|CONNECTION_STRING/
/** Of these, the ones that hold the place of a secret and not the secret itself. */
const nameOfPlace = /(?:FILE|PATH|UR[IL]|CREDENTIALS)$/

/**
 * A value as a message shows it: quoted, and cut at 100 characters. A value that could be a secret in the wrong place,
 * because it is one of `held` or looks like one, is described and never shown.
 */
export function quoted(value: unknown, held: readonly unknown[] = []): string {
  if (typeof value === 'string') {
    const text = value.trim()
    if (secretForm.test(text) || (text && held.includes(text)))
      return `(${value.length} characters that could be a secret)`
    return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}...` : value)
  }
  if (typeof value === 'object' && value !== null)
    return unlessDenied(() => Array.isArray(value)) ? 'a list' : 'an object'
  // A symbol's description may hold anything, and so may the text of a function.
  return /function|symbol/.test(typeof value) ? `a ${typeof value}` : String(value)
}

/** The same for a credential that holds these secrets, in an environment that may hold more. */
export function quoteFor(secrets: readonly unknown[], env: Env): Quote {
  const ofEnvironment = (): unknown[] =>
    Object.keys(env).map((name) => secretName.test(name) && !nameOfPlace.test(name) && settingOf(env, name))
  return (value) => quoted(value, [...secrets, ...ofEnvironment()])
}
