/** Something for which Deno and Node may have been started without permission. */
export type Permission =
  | { name: 'env' | 'run' | 'read' | 'net' | 'sys' }
  | { name: 'env'; variable: string }
  | { name: 'run'; command: string }
  | { name: 'net'; host: string }
  | { name: 'sys'; kind: 'uid' }

interface Answer {
  state: 'granted' | 'prompt' | 'denied'
}

/** What the runtimes offer to ask with. */
interface Runtimes {
  Deno?: { permissions?: { querySync(permission: Permission): Answer; requestSync(permission: Permission): Answer } }
  process?: {
    permission?: { has(scope: string): boolean }
    allowedNodeEnvironmentFlags?: ReadonlySet<string>
  }
}

/** Node's scopes, and the flags that give them. It restricts neither the environment nor what is told of the system. */
const ofNode: Partial<Record<Permission['name'], readonly [scope: string, flag: string]>> = {
  run: ['child', '--allow-child-process'],
  read: ['fs.read', '--allow-fs-read'],
  net: ['net', '--allow-net'],
}

/**
 * The flags that this program would have to be started with to do all of it; none where it may, or where there are no
 * permissions. Asked before programs are started and ports opened, because both runtimes throw the refusal of that from
 * a tick, where nobody can catch it. `ask` lets Deno ask the person at the terminal, as the deed itself would.
 */
export function missingFlags(permissions: readonly Permission[], ask?: 'ask'): string[] {
  const { Deno, process } = globalThis as Runtimes
  const { permissions: deno } = Deno ?? {}
  const flags = permissions.map((permission) => {
    if (deno !== undefined) {
      const { state } = ask === undefined ? deno.querySync(permission) : deno.requestSync(permission)
      return state === 'granted' ? undefined : `--allow-${permission.name}`
    }
    const [scope, flag] = ofNode[permission.name] ?? []
    if (process?.permission === undefined || scope === undefined || flag === undefined) return undefined
    // A version that does not know the flag says no of what it does not restrict.
    return process.permission.has(scope) || !process.allowedNodeEnvironmentFlags?.has(flag) ? undefined : flag
  })
  return [...new Set(flags)].filter((flag) => flag !== undefined)
}

/** The flag that the error of a denied call names. */
export function flagIn(error: unknown): string | undefined {
  const { name, code, message } = (error ?? {}) as { name?: unknown; code?: unknown; message?: unknown }
  if (name !== 'NotCapable' && code !== 'ERR_ACCESS_DENIED') return undefined
  return /--allow-[a-z-]+/.exec(String(message))?.[0]
}

/** To find a tool: all of the environment, files, and whose they are. To start one: itself. */
export function flagsForTools(command: string | undefined): string[] {
  if (command !== undefined) return missingFlags([{ name: 'env' }, { name: 'run', command }], 'ask')
  return missingFlags([{ name: 'env' }, { name: 'read' }, { name: 'run' }, { name: 'sys', kind: 'uid' }])
}
