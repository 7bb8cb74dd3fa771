import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { cleanEnvironment } from '../../testing/environment.mjs'

/** The folder that clients of Azure Arc read key files from, and no other. */
export const ARC_KEY_DIRECTORY = '/var/opt/azcmagent/tokens'

/** A program that gets tokens: what is run, with which arguments, and what it reads as JSON. */
export interface Client {
  command: readonly [string, ...string[]]
  env: NodeJS.ProcessEnv
  given: object
  /** Shown to the program as `/var/opt/azcmagent/tokens`, in a mount namespace of its own. */
  keyDirectory?: string
}

/** Runs the program in an environment that has nothing of this machine's owner, and reads its JSON. */
export async function runClient<Result>({ command, env, given, keyDirectory }: Client): Promise<Result> {
  const [program, ...args] = keyDirectory === undefined ? command : inNamespace(keyDirectory, command)
  const running = promisify(execFile)(program, args, { env: cleanEnvironment(env) })
  running.child.stdin?.end(JSON.stringify(given))
  return JSON.parse((await running).stdout)
}

/** Why key files cannot be shown where clients want them; `undefined` when they can. */
export function namespaceRefusal(): string | undefined {
  const [program, ...args] = inNamespace('/tmp', ['true'])
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status === 0) return undefined
  return `No mount namespace is allowed here: ${(error?.message ?? stderr).trim()}. Run it where unshare --mount works.`
}

/** Nothing outside sees the mounts, and they end with the program. */
function inNamespace(keyDirectory: string, command: readonly string[]): [string, ...string[]] {
  const script = `mount -t tmpfs none /var/opt && mkdir -p ${ARC_KEY_DIRECTORY} && mount --bind "$1" ${ARC_KEY_DIRECTORY} && shift && exec "$@"`
  return ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', keyDirectory, ...command]
}
