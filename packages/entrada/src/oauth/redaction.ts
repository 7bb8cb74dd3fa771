import { longestForeignText } from '../runtime/one-line.ts'
import { secretForm } from '../runtime/quoted.ts'

/** Fields of a token request whose values must never be repeated in a message. */
const secretFields: readonly string[] = [
  'client_secret',
  'client_assertion',
  'assertion',
  'password',
  'code',
  'refresh_token',
  'code_verifier',
  'device_code',
]

/**
 * Words that say what happened, and are never part of a secret: the error codes of OAuth 2.0 (RFC 6749, 4.1.2.1 and
 * 5.2), of the device flow (RFC 8628, 3.5) and of OpenID Connect (Core, 3.1.2.6), the suberrors of Entra ID, and its
 * AADSTS codes.
 */
const protocolWord: RegExp =
  /AADSTS\d{4,10}|\b(?:access_denied|additional_action|authorization_declined|authorization_pending|bad_token|bad_verification_code|basic_action|client_mismatch|code_expired|consent_required|expired_token|interaction_required|invalid_client|invalid_grant|invalid_instance|invalid_request|invalid_resource|invalid_scope|login_required|message_only|protection_policy_required|server_error|slow_down|temporarily_unavailable|token_expired|unauthorized_client|unknown_error|unsupported_grant_type|unsupported_response_type|user_password_expired)\b/g

/** Entra ID has no shorter secret, password or code, and in a claims challenge a shorter string could be anything. */
const shortestInClaims = 8

/** Removes the secrets of a request from a server's text. */
export interface Redaction {
  /** The text, cut to 16 KiB, with `***` for each secret, unless it is just a part of a protocol word. */
  text(value: string): string
  /** A claims challenge, which is JSON: the same JSON with `***` for each string in it that holds a secret. */
  claims(value: string): string
}

/** Fields that Entra ID repeats when it refuses them, and in whose place a secret may have been given. */
const repeatedFields: readonly string[] = ['client_id', 'username']

/**
 * The redaction of the secrets in the form that was sent to a URL: plain, percent-encoded, and as the form itself encodes them. What was given
 * as client, user or tenant counts as a secret if it looks like one: whoever mixed up two variables must not find the secret in a log.
 */
export function redactionOf(form: URLSearchParams, url?: string): Redaction {
  const named = repeatedFields.map((name) => form.get(name))
  const tenants = url === undefined ? [] : new URL(url).pathname.split('/')
  const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope.includes('~'))
  const misplaced = [...named, ...tenants, ...scopes].filter((value) => secretForm.test(value ?? ''))
  const secrets = [...secretFields.map((name) => form.get(name)), ...misplaced].filter(
    (value): value is string => !!value,
  )
  const all = spellings(secrets)
  const long = spellings(secrets.filter(({ length }) => length >= shortestInClaims))
  return {
    text: (value) => withoutSecrets(value, all),
    claims: (value) => (long.length === 0 ? value : claimsWithoutSecrets(value, long)),
  }
}

/** Longest first: a secret that is part of another must not leave the rest of that one behind. */
function spellings(secrets: readonly string[]): string[] {
  const all = secrets.flatMap((value) => [
    value,
    ...[encodeURIComponent(value), formEncoded(value)].flatMap(inEitherCase),
  ])
  return [...new Set(all)].sort((left, right) => right.length - left.length)
}

function withoutSecrets(value: string, secrets: readonly string[]): string {
  const text = cut(value, secrets[0]?.length ?? 0)
  const words = [...text.matchAll(protocolWord)].map(({ index, 0: word }) => [index, index + word.length] as const)
  let clean = ''
  let at = 0
  while (at < text.length) {
    const found = next(text, secrets, at)
    if (found === undefined) break
    const [start, end] = found
    const isWord = words.some(([from, to]) => from <= start && end <= to)
    clean += text.slice(at, start) + (isWord ? text.slice(start, end) : '***')
    at = end
  }
  return clean + text.slice(at)
}

/** Where the next secret starts and ends; of several that start at the same place, the longest. */
function next(text: string, secrets: readonly string[], from: number): readonly [number, number] | undefined {
  let found: readonly [number, number] | undefined
  for (const secret of secrets) {
    const start = text.indexOf(secret, from)
    if (start >= 0 && (found === undefined || start < found[0])) found = [start, start + secret.length]
  }
  return found
}

/** Half a secret at the cut would not be found, so whatever could be one is removed too. */
function cut(text: string, longestSecret: number): string {
  return text.length <= longestForeignText ? text : text.slice(0, Math.max(0, longestForeignText - longestSecret))
}

function claimsWithoutSecrets(claims: string, secrets: readonly string[]): string {
  const hold = (value: string): boolean => secrets.some((secret) => value.includes(secret))
  try {
    let isClean = true
    const clean = JSON.stringify(JSON.parse(claims), (_, value: unknown) => {
      const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
      const isSecret = typeof value === 'string' ? hold(value) : entries.some(hold)
      if (isSecret) isClean = false
      return isSecret ? '***' : value
    })
    return isClean ? claims : clean
  } catch {
    return hold(claims) ? '***' : claims
  }
}

function formEncoded(value: string): string {
  return new URLSearchParams({ value }).toString().slice('value='.length)
}

function inEitherCase(encoded: string): string[] {
  return [encoded, encoded.replace(/%../g, (code) => code.toLowerCase())]
}
