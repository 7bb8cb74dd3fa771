import { ForeignError } from '../runtime/foreign-error.ts'

/** An exchange without a usable answer. Its callers report it in their own words. */
export class HttpFailure extends ForeignError {
  override name = 'HttpFailure'
  /** `malformed`: whatever the transport returned is no response. */
  readonly kind: 'network' | 'timeout' | 'proxy' | 'tls' | 'redirect' | 'too-large' | 'malformed'
  /** The status of the response that could not be used, if one had begun. */
  declare readonly status?: number
  /** The proxy that the request went through, as host and port. */
  declare proxy?: string
  constructor(kind: HttpFailure['kind'], message: string, cause?: unknown, status?: number) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
    if (status !== undefined) this.status = status
  }
}

/**
 * Failures that would only repeat themselves, so not worth a retry, by the codes of OpenSSL, Node, Deno, Bun and undici:
 * trouble with a certificate or TLS, a malformed address or request, and whatever this process is not permitted to do.
 */
const lasting =
  /CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|ISSUER|CRL_|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|EACCES|EPERM|ENOSYS|NOT_?CAPABLE|ERR_ACCESS_DENIED|ERR_INVALID|ERR_UNESCAPED|ERR_MODULE_NOT_FOUND|ERR_PROXY_REFUSED/i

/** Some runtimes' errors have no code: their message or name says what happened. */
const lastingWords =
  /certificate|self.signed|unknown ?issuer|not permitted|permission denied|requires net access|fetch is not (?:a function|defined)|unsupported protocol|invalid url/i
const lastingNames = /^(?:NotCapable|PermissionDenied|ReferenceError|SyntaxError)$/

/** What Bun and Deno say of a proxy that denies access or demands credentials, and will do so again next time. */
const refusedByProxy = /refused to open a tunnel: 4(?!08|29)\d\d|proxy authentication required/i

/** Whether the same request may succeed in a moment. */
export function isTransient(failure: HttpFailure): boolean {
  if (failure.kind === 'timeout') return true
  return failure.kind === 'network' && !isLasting(failure.cause)
}

/** Whether it is the connection that failed, and not what came over it. */
export function isOfNetwork({ kind }: HttpFailure): boolean {
  return kind === 'network' || kind === 'timeout'
}

/** Whether a proxy has refused the connection, and will do so again. */
export function isRefusedByProxy({ cause }: HttpFailure): boolean {
  return codeOf(cause) === 'ERR_PROXY_REFUSED' || refusedByProxy.test(describeFailure(cause))
}

function isLasting(error: unknown): boolean {
  if (refusedByProxy.test(describeFailure(error))) return true
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = codeOf(at)
    if (code !== undefined ? lasting.test(code) : lastingWords.test(at.message) || lastingNames.test(at.name))
      return true
  }
  return false
}

/** The code of the first error in the chain of causes that has one (ENOTFOUND, ECONNREFUSED, CERT_HAS_EXPIRED). */
function codeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const { code } = at as { code?: unknown }
    if (typeof code === 'string') return code
    const inner = (at as { errors?: unknown[] }).errors?.[0]
    if (inner !== undefined) return codeOf(inner)
  }
  return undefined
}

/** About an argument of `fetch` that nobody here can pass. */
const adviceOfBun = / For more information, pass `verbose: true` in the second argument to fetch\(\)$/

/** What went wrong with the connection: the innermost message, with the code if the message lacks it. */
export function describeFailure(error: unknown): string {
  let at = error
  for (let depth = 0; at instanceof Error && depth < 5; depth++) {
    const inner: unknown = (at as { errors?: unknown[] }).errors?.[0] ?? at.cause
    if (!(inner instanceof Error)) break
    at = inner
  }
  const code = codeOf(error)
  const text = (at instanceof Error ? at.message : String(at)).replace(adviceOfBun, '')
  return code === undefined || text.includes(code) ? text : `${code}: ${text}`
}
