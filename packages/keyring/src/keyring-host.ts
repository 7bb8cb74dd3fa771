import { mkdir, utimes } from 'node:fs/promises'
import { localSharedFiles, type SharedFiles } from 'entrada/store'

/** The outside world as values, so that a test can act as any system. */
export interface KeyringHost {
  platform: string
  env: Readonly<Record<string, string | undefined>>
  /** Milliseconds since the epoch. */
  now(): number
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  files: SharedFiles
  /** Creates a folder that only its owner can enter, if it does not exist. */
  makeFolder(path: string): Promise<void>
  /** Updates the modification time of an existing file. */
  touch(path: string): Promise<void>
  /** Imports a package by its name. */
  load(name: string): Promise<unknown>
}

/** This process as a host, with the parts that the caller replaces. */
export function keyringHost(parts: Partial<KeyringHost> = {}): KeyringHost {
  return {
    platform: process.platform,
    env: process.env,
    now: Date.now,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    files: localSharedFiles,
    makeFolder: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
    touch: (path) => utimes(path, new Date(), new Date()),
    load: (name) => import(/* webpackIgnore: true */ /* @vite-ignore */ name),
    ...parts,
  }
}
