/**
 * The four errors of this library. Three of them mean "unavailable" and let a chain go on to its next member. Names and
 * fields match `@azure/identity`, whose users test `error.name`. A process may hold two copies of this library, one of
 * them in a bundle: `instanceof` takes the errors of both, which it knows by the methods named `entrada:…`.
 */
import { type ErrorResponse, responseOf } from './error-response.ts'
import type { GetTokenOptions } from './types.ts'

/** `name` of a `CredentialUnavailableError`, of this library or of `@azure/identity`. */
export const CredentialUnavailableErrorName = 'CredentialUnavailableError'
/** `name` of an `AuthenticationError`, of this library or of `@azure/identity`. */
export const AuthenticationErrorName = 'AuthenticationError'
/** `name` of an `AggregateAuthenticationError`, of this library or of `@azure/identity`. */
export const AggregateAuthenticationErrorName = 'AggregateAuthenticationError'

/** What happened with one member of a chain. */
export interface Attempt {
  /** Name of the member. */
  credential: string
  /** It had a token, it cannot be used here, or it was refused, which stopped the chain. */
  outcome: 'token' | 'unavailable' | 'refused'
  /** How long it took; 0 for a member whose failure was already known. */
  milliseconds: number
  /** Its error, if it had no token. */
  error?: Error
  /** Why there was no token, in a sentence. */
  reason?: string
  /** What to do about it, in a sentence. */
  remedy?: string
}

/** What an error says, as data: its message is composed of these three and nothing else. */
export interface Problem {
  /** Name of the credential or function that reports the problem. */
  who: string
  /** What is wrong: a sentence, without the name in front. */
  reason: string
  /** What to do about it, in a sentence or two. */
  remedy?: string | undefined
  /** @internal Which problem it is, for a diagnosis: words may change. */
  kind?: ProblemKind | undefined
}

/** Problems that a diagnosis tells apart. */
export type ProblemKind = 'no-such-identity' | 'identity-not-supported' | 'tool-missing' | 'tool-signed-out'

/** A problem, or a complete message. */
interface ProblemOrMessage extends Partial<Problem> {
  /** The whole message, in place of one that is composed. */
  message?: string | undefined
  /** The error behind it. */
  cause?: unknown
}

/**
 * This credential cannot be used here, or not now; a chain goes on to its next member.
 *
 * ```ts
 * throw new CredentialUnavailableError({ who: 'VaultCredential', reason: 'VAULT_ADDR is not set.', remedy: 'Set it.' })
 * ```
 */
export class CredentialUnavailableError extends Error {
  override name: string = CredentialUnavailableErrorName
  /** Why, in a sentence without the name and the remedy. */
  declare readonly reason?: string
  /** What to do about it. */
  declare readonly remedy?: string
  /** @internal The next call would fail in the same way, as long as the evidence is the same: see `MemberHooks`. */
  declare readonly isLasting?: boolean
  /** Takes a problem, from which the message is composed, or a message, as in `@azure/identity`. */
  constructor(problem?: string | Problem, options?: { cause?: unknown; isLasting?: boolean | undefined }) {
    const given = typeof problem === 'string' ? { message: problem } : problem
    super(messageOf(given), causeOf(options))
    hideProblem(this, given)
    hide(this, 'isLasting', options?.isLasting)
  }
  /** @internal */
  'entrada:CredentialUnavailableError'(): void {}
  /** @internal */
  static override readonly [Symbol.hasInstance]: (value: unknown) => boolean = isInstance
}

/**
 * User interaction is required: multi-factor authentication, consent, a Conditional Access challenge, or the first
 * sign-in with `disableAutomaticAuthentication`. Call `authenticate(error.scopes, error.getTokenOptions)`, or return
 * `claims` to the client that can answer them. A chain takes it for "unavailable", but `DefaultAzureCredential` stops
 * at it where it comes from the environment, a workload or a managed identity.
 */
export class AuthenticationRequiredError extends CredentialUnavailableError {
  override name: string = 'AuthenticationRequiredError'
  /** The scopes that the call asked for. */
  scopes: string[]
  /** The options of the call, for `authenticate()`. */
  declare getTokenOptions?: GetTokenOptions
  /** The claims challenge, as JSON, to pass on to the client that can answer it. */
  declare readonly claims?: string
  /** HTTP status, if Entra ID demanded the interaction. */
  declare readonly statusCode?: number
  /** What the response says, if Entra ID demanded the interaction. */
  declare readonly errorResponse?: ErrorResponse
  /** What happened with each member, if the error stopped a chain. */
  declare readonly attempts?: readonly Attempt[]

  /** For a credential of your own that needs a person; without a message it has the usual one. */
  constructor(options: AuthenticationRequiredErrorOptions) {
    super(messageOf(options) ?? 'User interaction is required. Call authenticate(), then try again.', options)
    hideProblem(this, options)
    this.scopes = options.scopes
    if (options.getTokenOptions !== undefined) this.getTokenOptions = options.getTokenOptions
    if (options.claims !== undefined) this.claims = options.claims
    if (options.statusCode !== undefined) this.statusCode = options.statusCode
    if (options.errorResponse !== undefined) this.errorResponse = options.errorResponse
  }
  /** @internal */
  'entrada:AuthenticationRequiredError'(): void {}
}

/** The options of an `AuthenticationRequiredError`. Without a problem or message it has a general message. */
export interface AuthenticationRequiredErrorOptions extends ProblemOrMessage {
  /** The whole message, in place of one that is composed. */
  message?: string
  /** The scopes that the call asked for. */
  scopes: string[]
  /** The options of the call, for `authenticate()`. */
  getTokenOptions?: GetTokenOptions
  /** The claims challenge, as JSON. */
  claims?: string | undefined
  /** HTTP status, if Entra ID demanded the interaction. */
  statusCode?: number
  /** What the response says. */
  errorResponse?: ErrorResponse
}

/**
 * Entra ID or a managed identity's host refused, or could not be reached: then `statusCode` is 0, `errorResponse.error`
 * is `network_error`, and `cause` is the error of the connection. It stops a chain.
 */
export class AuthenticationError extends Error {
  override name: string = AuthenticationErrorName
  /** HTTP status of the response; 0 if there was none. */
  readonly statusCode: number
  /** What the response says. */
  readonly errorResponse: ErrorResponse
  /** A claims challenge, as JSON. */
  declare readonly claims?: string
  /** How long the server asked clients to wait (`Retry-After`), in milliseconds. */
  declare readonly retryAfterInMs?: number
  /** What happened, in a sentence without the name and the remedy. */
  declare readonly reason?: string
  /** What to do about it. */
  declare readonly remedy?: string
  /** What happened with each member, if the error stopped a chain. */
  declare readonly attempts?: readonly Attempt[]
  /**
   * Takes `statusCode` and `errorBody` as in `@azure/identity`: a parsed error response, its text, or nothing. With a
   * problem in `options` the message is composed from that, or else from the response.
   */
  constructor(
    statusCode: number,
    errorBody: object | string | undefined | null,
    options: AuthenticationErrorOptions = {},
  ) {
    const message = messageOf(options)
    const response = responseOf(statusCode, errorBody, message)
    super(
      message ?? `${response.error} Status code: ${statusCode}\nMore details:\n${response.errorDescription},`,
      causeOf(options),
    )
    this.statusCode = statusCode
    this.errorResponse = response
    if (options.claims !== undefined) this.claims = options.claims
    hideProblem(this, options)
    hide(this, 'retryAfterInMs', options.retryAfterInMs)
  }
  /** @internal */
  'entrada:AuthenticationError'(): void {}
  /** @internal */
  static override readonly [Symbol.hasInstance]: (value: unknown) => boolean = isInstance
}

/** What an `AuthenticationError` can have in addition. */
export interface AuthenticationErrorOptions extends ProblemOrMessage {
  /** A claims challenge, as JSON. */
  claims?: string | undefined
  /** How long the server asked clients to wait, in milliseconds. */
  retryAfterInMs?: number | undefined
}

/**
 * Every member of a chain is unavailable; `attempts` says why, member by member. It is itself "unavailable", so that
 * one chain can be a member of another.
 */
export class AggregateAuthenticationError extends CredentialUnavailableError {
  override name: string = AggregateAuthenticationErrorName
  /** The error of each member, in order. */
  // biome-ignore lint/suspicious/noExplicitAny: `any[]` is the type that users of `@azure/identity` compile against
  errors: any[]
  /** What happened with each member, in order. */
  declare readonly attempts: readonly Attempt[]
  /** Without `attempts` the errors follow the message, as in `@azure/identity`; with them the message is complete. */
  constructor(errors: readonly unknown[], errorMessage?: string, attempts?: readonly Attempt[]) {
    const lines = attempts === undefined ? errors.map(String) : []
    super([errorMessage, ...lines].filter((line) => line !== undefined).join('\n'))
    this.errors = [...errors]
    hide(this, 'attempts', attempts ?? [])
  }
  /** @internal */
  'entrada:AggregateAuthenticationError'(): void {}
}

/**
 * Whether an error was made by a class of this library, in this copy or another, or by a class derived from it. A class
 * that a program derives is not marked, so it is compared in the ordinary way.
 */
function isInstance(this: { readonly prototype: Error }, value: unknown): boolean {
  // The first name is that of the constructor.
  const [, mark] = Object.getOwnPropertyNames(this.prototype)
  if (mark?.startsWith('entrada:')) return value instanceof Error && mark in value
  return Function.prototype[Symbol.hasInstance].call(this, value)
}

/** Whether an error lets a chain go on. It is recognized by its name, because other libraries have their own classes. */
export function isUnavailable(error: unknown): error is Error {
  const names = [CredentialUnavailableErrorName, AggregateAuthenticationErrorName, 'AuthenticationRequiredError']
  return error instanceof Error && names.includes(error.name)
}

/** Adds the attempts of a chain to the error that stopped it. */
export function withAttempts(error: unknown, attempts: readonly Attempt[]): unknown {
  if (error instanceof Error && Object.isExtensible(error)) hide(error, 'attempts', attempts)
  return error
}

/** "Who: reason. Remedy." in one line. */
function messageOf({ message, who, reason, remedy }: ProblemOrMessage = {}): string | undefined {
  if (message !== undefined || reason === undefined) return message
  const sentence = remedy === undefined || /[.!?]$/.test(reason) ? reason : `${reason}.`
  return [`${who}: ${sentence}`, remedy].filter(Boolean).join(' ')
}

function causeOf(options: { cause?: unknown } | undefined): ErrorOptions | undefined {
  return options?.cause === undefined ? undefined : { cause: options.cause }
}

function hideProblem(error: Error, problem: ProblemOrMessage | undefined): void {
  for (const name of ['reason', 'remedy', 'kind'] as const) hide(error, name, problem?.[name])
}

/** Not enumerable, because an attempt holds its error and the error its attempts: `JSON.stringify` would fail. */
function hide(error: Error, name: string, value: unknown): void {
  if (value !== undefined) Object.defineProperty(error, name, { value, configurable: true, writable: true })
}
