import { Refusal } from '../refusal.ts'

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
    // Refused below, like JSON that is no object.
  }
  throw new Refusal(9002313)
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
