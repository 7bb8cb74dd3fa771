import type { Env } from '../environment.ts'

/** A program to start: never through a shell, in a process group of its own, with nothing on its standard input. */
export interface Program {
  /** Absolute path. */
  file: string
  args: readonly string[]
  env: Env
  /** Working folder. */
  cwd: string
  /** 0 means no limit. */
  timeoutMs: number
  /** The most that each of its two outputs may hold. */
  maximumBytes: number
}

/** How a program ended. */
export interface Ended {
  /** Exit code; `undefined` if it was killed. */
  code: number | undefined
  stdout: string
  stderr: string
  /** Why it was killed before it had finished, along with everything it had started. */
  stopped?: 'time-out' | 'too-much-output' | undefined
}

/**
 * Starts a program and waits for it to end. Rejects with a system error (`code`: ENOENT, EACCES, ENOSYS...) if it does not
 * start, and with the signal's reason when that aborts, after killing the program and everything it started.
 */
export type RunProgram = (program: Program, signal: AbortSignal) => Promise<Ended>
