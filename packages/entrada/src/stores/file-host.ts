import { localPrivateFiles, type PrivateFiles } from '../runtime/private-files.ts'
import { type ThisProcess, thisProcess } from '../runtime/this-process.ts'

/** The outside world of a store in files. */
export interface FileStoreHost {
  /** Milliseconds since the epoch. */
  now(): number
  /** Waits so many milliseconds. A program that ends meanwhile waits for it: what it writes would be lost. */
  pause(milliseconds: number): Promise<void>
  /** From 0 to 1, without 1. */
  random(): number
  files: PrivateFiles
  process(): Promise<ThisProcess>
}

/** This machine as the host, with the parts that are given. */
export function fileStoreHost(parts: Partial<FileStoreHost> = {}): FileStoreHost {
  return { now: Date.now, pause, random: Math.random, files: localPrivateFiles, process: thisProcess, ...parts }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
