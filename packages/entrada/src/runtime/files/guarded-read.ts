import type { FileHandle } from 'node:fs/promises'
import { startTimer } from '../timer.ts'
import { fileFault, fileSystem } from './file-system.ts'

/** What a reader accepts. */
export interface Guard {
  maximumBytes: number
  /** Kubernetes' projected tokens are links. If the file's name comes from outside, no link is followed. */
  links: 'followed' | 'refused'
  /** How long a named pipe or standard input may take to deliver, in milliseconds. Without it they are refused. */
  pipeMs?: number
}

/** How long to wait before a pipe is read again, in milliseconds. */
const pause = 20
const chunkBytes = 64 * 1024

/**
 * Reads the whole of a file that may turn out to be anything: a folder or a device is refused before it is opened, a pipe
 * whose other end is not open blocks no thread, and endless content is read no further than the bound.
 */
export async function readGuarded(path: string, guard: Guard): Promise<Uint8Array> {
  const { open, stat, lstat, constants } = fileSystem()
  const isFollowed = guard.links === 'followed'
  checkKind(await (isFollowed ? stat : lstat)(path), path, guard)
  // Windows has neither of the last two; creating links needs an administrator there.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  const file = await open(path, O_RDONLY | O_NONBLOCK | (isFollowed ? 0 : O_NOFOLLOW)).catch((error) => {
    throw error.code === 'ELOOP' ? linked() : error
  })
  try {
    // Check what was opened, because the path may lead elsewhere by now.
    const status = await file.stat()
    checkKind(status, path, guard)
    if (!status.isFile()) return await readPipe(file, guard)
    if (status.size > guard.maximumBytes) throw tooLarge(guard)
    const chunks: Uint8Array[] = []
    let size = 0
    // The size that a file claims cannot be relied on: files in /proc claim to be empty.
    for (;;) {
      const chunk = await readChunk(file)
      if (chunk.byteLength === 0) return joined(chunks, size)
      size += chunk.byteLength
      if (size > guard.maximumBytes) throw tooLarge(guard)
      chunks.push(chunk)
    }
  } finally {
    await file.close()
  }
}

/** The part of `Stats` that tells kinds of files apart. */
interface Kind {
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
  isFIFO(): boolean
  isCharacterDevice(): boolean
}

function checkKind(kind: Kind, path: string, { pipeMs }: Guard): void {
  if (kind.isFile()) return
  const isStdin = kind.isCharacterDevice() && /^\/(?:dev\/stdin|dev\/fd\/0|proc\/self\/fd\/0)$/.test(path)
  if (pipeMs !== undefined && (kind.isFIFO() || isStdin)) return
  if (kind.isSymbolicLink()) throw linked()
  if (kind.isDirectory()) throw fileFault('EISDIR', 'a folder, not a plain file')
  throw fileFault('EINVAL', kind.isFIFO() ? 'a named pipe, not a plain file' : 'a device or socket, not a plain file')
}

/** Reads until the other end is closed. As long as nothing has been written, end-of-file means that nobody is there yet. */
async function readPipe(file: FileHandle, guard: Guard): Promise<Uint8Array> {
  const { maximumBytes, pipeMs = 0 } = guard
  const chunks: Uint8Array[] = []
  let size = 0
  let isOver = false
  const stop = startTimer(pipeMs, () => {
    isOver = true
  })
  try {
    for (;;) {
      const chunk = await readChunk(file).catch((error: { code?: string }) => {
        if (error.code === 'EAGAIN') return undefined
        throw error
      })
      if (chunk !== undefined && chunk.byteLength > 0) {
        size += chunk.byteLength
        if (size > maximumBytes) throw tooLarge(guard)
        chunks.push(chunk)
        continue
      }
      if (chunk !== undefined && size > 0) return joined(chunks, size)
      if (isOver) throw fileFault('EAGAIN', `a pipe that did not give its content in ${pipeMs / 1000} s`)
      await new Promise<void>((resolve) => {
        startTimer(pause, resolve)
      })
    }
  } finally {
    stop()
  }
}

async function readChunk(file: FileHandle): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(chunkBytes), 0, chunkBytes, null)
  return buffer.subarray(0, bytesRead)
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

function tooLarge({ maximumBytes }: Guard): Error {
  return fileFault('EFBIG', `larger than ${maximumBytes} bytes`)
}

function linked(): Error {
  return fileFault('ELOOP', 'a symbolic link, which is not followed')
}
