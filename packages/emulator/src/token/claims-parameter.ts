import { Refusal } from '../refusal/refusal.ts'

/**
 * The client capabilities that a `claims` parameter declares (`access_token.xms_cc.values`), in lower case; `cp1` is
 * continuous access evaluation (https://learn.microsoft.com/entra/identity-platform/claims-challenge). Throws a
 * `Refusal` when the parameter is not a JSON object.
 */
export function clientCapabilities(claims: string | undefined): string[] {
  if (claims === undefined || claims === '') return []
  const capability = field(field(parsed(claims), 'access_token'), 'xms_cc')
  const values = field(capability, 'values')
  return Array.isArray(values)
    ? values.filter((value) => typeof value === 'string').map((value) => value.toLowerCase())
    : []
}

function parsed(claims: string): object {
  try {
    const value: unknown = JSON.parse(claims)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Refused below, like JSON that is not an object.
  }
  throw new Refusal(9002313)
}

/**
 * Whether a `claims` parameter asks for something that only a second factor provides: `amr` with `mfa`, or an
 * authentication context (`acrs`), in either token
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge).
 */
export function claimsAskForSecondFactor(claims: string | undefined): boolean {
  if (!claims) return false
  const asked = JSON.parse(claims) as Record<string, unknown>
  return ['access_token', 'id_token'].some((token) => {
    const amr = values(field(asked[token], 'amr'))
    const acrs = values(field(asked[token], 'acrs'))
    return amr.some((value) => value === 'mfa' || value === 'ngcmfa') || acrs.length > 0
  })
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** OpenID Connect Core, section 5.5.1: `value`, or `values`. */
function values(claim: unknown): unknown[] {
  const several = field(claim, 'values')
  const one = field(claim, 'value')
  return [...(Array.isArray(several) ? several : []), ...(one === undefined ? [] : [one])]
}
