/** What a call gives; `undefined` where it throws, as Deno does of what a program was not permitted. */
export function unlessDenied<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch {
    return undefined
  }
}
