import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileTokenStore, recordName } from 'entrada/store'
import { expect, test } from 'vitest'
import { localPrivateFiles } from '../../src/runtime/files/private-files.ts'
import { failure } from '../world.ts'
import { aRecord, key, start } from './a-record.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
const thisMachine = localPrivateFiles({ allowUnsafeFolder: false, home: undefined })
/** The processes of this machine that are there. */
const alive = new Set([1, 2])
const processOf =
  (pid: number, machine = 'here') =>
  async () => ({
    machine,
    pid,
    isAlive: (id: number): boolean => alive.has(id),
  })

/** A process that shares the folder, with a clock of its own that goes on while it waits. */
function openAs(pid: number, folder: string, others: object = {}) {
  const waited = { milliseconds: 0 }
  const pause = async (milliseconds: number): Promise<void> => {
    waited.milliseconds += milliseconds
  }
  const host = { now: () => start, random: () => 0.999, pause, process: processOf(pid), ...others }
  return { store: fileTokenStore({ folder, host }), waited }
}

const lockOf = (folder: string): string => join(folder, 'locks', recordName(key).slice(0, 1))

/** Gives the record's lock to a process that does not give it back. */
async function hold(folder: string, holder: string): Promise<void> {
  await openAs(1, folder).store.set(aRecord('first'))
  await rename(join(lockOf(folder), 'free'), join(lockOf(folder), holder))
}

const later = { expiresAt: start + 7_200_000 }

test('the lock of a process that was killed is taken over at once', async () => {
  const folder = newFolder()
  await hold(folder, 'held.here.999.a')
  const { store, waited } = openAs(2, folder)
  await store.set(aRecord('second', later))
  expect((await store.get(key))?.secret).toBe('second')
  expect(waited.milliseconds).toBe(0)
  expect(await readdir(lockOf(folder))).toEqual(['free'])
})

test.each([
  ['lives, and hangs', 'held.here.1.a'],
  ['is on another machine, of which nobody can tell', 'held.there.999.a'],
  ['had the id that this process has', 'held.here.2.a'],
])('the lock of a process that %s is taken over after three seconds', async (_, holder) => {
  const folder = newFolder()
  await hold(folder, holder)
  const { store, waited } = openAs(2, folder)
  await store.set(aRecord('second', later))
  expect((await store.get(key))?.secret).toBe('second')
  expect(waited.milliseconds).toBeGreaterThanOrEqual(3000)
  expect(waited.milliseconds).toBeLessThan(3100)
})

test('a lock that goes from one to another is nobody’s to take: after ten seconds the write gives up', async () => {
  const folder = newFolder()
  await hold(folder, 'held.here.1.0')
  let holder = 0
  let waited = 0
  const pause = async (milliseconds: number): Promise<void> => {
    const next = holder + 1
    waited += milliseconds
    await rename(join(lockOf(folder), `held.here.1.${holder}`), join(lockOf(folder), `held.here.1.${next}`))
    holder = next
  }
  const { store } = openAs(2, folder, { pause })
  expect((await failure(store.set(aRecord('second', later)))).message).toMatch(/is held by another process/)
  expect(waited).toBeGreaterThanOrEqual(10_000)
  expect((await store.get(key))?.secret).toBe('first')
  expect(await readdir(join(folder, 'temporary'))).toEqual([])
})

test('who has waited for a second tries more often than those who just came', async () => {
  const folder = newFolder()
  await hold(folder, 'held.there.1.a')
  let waited = 0
  const pauses = { before: 0, after: 0 }
  const pause = async (milliseconds: number): Promise<void> => {
    const when = waited < 1000 ? 'before' : 'after'
    pauses[when] = Math.max(pauses[when], milliseconds)
    waited += milliseconds
  }
  await openAs(2, folder, { pause }).store.set(aRecord('second', later))
  expect(pauses.before).toBeGreaterThan(20)
  expect(pauses.after).toBeLessThan(2)
})

/** Files in which another process takes the lock, so many times, just while this one looks at the record. */
function filesThatLose(folder: string, times: number, taker: string) {
  let left = times
  return {
    ...thisMachine,
    async read(path: string, maximumBytes: number) {
      const bytes = await thisMachine.read(path, maximumBytes)
      const [held] = (await readdir(lockOf(folder))).filter((name) => name.startsWith('held.'))
      if (held !== undefined && path.includes('/records/') && left-- > 0) {
        await rename(join(lockOf(folder), held), join(lockOf(folder), taker))
      }
      return bytes
    },
  }
}

test('a process whose lock was taken over while it hung writes nothing', async () => {
  const folder = newFolder()
  await openAs(1, folder).store.set(aRecord('first'))
  const { store } = openAs(2, folder, { files: filesThatLose(folder, 99, 'held.here.1.z') })
  expect((await failure(store.set(aRecord('second', later)))).message).toMatch(/the lock of .* was lost 3 times/)
  expect((await openAs(1, folder).store.get(key))?.secret).toBe('first')
  expect(await readdir(lockOf(folder))).toEqual(['held.here.1.z'])
  expect(await readdir(join(folder, 'temporary'))).toEqual([])
})

test('a process that lost its lock once tries again, and writes', async () => {
  const folder = newFolder()
  await openAs(1, folder).store.set(aRecord('first'))
  const { store } = openAs(2, folder, { files: filesThatLose(folder, 1, 'held.here.999.z') })
  await store.set(aRecord('second', later))
  expect((await store.get(key))?.secret).toBe('second')
})

test('the lease of a process that was killed is taken over at once, that of another machine when it ends', async () => {
  const folder = newFolder()
  const clock = { time: start }
  const now = (): number => clock.time
  alive.add(3)
  await openAs(3, folder, { now }).store.lease(key, 5000)
  const other = openAs(2, folder, { now }).store
  expect(await other.lease(key, 5000)).toBeUndefined()
  alive.delete(3)
  const mine = await other.lease(key, 5000)
  expect(mine).toBeDefined()
  const stranger = openAs(2, folder, { now, process: processOf(2, 'there') }).store
  clock.time += 4999
  expect(await stranger.lease(key, 5000)).toBeUndefined()
  clock.time += 1
  expect(await stranger.lease(key, 5000)).toBeDefined()
  await mine?.release()
  expect(await other.lease(key, 5000)).toBeUndefined()
})

test('a lease whose end is absurd holds nobody up', async () => {
  const folder = newFolder()
  const clock = { time: start + 1e9 }
  const { store } = openAs(2, folder, { now: () => clock.time })
  await store.lease(key, 5000)
  clock.time = start
  expect(await store.lease(key, 5000)).toBeDefined()
})
