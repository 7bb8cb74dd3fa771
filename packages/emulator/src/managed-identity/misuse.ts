/** What a caller of `managedIdentity` gets for options that make no sense. */
export function misuse(fault: string, mend: string): TypeError {
  return new TypeError(`Emulator: managedIdentity: ${fault}. ${mend}`)
}
