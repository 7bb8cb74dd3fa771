import type { World } from './framework/world.ts'
import { run } from './run.ts'
import { standardStream } from './standard-stream.ts'

/**
 * Runs the command line of this process, in its environment and streams, and sets the exit code.
 *
 * @param program - What the arguments are for; default `entrada` itself.
 */
export async function runThisProcess(
  program: (args: readonly string[], world: World) => Promise<number> = run,
): Promise<void> {
  process.exitCode = await program(process.argv.slice(2), thisWorld())
}

function thisWorld(): World {
  const controller = new AbortController()
  const listeners = new Set<(signal: NodeJS.Signals) => void>()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, (signal) => {
      if (listeners.size > 0) for (const listener of listeners) listener(signal)
      // Who asks twice has waited long enough.
      else if (controller.signal.aborted) process.exit(130)
      else controller.abort()
    })
  }
  return {
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    now: Date.now,
    get stdin() {
      return process.stdin
    },
    stdout: standardStream(1),
    stderr: standardStream(2),
    signal: controller.signal,
    onSignal(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
