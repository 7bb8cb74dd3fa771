/** What the exit code says. Documented in docs/cli.md; a script may rely on it. */
export const exitCodes = {
  ok: 0,
  /** Entra ID or a token host refused, or something failed on the way. */
  failed: 1,
  /** The command line or the configuration is wrong: nothing was tried. */
  usage: 2,
  /** No credential can be used here. */
  unavailable: 3,
  /** Only a person can go on: `entrada login`. */
  signInRequired: 4,
  /** Ctrl-C, as shells have it. */
  interrupted: 130,
} as const

/** An error of the command line itself, shown in one line. */
export class Failure extends Error {
  override name = 'Failure'
  readonly exitCode: number

  /** `what` and `remedy` are sentences with a full stop. */
  constructor(what: string, options: { remedy?: string; exitCode?: number; cause?: unknown } = {}) {
    super([what, options.remedy].filter(Boolean).join(' '), options.cause === undefined ? {} : { cause: options.cause })
    this.exitCode = options.exitCode ?? exitCodes.failed
  }
}

/** The command line cannot be understood. */
export function usageFailure(what: string, remedy?: string): Failure {
  return new Failure(what, { exitCode: exitCodes.usage, ...(remedy === undefined ? {} : { remedy }) })
}

/** The exit code for whatever was thrown. Names, not classes, so that the library's code need not be loaded for it. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Failure) return error.exitCode
  switch ((error as Error | undefined)?.name) {
    case 'AbortError':
      return exitCodes.interrupted
    case 'AuthenticationRequiredError':
      return exitCodes.signInRequired
    case 'CredentialUnavailableError':
    case 'AggregateAuthenticationError':
      return exitCodes.unavailable
    case 'TypeError':
      return exitCodes.usage
    default:
      return exitCodes.failed
  }
}
