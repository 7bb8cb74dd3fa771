/**
 * An object whose code is loaded when one of its methods is first called, and loaded again after a failure. Every method
 * returns a promise. Short, because every program loads it.
 */
export function onDemand<T extends object>(names: readonly (keyof T)[], load: () => Promise<T>): T {
  let loading: Promise<T> | undefined
  const later =
    (name: keyof T) =>
    async (...args: unknown[]): Promise<unknown> => {
      loading ??= load().catch((error: unknown) => {
        loading = undefined
        throw error
      })
      return ((await loading) as Record<keyof T, (...given: unknown[]) => unknown>)[name](...args)
    }
  return Object.fromEntries(names.map((name) => [name, later(name)])) as T
}
