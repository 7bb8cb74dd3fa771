/** A token, and what the forms of its output need besides. */
export interface WrittenToken {
  token: string
  /** Milliseconds since the epoch. */
  expiresOn: number
  scopes: readonly string[]
  /** Name of the credential that it came from. */
  credential: string
  env: Readonly<Record<string, string | undefined>>
  /** The host of a netrc line. */
  host: string | undefined
  /** The role of `aws-process`. */
  roleArn: string | undefined
  signal: AbortSignal
}
