/**
 * The outside world as values: the clocks, waiting, the environment. Credentials take them as the option `host`, so that
 * a test can move the time and never sleeps.
 */
import { type Env, environment } from './environment.ts'
import type { Files } from './files/files.ts'
import type { LookAtFile } from './files/look.ts'
import type { SharedFiles } from './files/shared-files.ts'
import type { ListenOnLoopback } from './loopback-server.ts'
import { onDemand } from './on-demand.ts'
import type { Page } from './page.ts'
import type { RunProgram } from './process/program.ts'

export interface Host {
  /** Milliseconds since the epoch, by a clock that may be set. For times that come from others or are sent to them. */
  now(): number
  /**
   * Milliseconds since an arbitrary moment, by a clock that cannot be set: pauses, absences and lifetimes are measured by
   * it. It may stand still while the machine sleeps.
   */
  monotonic(): number
  /** Resolves after this many milliseconds, or rejects with the signal's reason as soon as it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  env: Env
  files: Files
  /** The rest defaults to this machine's: see `toolHostOf`. */
  run?: RunProgram
  look?: LookAtFile
  platform?: string
  /** Files that other programs also write: see `localSharedFiles`. */
  sharedFiles?: SharedFiles
  /** Where a browser returns to: see `listenHere`. */
  listen?: ListenOnLoopback
  /** The web page that this code runs in: see `thisPage`. */
  page?: Page
  /** Imports an optional package by its name. Rejects if it is not installed. */
  load?(name: string): Promise<unknown>
}

/**
 * This process as a host, with the parts that the caller replaces; what most programs never use is loaded on demand. If
 * `now` is replaced, it serves as both clocks, so that the time a test lets pass goes by for everything, unless the test
 * sets each clock itself.
 */
export function hostOf(parts: Partial<Host> | undefined): Host {
  // Every hit reads it, and in Node the global is a getter that takes a seventh of the time.
  const clock = performance
  return {
    now: Date.now,
    monotonic: parts?.now ?? (() => clock.now()),
    sleep: async (milliseconds, signal) => (await import('./sleep.ts')).sleep(milliseconds, signal),
    env: environment(),
    files: onDemand<Files>(['stamp', 'read', 'readGuarded'], async () => (await import('./files/files.ts')).localFiles),
    ...parts,
  }
}
