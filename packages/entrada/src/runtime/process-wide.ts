/**
 * A value that all copies of this library in a process share, made by the first that asks. A program may hold two: one that a
 * bundler took in, and one that a package outside of the bundle requires. What is shared keeps its shape in later versions.
 */
export function processWide<Value extends object>(name: string, make: () => Value): Value {
  const key = Symbol.for(`entrada.${name}`)
  const shared = globalThis as { [name: symbol]: Value | undefined }
  if (shared[key] === undefined) Object.defineProperty(shared, key, { value: make() })
  return shared[key] as Value
}
