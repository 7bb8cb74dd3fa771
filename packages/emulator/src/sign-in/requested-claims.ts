/**
 * Whether a `claims` parameter asks for what only a second factor brings: `amr` with `mfa`, or an authentication
 * context (`acrs`), in either token (https://learn.microsoft.com/entra/identity-platform/claims-challenge).
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
