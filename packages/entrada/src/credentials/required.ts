import { CredentialUnavailableError } from '../errors.ts'

/**
 * Checks the arguments without which a credential can't be, in the words that users of `@azure/identity` match on.
 * A missing one is `CredentialUnavailableError`; one of the wrong type is a `TypeError`. No value is repeated.
 */
export function checkRequired(who: string, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === '') {
      const mend = `Pass ${name}. To troubleshoot, visit https://aka.ms/azsdk/js/identity/serviceprincipalauthentication/troubleshoot.`
      throw new CredentialUnavailableError(`${who}: ${name} is a required parameter. ${mend}`, { mend })
    }
    if (typeof value !== 'string')
      throw new TypeError(`${who}: ${name} is of type ${typeof value}; it must be a string.`)
    if (/^\s|\s$|\p{Cc}/u.test(value)) {
      throw new TypeError(
        `${who}: ${name} begins or ends with white space, or has control characters in it. Trim it where it is read.`,
      )
    }
  }
}
