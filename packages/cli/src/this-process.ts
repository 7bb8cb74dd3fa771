import { exitCodes } from './framework/failure.ts'
import type { World } from './framework/world.ts'
import { run } from './run.ts'
import { type StandardStream, standardStream } from './standard-stream.ts'

type ProgramOfArguments = (args: readonly string[], world: World) => Promise<number>

/**
 * Runs the command line of this process, in its environment and streams, and sets the exit code.
 *
 * @param program - What the arguments are for; default the program that this process was called by.
 */
export async function runThisProcess(program?: ProgramOfArguments): Promise<void> {
  // Node ends a process, with exit code 0 and without an answer, when all that is waited for is a timer that holds nobody.
  const alive = setInterval(() => undefined, 2 ** 30)
  try {
    const called = program ?? (await programNamed(process.argv0))
    const world = thisWorld()
    const code = await called(process.argv.slice(2), world)
    process.exitCode = code === exitCodes.ok ? codeOfOutput(world) : code
  } finally {
    clearInterval(alive)
  }
}

/** An answer that was not written is none: `entrada token arm >file` on a disk that is full must not look like a success. */
function codeOfOutput({ stdout, stderr }: Streams): number {
  if (stdout.fault === undefined) return exitCodes.ok
  stderr.write(`entrada: standard output cannot be written (${stdout.fault}).\n`)
  return exitCodes.failed
}

interface Streams {
  stdout: StandardStream
  stderr: StandardStream
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

function thisWorld(): World & Streams {
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
