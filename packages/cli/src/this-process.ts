import type { World } from './framework/world.ts'
import { run } from './run.ts'
import { standardStream } from './standard-stream.ts'

type ProgramOfArguments = (args: readonly string[], world: World) => Promise<number>

/**
 * Runs the command line of this process, in its environment and streams, and sets the exit code.
 *
 * @param program - What the arguments are for; default the program that this process was called by.
 */
export async function runThisProcess(program?: ProgramOfArguments): Promise<void> {
  const called = program ?? (await programNamed(process.argv0))
  process.exitCode = await called(process.argv.slice(2), thisWorld())
}

/** A single executable is git's or docker's helper where it is called by that name, by a link say. Node is called `node`. */
async function programNamed(called: string): Promise<ProgramOfArguments> {
  const [name = ''] = /[^\\/]*$/.exec(called.replace(/\.exe$/i, '')) ?? []
  if (name === 'git-credential-entrada') return (await import('./credential-helper/git-credential.ts')).gitCredential
  if (name === 'docker-credential-entrada') {
    return (await import('./credential-helper/docker-credential.ts')).dockerCredential
  }
  return run
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
