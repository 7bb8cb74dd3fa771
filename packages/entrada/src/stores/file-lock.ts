/**
 * A lock between processes, of files alone. A lock is a folder with one file in it, its token, whose name says who has
 * it: `free`, or `held.<machine>.<process id>.<a number of its own>`. Taking, giving back and breaking a lock are one
 * rename each, which the system gives to one process alone, and nothing ever creates or removes a token: however many
 * are killed at whatever instant, there is one.
 */
import type { PrivateFiles } from '../runtime/private-files.ts'
import type { ThisProcess } from '../runtime/this-process.ts'

/** What a lock needs of the world. */
interface LockWorld {
  files: PrivateFiles
  me: ThisProcess
  pause(milliseconds: number): Promise<void>
  random(): number
}

/** Work that holds the lock. Before it changes anything it asks whether the lock is still its own. */
export type Locked<T> = (isMine: () => Promise<boolean>) => Promise<T>

/** Work under a lock takes milliseconds. Who holds it as long as this, in milliseconds, has died or hangs. */
const longestHold = 3000
/** So long a lock is waited for, in milliseconds. */
const longestWait = 10_000
const longestPause = 20

/** Does the work while no other process holds this lock. Rejects if the lock can't be had in ten seconds. */
export async function withLock<T>(lock: string, { temporary, world }: LockPlace, work: Locked<T>): Promise<T> {
  const { files, me } = world
  const held = `${lock}/held.${me.machine}.${me.pid}.${crypto.randomUUID()}`
  await take(lock, held, { temporary, world })
  try {
    return await work(() => files.has(held))
  } finally {
    // Broken meanwhile, it is another's, and there is nothing to give back.
    await files.move(held, `${lock}/free`)
  }
}

export interface LockPlace {
  /** A folder on the same disk, in which what is not finished is made. */
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
    const milliseconds = Math.min(longestPause, 1 + tries) * (0.5 + random())
    await pause(milliseconds)
    waited += milliseconds
  }
}

/** A lock comes with its token in it, or not at all; of several that make it one is first. */
async function make(lock: string, { temporary, world: { files } }: LockPlace): Promise<void> {
  const made = `${temporary}/${crypto.randomUUID()}.lock`
  await files.makeFolder(made)
  await files.create(`${made}/free`, '')
  if (!(await files.moveFolder(made, lock))) await files.remove(made)
}

/** Whether the holder is a process of this machine that is not there any more. */
function isDead(token: string, me: ThisProcess): boolean {
  const [, machine, pid] = token.split('.')
  return machine === me.machine && pid !== String(me.pid) && !me.isAlive(Number(pid))
}
