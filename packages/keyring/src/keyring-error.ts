/** Why the secret store can't be used, and what to do. */
export class KeyringError extends Error {
  override readonly name = 'KeyringError'
  readonly reason: string
  readonly mend: string

  constructor({ reason, mend, cause }: { reason: string; mend: string; cause?: unknown }) {
    super(`@entrada/keyring: ${reason} ${mend}`, { cause })
    this.reason = reason
    this.mend = mend
  }
}
