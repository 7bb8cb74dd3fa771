import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { Failure } from '../framework/failure.ts'
import { type NamedProgram, resolveProgram } from './resolve-program.ts'

export interface ProgramRun extends NamedProgram {
  /** Hands the signals of this process to a listener, until the function that it returns is called. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void
}

/**
 * Runs a program in this one's place: it has the same streams, gets the signals that this process gets, and its exit code is
 * what this resolves to. After a signal that is 128 and the signal's number, as shells have it; a program that is not there
 * is 127, and one that may not be run 126.
 */
export async function runProgram(run: ProgramRun): Promise<number> {
  const { file, args, isVerbatim } = await resolveProgram(run)
  const child = spawn(file, args, {
    cwd: run.cwd,
    env: run.env,
    stdio: 'inherit',
    windowsVerbatimArguments: isVerbatim,
  })
  // Before anything else: a signal that came between would end this process, and leave the program behind.
  const stop = run.onSignal((signal) => {
    if (signal === 'SIGINT' && hasItsSignalsFromTheTerminal()) return
    child.kill(signal)
  })
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', (cause: NodeJS.ErrnoException) => reject(notStarted(run.command[0], cause)))
      child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 0)))
    })
  } finally {
    stop()
  }
}

function notStarted(program: string, cause: NodeJS.ErrnoException): Failure {
  const name = JSON.stringify(program.slice(0, 100))
  const isMissing = cause.code === 'ENOENT' || cause.code === 'ENOTDIR'
  return new Failure(
    isMissing ? `exec: there is no program ${name}.` : `exec: ${name} cannot be run (${cause.code}).`,
    {
      remedy: isMissing ? 'Name one that is on PATH, or its path.' : 'Name a file that this user may run.',
      exitCode: isMissing ? 127 : 126,
      cause,
    },
  )
}

/**
 * Ctrl-C reaches every program in the foreground of the terminal, so the one that was started has the signal already; twice is
 * something else to many (Terraform gives up without saving). Linux says whether this process is in the foreground.
 */
function hasItsSignalsFromTheTerminal(): boolean {
  try {
    // The name of the program, in parentheses, may hold anything.
    const [, , , group, , , foreground] = readFileSync('/proc/self/stat', 'latin1').replace(/^.*\)/s, ')').split(' ')
    return group === foreground
  } catch {
    return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
  }
}
