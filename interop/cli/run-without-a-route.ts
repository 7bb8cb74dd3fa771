import { execFile, spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { DirectoryDeclaration } from '@entrada/emulator'
import type { Program } from '../../packages/cli/test/program.ts'
import { compileFromSource } from '../compile-from-source.ts'

/** What a command did, and what it asked the emulator for. */
export interface RanAlone {
  code: number | null
  output: string
  errors: string
  requests: { path: string; status: number; authorization?: string }[]
}

export interface AloneWith {
  /** In values, `{url}` and `{host}` are the emulator's, and `{ca}` a file with its certificate authority. */
  env?: Record<string, string>
  input?: string
  directory: DirectoryDeclaration
}

/** Namespaces: root in one's own, mounts, and a network with loopback alone. */
const alone = ['--map-root-user', '--net', '--mount', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']

/** Why there can be no such network; `undefined` when there can. */
export function noRouteRefusal(): string | undefined {
  const { status, error, stderr } = spawnSync('unshare', [...alone, 'true'], { encoding: 'utf8' })
  if (status === 0) return undefined
  return `No network namespace is allowed here: ${(error?.message ?? stderr).trim()}. Run it where unshare --net works.`
}

/** Runs `entrada` with these arguments, and an emulator beside it, in a network that leads nowhere. */
export function runWithoutARoute(program: Program, args: readonly string[], given: AloneWith): Promise<RanAlone> {
  return runAlone(program, [process.execPath, program.path, ...args], given)
}

/** The same for any command. */
export async function runAlone(program: Program, command: readonly string[], given: AloneWith): Promise<RanAlone> {
  const script = join(dirname(program.path), 'without-a-route.mjs')
  await compileFromSource(new URL('without-a-route.mjs', import.meta.url), script)
  const env = program.environment({ NODE_EXTRA_CA_CERTS: undefined })
  const running = promisify(execFile)('unshare', [...alone, process.execPath, script, ...command], { env })
  running.child.stdin?.end(JSON.stringify({ env: {}, ...given }))
  return JSON.parse((await running).stdout)
}
