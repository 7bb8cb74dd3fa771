/**
 * Four errors, of which three let a chain go on. Names and fields match `@azure/identity`, whose users test `.name`.
 */
import type { GetTokenOptions } from './types.ts'

export const CredentialUnavailableErrorName = 'CredentialUnavailableError'
export const AuthenticationErrorName = 'AuthenticationError'
export const AggregateAuthenticationErrorName = 'AggregateAuthenticationError'

/** What became of one member of a chain. */
export interface Attempt {
  credential: string
  outcome: 'token' | 'unavailable' | 'refused'
  milliseconds: number
  error?: Error
  /** Why there was no token, in a sentence. */
  reason?: string
  /** What to do about it, in a sentence. */
  mend?: string
}

/** An error of Entra ID or a token host, in the field names of `@azure/identity`. */
export interface ErrorResponse {
  error: string
  errorDescription: string
  /** AADSTS codes. */
  errorCodes?: number[]
  suberror?: string
  timestamp?: string
  traceId?: string
  correlationId?: string
}

interface Because {
  cause?: unknown
  /** What to do, in a sentence. It is part of the message, and stands alone in `Attempt.mend`. */
  mend?: string | undefined
}

/** This credential can't be used here; a chain goes on to its next member. */
export class CredentialUnavailableError extends Error {
  override name: string = CredentialUnavailableErrorName
  declare readonly mend?: string
  /** @internal It would be the same again, as long as what it rests on is the same: see `Evident`. */
  declare readonly isLasting?: boolean
  constructor(message?: string, options?: Because & { isLasting?: boolean | undefined }) {
    super(message, causeOf(options))
    hide(this, 'mend', options?.mend)
    hide(this, 'isLasting', options?.isLasting)
  }
}

/** Only a person can go on: multi-factor authentication, consent, a Conditional Access challenge. */
export class AuthenticationRequiredError extends CredentialUnavailableError {
  override name: string = 'AuthenticationRequiredError'
  readonly scopes: string[]
  declare readonly getTokenOptions?: GetTokenOptions
  /** The challenge to pass on to the client that can answer it, as JSON. */
  declare readonly claims?: string
  declare readonly statusCode?: number
  declare readonly errorResponse?: ErrorResponse
  declare readonly attempts?: readonly Attempt[]
  constructor(options: AuthenticationRequiredErrorOptions) {
    super(options.message ?? 'Only a person can go on. Call authenticate(), then ask again.', options)
    this.scopes = options.scopes
    if (options.getTokenOptions !== undefined) this.getTokenOptions = options.getTokenOptions
    if (options.claims !== undefined) this.claims = options.claims
    if (options.statusCode !== undefined) this.statusCode = options.statusCode
    if (options.errorResponse !== undefined) this.errorResponse = options.errorResponse
  }
}

export interface AuthenticationRequiredErrorOptions extends Because {
  scopes: string[]
  getTokenOptions?: GetTokenOptions
  message?: string
  claims?: string | undefined
  statusCode?: number
  errorResponse?: ErrorResponse
}

/** Entra ID or a token host said no, or could not be reached (`statusCode` 0, `network_error`). */
export class AuthenticationError extends Error {
  override name: string = AuthenticationErrorName
  readonly statusCode: number
  readonly errorResponse: ErrorResponse
  declare readonly claims?: string
  /** How long the server asked to be left alone, in milliseconds. */
  declare readonly retryAfterInMs?: number
  declare readonly mend?: string
  declare readonly attempts?: readonly Attempt[]
  constructor(
    statusCode: number,
    errorBody: object | string | undefined | null,
    options: AuthenticationErrorOptions = {},
  ) {
    const response = responseOf(statusCode, errorBody)
    super(
      options.message ?? `${response.error} Status code: ${statusCode}\nMore details:\n${response.errorDescription},`,
      causeOf(options),
    )
    this.statusCode = statusCode
    this.errorResponse = response
    if (options.claims !== undefined) this.claims = options.claims
    hide(this, 'mend', options.mend)
    hide(this, 'retryAfterInMs', options.retryAfterInMs)
  }
}

export interface AuthenticationErrorOptions extends Because {
  message?: string
  claims?: string | undefined
  retryAfterInMs?: number | undefined
}

/** Every member of a chain is unavailable. It is itself "unavailable", so that chains nest. */
export class AggregateAuthenticationError extends CredentialUnavailableError {
  override name: string = AggregateAuthenticationErrorName
  // biome-ignore lint/suspicious/noExplicitAny: `any[]` is the type that users of `@azure/identity` compile against
  readonly errors: any[]
  declare readonly attempts: readonly Attempt[]
  constructor(errors: readonly unknown[], errorMessage?: string, attempts: readonly Attempt[] = []) {
    super(errorMessage ?? errors.map(String).join('\n'))
    this.errors = [...errors]
    hide(this, 'attempts', attempts)
  }
}

/** True for what lets a chain go on, from this library or another: its name tells. */
export function isUnavailable(error: unknown): error is Error {
  return (
    error instanceof Error &&
    (error.name === CredentialUnavailableErrorName ||
      error.name === AggregateAuthenticationErrorName ||
      error.name === 'AuthenticationRequiredError')
  )
}

/** Adds the story of a chain to the error that stopped it. */
export function withAttempts(error: unknown, attempts: readonly Attempt[]): unknown {
  if (error instanceof Error && Object.isExtensible(error)) hide(error, 'attempts', attempts)
  return error
}

function causeOf(options: Because | undefined): ErrorOptions | undefined {
  return options?.cause === undefined ? undefined : { cause: options.cause }
}

/** Not enumerable: an attempt holds its error, and the error its attempts, which `JSON.stringify` could not print. */
function hide(error: Error, name: string, value: unknown): void {
  if (value !== undefined) Object.defineProperty(error, name, { value, configurable: true, writable: true })
}

/** Reads what a caller or the wire gave: Entra's JSON fields, our own, a text, or nothing. */
function responseOf(statusCode: number, body: object | string | undefined | null): ErrorResponse {
  if (typeof body === 'object' && body !== null) {
    const { error, errorDescription, error_description, ...rest } = body as Partial<ErrorResponse> & {
      error_description?: string
    }
    return {
      ...rest,
      error: error ?? 'unknown_error',
      errorDescription: errorDescription ?? error_description ?? 'No details are available.',
    }
  }
  if (!body) return { error: 'unknown_error', errorDescription: 'No details are available.' }
  return statusCode === 400
    ? { error: 'invalid_request', errorDescription: `The service said that the request is invalid: ${body}` }
    : { error: 'unknown_error', errorDescription: `The answer was: ${body}` }
}
