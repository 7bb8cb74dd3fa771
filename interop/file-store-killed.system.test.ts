import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileTokenStore, type TokenKey } from 'entrada/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileFromSource } from './compile-from-source.ts'

/** Processes that write at once, and how many of them are killed. */
const writers = 50
const kills = 200
/** No lock is held longer, in milliseconds. */
const longestHold = 5000

let root: string
let program: string

beforeAll(async () => {
  // In memory where there is such a folder: a kill leaves to the system what was written, disk or not.
  root = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'entrada-killed-'))
  program = join(root, 'writer.mjs')
  await compileFromSource(new URL('file-store/writer.mjs', import.meta.url), program)
})

afterAll(() => rm(root, { recursive: true, force: true }))

test(`fifty processes write and ${kills} of them are killed: what was acknowledged is there, whole, and no lock stays`, async () => {
  const folder = await mkdtemp(join(root, 'store-'))
  const journals = await mkdtemp(join(root, 'journals-'))
  const held = watchLocks(join(folder, 'locks'))
  const running = new Set<ChildProcess>()
  const waiting: (() => void)[] = []
  let started = 0

  function start(): void {
    const child = spawn(process.execPath, [program, folder, join(journals, String(++started))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout.once('data', () => {
      running.add(child)
      waiting.shift()?.()
    })
  }

  for (let count = 0; count < writers; count++) start()
  for (let killed = 0; killed < kills; killed++) {
    const left = Math.min(writers, kills - killed)
    while (running.size < left / 2) await new Promise<void>((resolve) => waiting.push(resolve))
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
    const one = [...running][Math.floor(Math.random() * running.size)] as ChildProcess
    running.delete(one)
    one.kill('SIGKILL')
    if (started < kills) start()
    else if (one.signalCode === null) await once(one, 'exit')
  }

  const notes = (await Promise.all((await readdir(journals)).map((name) => readFile(join(journals, name), 'utf8'))))
    .flatMap((text) => text.split('\n'))
    // A line that the kill cut short acknowledges nothing.
    .filter((line) => line.endsWith(']'))
    .map((line) => JSON.parse(line) as [string, number, number])
  expect(notes.filter(([what]) => what !== 'acknowledged')).toEqual([])
  const latest = new Map<number, number>()
  for (const [, number, expiresAt] of notes) latest.set(number, Math.max(expiresAt, latest.get(number) ?? 0))
  expect(latest.size).toBe(8)

  const store = fileTokenStore({ folder })
  for (const [number, expiresAt] of latest) {
    const record = await store.get(keyOf(number))
    expect(record?.expiresAt).toBeGreaterThanOrEqual(expiresAt)
    expect(record?.secret).toBe(`token-${record?.expiresAt}-${'x'.repeat(2000)}`)
    await store.set({ key: keyOf(number), secret: 'after', cachedAt: 0, expiresAt: Date.now() + 1e9 })
    expect((await store.get(keyOf(number)))?.secret).toBe('after')
  }
  expect(await readdir(join(folder, 'set-aside'))).toEqual([])
  expect(held.stop()).toBeLessThan(longestHold)
  console.log(`${notes.length} writes were acknowledged; the longest hold of a lock was ${held.stop()} ms`)
}, 300_000)

function keyOf(number: number): TokenKey {
  const partition = number < 4 ? 'ada' : 'app'
  return { kind: 'access', partition, environment: 'e', clientId: `client-${number}`, cae: false }
}

/** Sees how long each hold of a lock lasts, in milliseconds, from the names of the locks' files. */
function watchLocks(folder: string): { stop(): number } {
  const since = new Map<string, number>()
  let longest = 0
  async function look(): Promise<void> {
    const names = await readdir(folder, { recursive: true }).catch(() => [])
    const holds = names.filter((name) => name.includes('held.'))
    for (const name of holds) longest = Math.max(longest, Date.now() - (since.get(name) ?? Date.now()))
    for (const name of [...since.keys()]) if (!holds.includes(name)) since.delete(name)
    for (const name of holds) if (!since.has(name)) since.set(name, Date.now())
  }
  const timer = setInterval(() => void look(), 50)
  return {
    stop() {
      clearInterval(timer)
      return longest
    },
  }
}
