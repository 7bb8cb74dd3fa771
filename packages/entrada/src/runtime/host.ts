/**
 * The outside world as values: the clock, waiting, the environment. Credentials take them as the option `host`, so that
 * a test moves the time and never sleeps.
 */
import type { Files } from './files.ts'
import type { LookAtFile } from './look.ts'
import type { ListenOnLoopback } from './loopback-server.ts'
import type { Page } from './page.ts'
import type { RunProgram } from './program.ts'
import type { SharedFiles } from './shared-files.ts'
import { startTimer } from './timer.ts'

export type Env = Readonly<Record<string, string | undefined>>

export interface Host {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after so many milliseconds, or rejects with the signal's reason as soon as that is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  env: Env
  files: Files
  /** The rest is this machine's unless it is given: see `toolHostOf`. */
  run?: RunProgram
  look?: LookAtFile
  platform?: string
  /** Files that other programs write too: see `localSharedFiles`. */
  sharedFiles?: SharedFiles
  /** Where a browser comes back to: see `listenHere`. */
  listen?: ListenOnLoopback
  /** The web page that this is in: see `thisPage`. */
  page?: Page
  /** Imports an optional package by its name. */
  load?(name: string): Promise<unknown>
}

/** This process as a host, with the parts that the caller replaces. */
export function hostOf(parts: Partial<Host> | undefined): Host {
  return { now: Date.now, sleep, env: globalThis.process?.env ?? {}, files, ...parts }
}

/** The files of this machine, through code that is loaded with the first of them. */
const files: Files = {
  stamp: async (path) => (await import('./files.ts')).localFiles.stamp(path),
  read: async (path) => (await import('./files.ts')).localFiles.read(path),
  readGuarded: async (path, maximumBytes) => (await import('./files.ts')).localFiles.readGuarded(path, maximumBytes),
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = startTimer(milliseconds, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    function onAbort(): void {
      stop()
      reject(signal.reason)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
}
