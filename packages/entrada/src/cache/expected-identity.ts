import { AuthenticationError } from '../errors.ts'
import { textOfBase64url } from '../runtime/base64url.ts'
import { equalIgnoringCase } from '../runtime/equal-ignoring-case.ts'
import { quoted } from '../runtime/quoted.ts'

/** Whom tokens must be for: see the option `expect`. */
export interface Expected {
  readonly tenantId?: string
  readonly clientId?: string
  readonly objectId?: string
  readonly username?: string
}

/** Where an access token says it, of version 1 and 2 (learn.microsoft.com/entra/identity-platform/access-token-claims-reference). */
const claimsOf: Readonly<Record<keyof Expected, readonly string[]>> = {
  tenantId: ['tid'],
  clientId: ['appid', 'azp'],
  objectId: ['oid'],
  username: ['upn', 'preferred_username', 'unique_name'],
}

/**
 * A function that throws `AuthenticationError` for a token of anybody else than is expected. The claims of an access token
 * are for its resource, so one that cannot be read is no proof, and refused as well.
 */
export function expecting(expected: Expected, who: string): (token: string) => void {
  const wanted = Object.entries(expected) as [keyof Expected, string][]
  return (token) => {
    const claims = claimsIn(token)
    for (const [field, value] of wanted) {
      const found = claimsOf[field].map((claim) => claims?.[claim]).find((claim) => typeof claim === 'string')
      if (typeof found === 'string' && equalIgnoringCase(found, value)) continue
      throw unexpected(who, field, value, found)
    }
  }
}

function unexpected(who: string, field: keyof Expected, value: string, found: string | undefined): AuthenticationError {
  const [claim = ''] = claimsOf[field]
  const shown = found?.replace(/[^\x20-\x7e]/g, '?').slice(0, 100)
  const wanted = quoted(value).replaceAll('"', '')
  const reason =
    shown === undefined
      ? `the token does not say whether it is of the expected ${field} ${wanted}: it has no claim ${claim}.`
      : `the token is of the ${field} ${shown}, and not of the expected ${wanted}.`
  const remedy =
    shown === undefined
      ? `Leave expect.${field} out for this resource, whose tokens cannot be read.`
      : 'Sign in as the expected identity, or correct the option expect.'
  return new AuthenticationError(200, { error: 'unexpected_identity' }, { who, reason, remedy })
}

function claimsIn(token: string): Record<string, unknown> | undefined {
  try {
    const claims: unknown = JSON.parse(textOfBase64url(token.split('.')[1] ?? ''))
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
