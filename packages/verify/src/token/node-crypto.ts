/**
 * Node's `crypto`, where the runtime has it: Node, Deno, Bun, workerd with its compatibility. The Edge Runtime of Next.js has
 * a `process` whose every use of Node throws.
 */
export function nodeCrypto(): typeof import('node:crypto') | undefined {
  try {
    return globalThis.process?.getBuiltinModule?.('node:crypto')
  } catch {
    return undefined
  }
}
