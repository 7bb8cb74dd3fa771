/** An exchange that brought no answer that could be used. Those who asked put it in words of their own. */
export class HttpFailure extends Error {
  override name = 'HttpFailure'
  readonly kind: 'network' | 'timeout' | 'proxy' | 'redirect' | 'too-large'
  constructor(kind: HttpFailure['kind'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
  }
}

/** Certificate trouble, by OpenSSL's and Node's codes: the same the next time, so not worth a retry. */
const certificateTrouble = /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|HOSTNAME_MISMATCH|ERR_TLS|ERR_SSL|EPROTO/

/** Whether the same request may well succeed in a moment. */
export function isTransient(failure: HttpFailure): boolean {
  if (failure.kind === 'timeout') return true
  return failure.kind === 'network' && !certificateTrouble.test(codeOf(failure.cause) ?? '')
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

/** What went wrong on the connection, in the innermost words, with the code if these lack it. */
export function describeFailure(error: unknown): string {
  let at = error
  for (let depth = 0; at instanceof Error && depth < 5; depth++) {
    const inner: unknown = (at as { errors?: unknown[] }).errors?.[0] ?? at.cause
    if (!(inner instanceof Error)) break
    at = inner
  }
  const code = codeOf(error)
  const text = at instanceof Error ? at.message : String(at)
  return code === undefined || text.includes(code) ? text : `${code}: ${text}`
}
