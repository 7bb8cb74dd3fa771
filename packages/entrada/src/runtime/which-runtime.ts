import { builtin } from './builtin.ts'

/**
 * The one file that asks for a runtime's name and not for an ability: Deno, Bun and workerd offer `node:https` too, and
 * there `fetch` is the better transport wherever it does what is wanted.
 */

/**
 * Whether this is a process on a machine, which listens on ports and starts programs: a web page and its workers are none.
 * workerd has the API for both, nobody who could connect, and nothing to start. Loads nothing.
 */
export function isProcess(): boolean {
  return typeof globalThis.process?.getBuiltinModule === 'function' && !isWorkerd()
}

/** Whether this is Node itself. */
export function isNode(): boolean {
  if (typeof globalThis.process?.versions?.node !== 'string') return false
  const agent = runtimeName()
  return agent === undefined || agent.startsWith('Node.js')
}

/** Whether `node:http` opens connections of its own here, as it does on Node, Deno and Bun; workerd's is made of its `fetch`. */
export function hasNodeConnections(): boolean {
  return builtin('node:http') !== undefined && !isWorkerd()
}

function isWorkerd(): boolean {
  return runtimeName() === 'Cloudflare-Workers'
}

function runtimeName(): string | undefined {
  return (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent
}
