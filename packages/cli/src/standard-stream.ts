import { fstatSync, writeSync } from 'node:fs'
import type { TextStream } from './framework/world.ts'

/** A stream that remembers what went wrong. */
export interface StandardStream extends TextStream {
  /** The code of the error by which something was not written. That nobody reads any more (`| head`) is none. */
  readonly fault: string | undefined
}

/**
 * Standard output (1) or error (2). Node's own stream, with what it loads, takes longer than the rest of a short command:
 * it is made for a terminal alone, or where a pipe is full.
 */
export function standardStream(descriptor: 1 | 2): StandardStream {
  let made: NodeJS.WriteStream | undefined
  let fault: string | undefined
  const failed = (error: unknown): void => {
    const { code = 'EIO' } = error as { code?: string }
    if (code !== 'EPIPE') fault ??= code
  }
  const stream = (): NodeJS.WriteStream => {
    if (made === undefined) {
      made = descriptor === 1 ? process.stdout : process.stderr
      made.on('error', failed)
    }
    return made
  }
  const isTerminal = isTerminalAt(descriptor)
  return {
    get fault() {
      return fault
    },
    get isTTY() {
      return isTerminal
    },
    get columns() {
      return isTerminal ? stream().columns : 0
    },
    write(text) {
      if (isTerminal || made !== undefined) return stream().write(text)
      const rest = writtenAtOnce(descriptor, Buffer.from(text), failed)
      return rest === undefined || stream().write(rest)
    },
  }
}

/** Writes what can be written at once, and gives back the rest; nothing, where no more can be written. */
function writtenAtOnce(descriptor: number, bytes: Buffer, failed: (error: unknown) => void): Buffer | undefined {
  let at = 0
  try {
    while (at < bytes.length) at += writeSync(descriptor, bytes, at)
  } catch (error) {
    if ((error as { code?: string }).code === 'EAGAIN') return bytes.subarray(at)
    failed(error)
  }
  return undefined
}

/** A module that only a terminal needs, so it is loaded for a device alone. */
function isTerminalAt(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(descriptor)
  } catch {
    return false
  }
}
