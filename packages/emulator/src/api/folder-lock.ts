import { rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { relative, resolve } from 'node:path'

/**
 * Keeps other emulators out of a folder until the returned function is called. It is a socket in that folder, as the system
 * ends one with its process, however that ends: a file with a process's number would outlive it. Rejects with an `Error`
 * while another emulator has the folder; where no socket can be made, nobody is kept out.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = process.platform === 'win32' ? pipeOf(folder) : shorter(resolve(folder, 'emulator.lock'))
  if (Buffer.byteLength(path) > longestPath) return async () => undefined
  const first = await listenAt(path)
  if (typeof first === 'function') return first
  if (first !== 'EADDRINUSE') return async () => undefined
  if (await isHeard(path)) {
    throw new Error(
      `startEmulator: the state folder "${folder}" is in use by another emulator. Stop that one, or name another folder.`,
    )
  }
  // Of an emulator that was killed.
  await rm(path, { force: true })
  const second = await listenAt(path)
  return typeof second === 'function' ? second : async () => undefined
}

/** What every system takes for a socket; some cut what is longer. */
const longestPath = 100

function shorter(path: string): string {
  const other = relative(process.cwd(), path)
  return other.length < path.length ? other : path
}

function pipeOf(folder: string): string {
  return `\\\\.\\pipe\\entrada-emulator-${Buffer.from(resolve(folder).toLowerCase()).toString('base64url')}`
}

/** A function that frees the address, or the code of the error. */
function listenAt(path: string): Promise<(() => Promise<void>) | string | undefined> {
  return new Promise((settle) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', ({ code }: NodeJS.ErrnoException) => settle(code))
    server.listen(path, () => settle(() => new Promise((done) => server.close(() => done()))))
    server.unref()
  })
}

function isHeard(path: string): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(path, () => settle(true))
    socket.once('error', () => settle(false))
    socket.once('connect', () => socket.destroy())
  })
}
