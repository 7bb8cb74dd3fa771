import { environment, settingOf } from '../runtime/environment.ts'
import { localPrivateFiles, type PrivateFiles } from '../runtime/files/private-files.ts'
import { type ThisProcess, thisProcess } from '../runtime/process/this-process.ts'

/** The outside world of a file store. */
export interface FileStoreHost {
  /** Milliseconds since the epoch, by a clock that may be set. */
  now(): number
  /** Milliseconds of a monotonic clock that all processes on this machine share. */
  monotonic(): number
  /** Waits this many milliseconds. It keeps the program alive, because a write that waits would otherwise be lost. */
  pause(milliseconds: number): Promise<void>
  /** A random number from 0 up to but not including 1. */
  random(): number
  files: PrivateFiles
  process(): Promise<ThisProcess>
}

/** This machine as the host, except for the given parts. If the clock is replaced, it serves as both clocks. */
export function fileStoreHost(
  parts: Partial<FileStoreHost> = {},
  { allowUnsafeFolder = false }: { allowUnsafeFolder?: boolean | undefined } = {},
): FileStoreHost {
  const { now = Date.now } = parts
  const monotonic = now === Date.now ? sinceStart : now
  const files = parts.files ?? localPrivateFiles({ allowUnsafeFolder, home: settingOf(environment(), 'HOME') })
  return { now, monotonic, pause, random: Math.random, process: thisProcess, ...parts, files }
}

/** Milliseconds since the machine started. */
function sinceStart(): number {
  const [seconds, nanoseconds] = globalThis.process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
