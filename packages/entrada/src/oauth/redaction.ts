import { hideInText, type Range } from '../runtime/hide-in-text.ts'
import { finderOf, longestOf } from '../runtime/known-secrets.ts'
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
 * The redaction of the secrets in the form that was sent to a URL, however they are encoded. What was given as client, user or tenant
 * counts as a secret if it looks like one: whoever mixed up two variables must not find the secret in a log.
 */
export function redactionOf(form: URLSearchParams, url?: string): Redaction {
  const named = repeatedFields.map((name) => form.get(name))
  const tenants = url === undefined ? [] : new URL(url).pathname.split('/')
  const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope.includes('~'))
  const misplaced = [...named, ...tenants, ...scopes].filter((value) => secretForm.test(value ?? ''))
  const secrets = [...secretFields.map((name) => form.get(name)), ...misplaced].filter(
    (value): value is string => !!value,
  )
  const find = finderOf(secrets)
  const findLong = finderOf(secrets.filter(({ length }) => length >= shortestInClaims))
  return {
    text: (value) => hideInText(value, (text) => placesIn(text, find), longestOf(secrets)),
    claims: (value) => claimsWithoutSecrets(value, findLong),
  }
}

/** Where the secrets are, unless that is merely a part of a protocol word. */
function placesIn(text: string, find: (text: string) => Range[]): Range[] {
  const words = [...text.matchAll(protocolWord)].map(({ index, 0: word }) => [index, index + word.length] as const)
  return find(text).filter(([start, end]) => !words.some(([from, to]) => from <= start && end <= to))
}

function claimsWithoutSecrets(claims: string, find: (text: string) => Range[]): string {
  const hold = (value: string): boolean => hideInText(value, find) !== value.slice(0, longestForeignText)
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
