import { fstatSync, writeSync } from 'node:fs'
import type { TextStream } from './framework/world.ts'

/**
 * Standard output (1) or error (2). Node's own stream, with what it loads, takes longer than the rest of a short command:
 * it is made for a terminal alone, or where a pipe is full.
 */
export function standardStream(descriptor: 1 | 2): TextStream {
  let made: NodeJS.WriteStream | undefined
  const stream = (): NodeJS.WriteStream => {
    if (made === undefined) {
      made = descriptor === 1 ? process.stdout : process.stderr
      // Whoever reads the output may stop reading (`| head`).
      made.on('error', () => undefined)
    }
    return made
  }
  const isCharacterDevice = isTerminalPerhaps(descriptor)
  return {
    get isTTY() {
      return isCharacterDevice && stream().isTTY === true
    },
    get columns() {
      return isCharacterDevice ? stream().columns : 0
    },
    write(text) {
      if (isCharacterDevice || made !== undefined) return stream().write(text)
      const rest = writtenAtOnce(descriptor, Buffer.from(text))
      return rest === undefined || stream().write(rest)
    },
  }
}

/** Writes what can be written at once, and gives back the rest; nothing, where nobody reads any more. */
function writtenAtOnce(descriptor: number, bytes: Buffer): Buffer | undefined {
  let at = 0
  try {
    while (at < bytes.length) at += writeSync(descriptor, bytes, at)
  } catch (error) {
    return (error as { code?: string }).code === 'EAGAIN' ? bytes.subarray(at) : undefined
  }
  return undefined
}

function isTerminalPerhaps(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice()
  } catch {
    return false
  }
}
