/**
 * A variable whose value cannot be used. For a single credential it is a `TypeError`. The default chain also sees variables
 * that were set for other programs, so there it only makes the member that reads the variable unavailable.
 */
export class MalformedVariable extends TypeError {
  readonly reason: string
  readonly remedy: string
  constructor(who: string, reason: string, remedy: string, options?: ErrorOptions) {
    super(`${who}: ${reason} ${remedy}`, options)
    // Not enumerable, as in every error of ours: the message says it all.
    Object.defineProperty(this, 'name', { value: 'TypeError', enumerable: false })
    this.reason = reason
    this.remedy = remedy
  }
}

/** Whether a value begins or ends with a quotation mark, which a shell would have removed. */
export function isQuoted(value: string): boolean {
  return /^["'`“”‘’]|["'`“”‘’]$/u.test(value)
}

/**
 * Checks the value of the setting `name`: no quotation marks around it, no control characters in it, and whatever `check`
 * finds, which throws a `TypeError`. Throws a `MalformedVariable` that begins with `who`.
 */
export function checkSetting(who: string, name: string, value: string, check?: () => void): void {
  if (isQuoted(value)) throw new MalformedVariable(who, `${name} is in quotation marks.`, 'Remove them.')
  if (/\p{Cc}/u.test(value)) {
    throw new MalformedVariable(who, `${name} contains control characters.`, 'Set it again without them.')
  }
  try {
    check?.()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new MalformedVariable(who, error.message, `Correct ${name}, or unset it.`, { cause: error })
  }
}
