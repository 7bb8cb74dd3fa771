import type { Lease } from '../cache/token-store.ts'
import type { FileStoreHost } from './file-host.ts'
import type { StoreFolder } from './store-folder.ts'

const maximumBytes = 1024

/**
 * Leases in files: `<until> <machine> <process id> <a number of its own> <until, by the machine's own clock>`, in
 * milliseconds; the first one since the epoch. On the holder's machine the monotonic clock decides. A holder whose
 * process on this machine has ended holds nothing.
 */
export function fileLease(
  folder: StoreFolder,
  host: FileStoreHost,
): (name: string, milliseconds: number) => Promise<Lease | undefined> {
  const { files } = folder
  const pathOf = (name: string): string => `${folder.path}/leases/${name}`

  /** Reads a lease. A file that does not contain one counts as no lease. */
  async function read(name: string): Promise<string | undefined> {
    const bytes = await files.read(pathOf(name), maximumBytes).catch(() => undefined)
    return bytes && new TextDecoder().decode(bytes)
  }

  async function isHeld(text: string | undefined, milliseconds: number): Promise<boolean> {
    const [until, machine, pid, , untilHere] = (text ?? '').split(' ')
    const me = await host.process()
    const isHere = machine === me.machine
    const left = isHere && untilHere !== undefined ? Number(untilHere) - host.monotonic() : Number(until) - host.now()
    // A clock that was set back must not turn a lease of minutes into one of years.
    if (!(left > 0) || left > 2 * milliseconds) return false
    return !isHere || me.isAlive(Number(pid))
  }

  async function release(name: string, mine: string): Promise<void> {
    await folder.locked(name, async (isMine) => {
      if ((await read(name)) === mine && (await isMine())) await files.remove(pathOf(name))
    })
  }

  return async (name, milliseconds) => {
    const { temporary, world } = await folder.open()
    // Processes that will only wait check without the lock, and so leave it to those that have something to do.
    if (await isHeld(await read(name), milliseconds)) return undefined
    return folder.locked(name, async (isMine) => {
      if ((await isHeld(await read(name), milliseconds)) || !(await isMine())) return undefined
      const until = host.now() + milliseconds
      const untilHere = host.monotonic() + milliseconds
      const mine = `${until} ${world.me.machine} ${world.me.pid} ${crypto.randomUUID()} ${untilHere}`
      const written = `${temporary}/${crypto.randomUUID()}`
      await files.create(written, mine)
      await files.move(written, pathOf(name))
      return { release: () => release(name, mine) }
    })
  }
}
