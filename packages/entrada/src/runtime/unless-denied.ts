/**
 * What a call gives; `undefined` where it throws, as Deno does of what a program was not permitted, and a getter or a `Proxy`
 * of the caller's may.
 */
export function unlessDenied<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch {
    return undefined
  }
}
