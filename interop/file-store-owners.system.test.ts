import { execFile, spawnSync } from 'node:child_process'
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileTokenStore } from 'entrada/store'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { compileFromSource } from './compile-from-source.ts'
import { component, userIds } from './components.ts'

component(userIds)

/** Two users, each with a group of their own number; neither is in the system's tables. */
const [ada, bob] = [23_451, 23_452]
let root: string
let program: string
let count = 0

beforeEach(({ skip }) => {
  if (spawnSync('setpriv', ['--reuid', String(ada), '--regid', String(ada), '--clear-groups', 'true']).status !== 0) {
    skip('To be two users at once takes root, who this user is not.')
  }
})

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'entrada-owners-'))
  await chmod(root, 0o755)
  program = join(root, 'one-record.mjs')
  await compileFromSource(new URL('file-store/one-record.mjs', import.meta.url), program)
})

afterAll(() => rm(root, { recursive: true, force: true }))

/** A folder of a test's own. */
async function folderOf(owner: number, group: number, mode: number): Promise<string> {
  const folder = join(root, String(++count))
  await mkdir(folder)
  await chown(folder, owner, group)
  await chmod(folder, mode)
  return folder
}

/** One record, written and read by a process of that user. */
async function asUser(
  user: number,
  folder: string,
  { home = '/nonexistent', group = user, options = {} }: { home?: string; group?: number; options?: object } = {},
): Promise<{ read?: string; error?: string }> {
  const identity = ['--reuid', String(user), '--regid', String(group), '--clear-groups']
  const { stdout } = await promisify(execFile)(
    'setpriv',
    [...identity, process.execPath, program, folder, JSON.stringify(options)],
    { cwd: '/', env: { HOME: home, PATH: process.env.PATH ?? '' } },
  )
  return JSON.parse(stdout)
}

describe('a store works', () => {
  test('in a folder of its user', async () => {
    expect(await asUser(ada, join(await folderOf(ada, ada, 0o755), 'store'))).toEqual({ read: 'secret' })
  })

  test('below the home folder of another user, for root with that HOME', async () => {
    const home = await folderOf(ada, ada, 0o755)
    expect(await asUser(0, join(home, '.entrada/msal.cache'), { home })).toEqual({ read: 'secret' })
  })

  test('in a folder of root’s group, for a user that nobody has heard of (OpenShift)', async () => {
    const folder = await folderOf(0, 0, 0o775)
    expect(await asUser(1_000_680_000, join(folder, 'store'), { group: 0 })).toEqual({ read: 'secret' })
  })

  test('in a sticky folder of root', async () => {
    expect(await asUser(ada, join(await folderOf(0, 0, 0o1777), 'store'))).toEqual({ read: 'secret' })
  })

  test('in a folder of another user, by allowUnsafeFolder', async () => {
    const folder = await folderOf(bob, bob, 0o777)
    expect(await asUser(ada, join(folder, 'store'), { options: { allowUnsafeFolder: true } })).toEqual({
      read: 'secret',
    })
  })
})

describe('a store is refused', () => {
  test.each<[string, number, number, number, RegExp]>([
    ['below a folder of another user', bob, bob, 0o755, /belongs to another user \(uid 23452\)/],
    ['below a sticky folder of another user', bob, bob, 0o1777, /belongs to another user/],
    ['below a folder that a group may write', 0, bob, 0o775, /written by the group 23452 \(mode 0775\)\. chmod g-w/],
    ['below a folder that everybody may write', 0, 0, 0o777, /written by every user \(mode 0777\)\. chmod o-w/],
  ])('%s, and nothing is left there', async (_, owner, group, mode, words) => {
    const folder = await folderOf(owner, group, mode)
    expect((await asUser(0, join(folder, 'store'))).error).toMatch(words)
    expect(await readdir(folder)).toEqual([])
  })

  test('where the folder itself is another user’s', async () => {
    const folder = await folderOf(0, 0, 0o755)
    const store = join(folder, 'store')
    await mkdir(store, { mode: 0o700 })
    await chown(store, bob, bob)
    expect((await asUser(0, store)).error).toMatch(/store belongs to another user/)
  })
})

test('a folder that is handed to another user while it is in use: what that user puts there leads nowhere', async () => {
  const base = await folderOf(0, 0, 0o755)
  const folder = join(base, 'store')
  const store = fileTokenStore({ folder, host: { random: () => 0 } })
  const key = { kind: 'access', partition: 'app', environment: 'e', clientId: 'c', cae: false } as const
  const record = (secret: string, expiresAt: number) => ({ key, secret, cachedAt: Date.now(), expiresAt })
  await store.set(record('first', Date.now() + 3_600_000))
  const victim = await folderOf(0, 0, 0o700)
  await writeFile(join(victim, crypto.randomUUID()), 'work', { mode: 0o600 })
  for (const name of await readdir(victim)) await utimes(join(victim, name), 0, 0)
  const before = await readdir(victim)
  await chown(base, bob, bob)
  await rename(folder, join(base, 'moved'))
  await mkdir(folder, { mode: 0o700 })
  await symlink(victim, join(folder, 'temporary'))
  for (const inner of ['records', 'locks', 'leases', 'set-aside']) await mkdir(join(folder, inner), { mode: 0o700 })
  await expect(store.set(record('second', Date.now() + 7_200_000))).rejects.toThrow(
    /belongs to another user|symbolic link/,
  )
  expect(await readdir(victim)).toEqual(before)
  expect(await readFile(join(victim, before[0] as string), 'utf8')).toBe('work')
})
