import type { Env } from './host.ts'

/** A program to start: never through a shell, in a process group of its own, with nothing on its standard input. */
export interface Program {
  /** Absolute path. */
  file: string
  args: readonly string[]
  env: Env
  /** Working folder. */
  cwd: string
  /** 0 is "no limit". */
  timeoutMs: number
  /** Bound of each of its two outputs. */
  maximumBytes: number
}

/** How a program ended. */
export interface Ended {
  /** Exit code; `undefined` where it was killed. */
  code: number | undefined
  stdout: string
  stderr: string
  /** Why it was ended before its time, with all that it had started. */
  stopped?: 'time-out' | 'too-much-output' | undefined
}

/**
 * Starts a program and waits for its end. Rejects with a system error (`code`: ENOENT, EACCES, ENOSYS...) if it does not
 * start, and with the signal's reason when that aborts: the program and all that it started are killed then.
 */
export type RunProgram = (program: Program, signal: AbortSignal) => Promise<Ended>
