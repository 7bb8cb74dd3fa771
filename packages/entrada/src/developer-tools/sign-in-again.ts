/**
 * The refusals of Entra ID that only a person can resolve, by signing in once more (Microsoft's list: "Microsoft Entra
 * authentication and authorization error codes"): multi-factor authentication, Conditional Access, expired sessions.
 */
const codes: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '50072',
  '50074',
  '50076',
  '50078',
  '50079',
  '50097',
  '50132',
  '50133',
  '50158',
  '50173',
  '53000',
  '53001',
  '53002',
  '65001',
  '70043',
  '70044',
  '700081',
  '700082',
  '700084',
])

/** The first such code in a tool's output, such as `AADSTS50076`. */
export function signInAgainCode(words: string): string | undefined {
  for (const [code, number] of words.matchAll(/AADSTS(\d+)/g)) if (codes.has(number as string)) return code
  return undefined
}

/** The command that a tool tells its user to run, if it can be shown as it is. */
export function advisedCommand(words: string, command: RegExp): string | undefined {
  for (const [, advised = ''] of words.matchAll(command)) {
    const line = advised.replace(/\s+/g, ' ').trim()
    if (line.length <= 8192 && /^[\w "'=+/:.,@-]+$/.test(line)) return line
  }
  return undefined
}

/**
 * A command for a person to copy. Quoted values have been checked to contain no character that is special to a shell.
 */
export function commandLine(...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined).join(' ')
}

/** A value in such a command. */
export function quoted(value: string): string {
  return `"${value}"`
}
