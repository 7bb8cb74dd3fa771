import { existsSync } from 'node:fs'
import { lstat, unlink } from 'node:fs/promises'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { dirname } from 'node:path'

/** Where a server listens: an address of this machine and a port (0: a free one), or the path of a Unix socket. */
export type Place = { address: string; port: number } | { socket: string }

/** Listens there, and resolves to the port, or to `undefined` for a socket. Rejects with one line that has the remedy. */
export async function listenAt(server: Server, place: Place): Promise<number | undefined> {
  if ('socket' in place) {
    const folder = dirname(place.socket)
    // The system says of a missing folder that one may not write there.
    if (!existsSync(folder)) throw new Error(`${folder} is not a folder. Create it, or choose another path.`)
    await removeLeftSocket(place.socket)
    await listening(server, place.socket, () => {
      // Nobody else may ever connect, not even between the creation of the file and a change of its mode.
      const umask = process.umask(0o177)
      try {
        server.listen(place.socket)
      } finally {
        process.umask(umask)
      }
    })
    return undefined
  }
  const { address, port } = place
  await listening(server, `${address}:${port}`, () => server.listen({ host: address, port, exclusive: true }))
  return (server.address() as AddressInfo).port
}

function listening(server: Server, where: string, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new Error(`Cannot listen on ${where} (${cause.code}). ${remedies[cause.code ?? ''] ?? 'Choose another.'}`, {
          cause,
        }),
      )
    })
    server.once('listening', () => {
      server.removeAllListeners('error')
      server.on('error', () => undefined)
      resolve()
    })
    listen()
  })
}

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program listens there: end it, or choose another.',
  EADDRNOTAVAIL: 'This machine does not have that address.',
  EACCES: 'This user may not: choose another.',
}

/** A process that was killed leaves its socket's file, and nobody can listen there until it is gone. */
async function removeLeftSocket(path: string): Promise<void> {
  const file = await lstat(path).catch(() => undefined)
  if (file === undefined) return
  if (!file.isSocket()) throw new Error(`${path} is there, and is not a socket. Choose another path.`)
  if (await answers(path)) throw new Error(`Another program listens on ${path}. End it, or choose another path.`)
  await unlink(path)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
