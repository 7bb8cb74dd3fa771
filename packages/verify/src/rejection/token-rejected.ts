import { type Rejection, type RejectionCode, rejections } from './rejections.ts'
import { bearerChallenge, type ChallengeContext } from './www-authenticate.ts'

/** What a rejection says besides its code. */
export interface RejectionDetails {
  /** What was found in place of what was expected. It is quoted and cut: nobody has vouched for it. */
  found?: unknown
  /** Scopes to ask for, as they are written in a request to Entra ID. */
  scope?: readonly string[] | undefined
  /** A claims challenge, as JSON: what a new token has to satisfy. */
  claims?: string
}

/**
 * The caller has no token that this API takes. `wwwAuthenticate` is the header of the answer (RFC 6750, 3), whose words
 * are fixed; `message`, `reason` and `remedy` are for the log, and never hold the token.
 */
export class TokenRejected extends Error {
  override name: string = 'TokenRejected'
  /** Which rule was broken. */
  readonly code: RejectionCode
  /** 401: a token, or another one, may help. 403: the token is good, and does not permit this. */
  readonly statusCode: 401 | 403
  /** Why, in a sentence, for the log. */
  readonly reason: string
  /** What to do about it, in a sentence or two, for the log. */
  readonly remedy: string
  /** The header of the answer (RFC 6750, 3). */
  readonly wwwAuthenticate: string

  constructor(code: RejectionCode, context: ChallengeContext, details: RejectionDetails = {}) {
    const { statusCode, error, description, remedy }: Rejection = rejections[code]
    const found = details.found === undefined ? '' : ` Found: ${quoted(details.found)}.`
    const reason = `${description}${found}`
    super(`accessTokens: ${reason} ${remedy}`)
    this.code = code
    this.statusCode = statusCode
    this.reason = reason
    this.remedy = remedy
    const { scope, claims } = details
    this.wwwAuthenticate = bearerChallenge(context, { error, description, scope, claims })
  }

  /** @internal */
  'entrada:TokenRejected'(): void {}
  /** @internal */
  static override readonly [Symbol.hasInstance]: (value: unknown) => boolean = isInstance

  /** For Koa, Express and Fastify, whose own error handlers read it. */
  get headers(): {
    /** The challenge. */
    'WWW-Authenticate': string
  } {
    return { 'WWW-Authenticate': this.wwwAuthenticate }
  }

  /** The answer, without a body: the header says it all. Hono's own error handler calls this. */
  getResponse(): Response {
    return new Response(null, { status: this.statusCode, headers: this.headers })
  }
}

/**
 * No key could be fetched, so nothing can be verified: no fault of the caller's. `statusCode` is 503; `reason` says what
 * happened.
 */
export class KeysUnavailable extends Error {
  override name: string = 'KeysUnavailable'
  /** By which it is told from a rejection. */
  readonly code = 'keys-unavailable'
  /** 503: the client may come again. */
  readonly statusCode = 503
  /** Why, in a sentence, for the log. */
  readonly reason: string
  /** What to do about it, in a sentence, for the log. */
  readonly remedy: string

  constructor(url: string, problem: string) {
    const reason = `The signing keys could not be fetched from ${url}: ${problem}.`
    const remedy = 'Allow this address in firewalls and proxies, or give the keys with the option keys.'
    super(`accessTokens: ${reason} ${remedy}`)
    this.reason = reason
    this.remedy = remedy
  }

  /** @internal */
  'entrada:KeysUnavailable'(): void {}
  /** @internal */
  static override readonly [Symbol.hasInstance]: (value: unknown) => boolean = isInstance

  /** For Koa, Express and Fastify, whose own error handlers read it. */
  get headers(): {
    /** In seconds. */
    'Retry-After': string
  } {
    return { 'Retry-After': '5' }
  }

  /** The answer, for Hono and other programs that answer with a `Response`. */
  getResponse(): Response {
    return new Response(null, { status: this.statusCode, headers: this.headers })
  }
}

/** Takes the errors of another copy too, as a process may hold two of this package, one of them in a bundle. */
function isInstance(this: { readonly prototype: Error }, value: unknown): boolean {
  const mark = Object.getOwnPropertyNames(this.prototype).find((name) => name.startsWith('entrada:'))
  if (mark !== undefined) return value instanceof Error && mark in value
  return Function.prototype[Symbol.hasInstance].call(this, value)
}

/** Whether an error is an answer to the caller rather than a fault of the program. */
export function isAnswer(error: unknown): error is TokenRejected | KeysUnavailable {
  return error instanceof TokenRejected || error instanceof KeysUnavailable
}

const longestQuote = 100

/** A value from outside as a log line may show it: cut, in quotes, and in printable ASCII alone. */
function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  const cut = text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text
  return JSON.stringify(cut).replace(
    /[^\x20-\x7e]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
