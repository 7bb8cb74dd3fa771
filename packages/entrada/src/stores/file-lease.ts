import type { Lease } from '../cache/token-store.ts'
import type { FileStoreHost } from './file-host.ts'
import type { StoreFolder } from './store-folder.ts'

const maximumBytes = 1024

/**
 * Leases in files: each says until when, in milliseconds since the epoch, and which process has it. A holder that has
 * ended, on this machine, holds nothing.
 */
export function fileLease(
  folder: StoreFolder,
  host: FileStoreHost,
): (name: string, milliseconds: number) => Promise<Lease | undefined> {
  const { files } = host
  const pathOf = (name: string): string => `${folder.path}/leases/${name}`

  /** What is no lease holds nothing. */
  async function read(name: string): Promise<string | undefined> {
    const bytes = await files.read(pathOf(name), maximumBytes).catch(() => undefined)
    return bytes && new TextDecoder().decode(bytes)
  }

  async function isHeld(text: string | undefined, milliseconds: number): Promise<boolean> {
    const [until, machine, pid] = (text ?? '').split(' ')
    const left = Number(until) - host.now()
    // A clock that was put back must not make a lease of minutes one of years.
    if (!(left > 0) || left > 2 * milliseconds) return false
    const me = await host.process()
    return machine !== me.machine || me.isAlive(Number(pid))
  }

  async function release(name: string, mine: string): Promise<void> {
    await folder.locked(name, async (isMine) => {
      if ((await read(name)) === mine && (await isMine())) await files.remove(pathOf(name))
    })
  }

  return async (name, milliseconds) => {
    const { temporary, world } = await folder.open()
    // Those who follow look without the lock, and leave it to those who have something to do.
    if (await isHeld(await read(name), milliseconds)) return undefined
    return folder.locked(name, async (isMine) => {
      if ((await isHeld(await read(name), milliseconds)) || !(await isMine())) return undefined
      const until = host.now() + milliseconds
      const mine = `${until} ${world.me.machine} ${world.me.pid} ${crypto.randomUUID()}`
      const written = `${temporary}/${crypto.randomUUID()}`
      await files.create(written, mine)
      await files.move(written, pathOf(name))
      return { release: () => release(name, mine) }
    })
  }
}
