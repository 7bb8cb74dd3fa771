/**
 * A lock between processes that needs only files. A lock is a folder with one file in it, its token, whose name says
 * who holds it: `free`, or `held.<machine>.<process id>.<a number of its own>`. Taking, releasing and breaking a lock
 * are one rename each, in which only one process can succeed, and nothing ever creates or removes a token by itself:
 * however many processes are killed, and whenever, there is always exactly one.
 */
import type { PrivateFiles } from '../runtime/files/private-files.ts'
import type { ThisProcess } from '../runtime/process/this-process.ts'

/** What a lock needs from the outside world. */
interface LockWorld {
  files: PrivateFiles
  me: ThisProcess
  pause(milliseconds: number): Promise<void>
  random(): number
}

/** Work done while holding the lock. Before it changes anything it checks that it still holds the lock. */
export type Locked<T> = (isMine: () => Promise<boolean>) => Promise<T>

/** Work under a lock takes milliseconds. A process that holds it this long, in milliseconds, has died or hangs. */
const longestHold = 3000
/** How long to wait for a lock, in milliseconds. */
const longestWait = 10_000
const longestPause = 20
/** Who has waited this long, in milliseconds, tries at the shortest pause, and so comes before those who just came. */
const seniorAfter = 1000

/** Runs the work while no other process holds this lock. Rejects if the lock cannot be taken within ten seconds. */
export async function withLock<T>(lock: string, { temporary, world }: LockPlace, work: Locked<T>): Promise<T> {
  const { files, me } = world
  const held = `${lock}/held.${me.machine}.${me.pid}.${crypto.randomUUID()}`
  await take(lock, held, { temporary, world })
  try {
    return await work(() => files.has(held))
  } finally {
    // If it was broken in the meantime, another process holds it, and there is nothing to release.
    await files.move(held, `${lock}/free`)
  }
}

export interface LockPlace {
  /** A folder on the same disk for unfinished files. */
  temporary: string
  world: LockWorld
}

async function take(lock: string, held: string, place: LockPlace): Promise<void> {
  const { files, pause, random } = place.world
  let holder: string | undefined
  let waited = 0
  let since = 0
  for (let tries = 0; !(await files.move(`${lock}/free`, held)); tries++) {
    const names = await files.list(lock)
    if (names === undefined || names.length === 0) await make(lock, place)
    const seen = names?.find((name) => name.startsWith('held.'))
    if (seen !== holder) since = waited
    holder = seen
    const isLeft = seen !== undefined && (isDead(seen, place.world.me) || waited - since >= longestHold)
    if (isLeft && (await files.move(`${lock}/${seen}`, held))) return
    if (waited >= longestWait) throw new Error(`${lock} is held by another process (${seen ?? 'nobody is named'})`)
    const milliseconds = (waited < seniorAfter ? Math.min(longestPause, 1 + tries) : 1) * (0.5 + random())
    await pause(milliseconds)
    waited += milliseconds
  }
}

/**
 * Creates a lock, which appears with its token in it or not at all; if several processes create it, one of them is
 * first.
 */
async function make(lock: string, { temporary, world: { files } }: LockPlace): Promise<void> {
  const made = `${temporary}/${crypto.randomUUID()}.lock`
  await files.makeFolder(made)
  await files.create(`${made}/free`, '')
  if (await files.moveFolder(made, lock)) return
  await files.remove(`${made}/free`)
  await files.removeEmpty(made)
}

/** Whether the holder is a process of this machine that no longer exists. */
function isDead(token: string, me: ThisProcess): boolean {
  const [, machine, pid] = token.split('.')
  return machine === me.machine && pid !== String(me.pid) && !me.isAlive(Number(pid))
}
