import { CredentialUnavailableError } from '../errors.ts'

/**
 * Checks required arguments. Throws `CredentialUnavailableError` for a missing one, in the words that users of
 * `@azure/identity` match on, and `TypeError` for a malformed one. Messages do not repeat values, which may be secrets.
 */
export function checkRequired(who: string, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === '') {
      const remedy = `Pass ${name}. To troubleshoot, visit https://aka.ms/azsdk/js/identity/serviceprincipalauthentication/troubleshoot.`
      throw new CredentialUnavailableError({ who, reason: `${name} is a required parameter.`, remedy })
    }
    if (typeof value !== 'string')
      throw new TypeError(`${who}: ${name} is of type ${typeof value}; it must be a string.`)
    if (/^\s|\s$|\p{Cc}/u.test(value)) {
      throw new TypeError(`${who}: ${name} begins or ends with white space, or contains a control character. Trim it.`)
    }
  }
}
