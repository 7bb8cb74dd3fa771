import { chmod, mkdir, readdir, rename, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileTokenStore } from 'entrada/store'
import { describe, expect, test } from 'vitest'
import { distrust, type TrustWorld } from '../../src/runtime/files/folder-trust.ts'
import { localPrivateFiles, type PrivateFiles } from '../../src/runtime/files/private-files.ts'
import { failure } from '../world.ts'
import { aRecord, key, start } from './a-record.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
const [us, ada, bob] = [1000, 2000, 3000]

/** A folder as `owner:group mode`, or a link as `owner -> target`. */
type Tree = Record<string, string>

interface Machine {
  home?: string
  uid?: number
  /** Rows of `/etc/passwd` and `/etc/group`. */
  passwd?: string[]
  group?: string[]
}

const usual = {
  passwd: [
    'root:x:0:0::/root:',
    `us:x:${us}:${us}::/home/us:`,
    `ada:x:${ada}:${ada}::/home/ada:`,
    `bob:x:${bob}:100::/:`,
  ],
  group: ['root:x:0:', `us:x:${us}:`, `ada:x:${ada}:`, 'users:x:100:us,bob'],
}

function worldOf(tree: Tree, { home, uid = us, passwd = usual.passwd, group = usual.group }: Machine): TrustWorld {
  const entries: Tree = { '/': '0:0 0755', ...tree }
  const statusOf = (path: string) => {
    const entry = entries[path]
    if (entry === undefined) throw Object.assign(new Error('none'), { code: 'ENOENT' })
    const [, owner, gid = '0', mode = '0777', target] = /^(\d+)(?::(\d+) (\d+))?(?: -> (.*))?$/.exec(entry) ?? []
    return {
      uid: Number(owner),
      gid: Number(gid),
      mode: Number.parseInt(mode, 8),
      isSymbolicLink: () => target !== undefined,
      isDirectory: () => target === undefined,
      target,
    }
  }
  return {
    uid,
    home,
    lstat: async (path) => statusOf(path),
    readlink: async (path) => statusOf(path).target ?? '',
    async ownerOf(path) {
      let status = statusOf(path)
      while (status.target !== undefined) status = statusOf(status.target)
      return status.uid
    },
    readText: async (path) => (path === '/etc/passwd' ? passwd : group).join('\n'),
  }
}

describe('a store is at home on', () => {
  test.each<[string, string, Tree, Machine]>([
    ['a home folder', '/home/us/.entrada', { '/home': '0:0 0755', '/home/us': '1000:1000 0755' }, {}],
    [
      'a user-private group, whose umask is 002',
      '/home/us/work/.entrada',
      { '/home': '0:0 0755', '/home/us': '1000:1000 0755', '/home/us/work': '1000:1000 0775' },
      {},
    ],
    [
      'a home folder of another user, under sudo',
      '/home/ada/.entrada',
      { '/home': '0:0 0755', '/home/ada': '2000:2000 0775' },
      { uid: 0, home: '/home/ada' },
    ],
    [
      'a home folder that is reached by a link',
      '/home/ada/.entrada',
      { '/home': '0:0 0755', '/home/ada': '0 -> /data/ada', '/data': '0:0 0755', '/data/ada': '2000:2000 0755' },
      { uid: 0, home: '/home/ada' },
    ],
    [
      'OpenShift, where everybody is in the group of root',
      '/app/data',
      { '/app': '0:0 0775' },
      { uid: 1000680000, passwd: ['root:x:0:0::/root:'], group: ['root:x:0:'] },
    ],
    ['a temporary folder', '/tmp/mine', { '/tmp': '0:0 1777' }, {}],
    [
      'a folder of its own in a temporary one',
      '/tmp/mine/store',
      { '/tmp': '0:0 1777', '/tmp/mine': '1000:1000 0700' },
      {},
    ],
    [
      'macOS, whose temporary folder is a link',
      '/tmp/mine',
      { '/tmp': '0 -> private/tmp', '/private': '0:0 0755', '/private/tmp': '0:0 1777' },
      {},
    ],
    ['a folder that is not there yet', '/var/lib/job/store', { '/var': '0:0 0755', '/var/lib': '0:0 0755' }, {}],
    [
      'a private group with root in it',
      '/srv/us',
      { '/srv': '0:0 0755', '/srv/us': '1000:1000 0775' },
      { group: ['us:x:1000:root,us'] },
    ],
  ])('%s', async (_, path, tree, machine) => {
    expect(await distrust(path, worldOf(tree, machine))).toBeUndefined()
  })
})

describe('a store does not trust', () => {
  test.each<[string, string, Tree, Machine, RegExp]>([
    [
      'a folder of another user',
      '/srv/bob/x',
      { '/srv': '0:0 0755', '/srv/bob': '3000:100 0755' },
      {},
      /\/srv\/bob, above it, belongs to another user \(uid 3000\)/,
    ],
    [
      'a sticky one of another user',
      '/srv/bob/x',
      { '/srv': '0:0 0755', '/srv/bob': '3000:100 1777' },
      {},
      /belongs to another user/,
    ],
    [
      'one that everybody may write',
      '/srv/x',
      { '/srv': '0:0 0777' },
      {},
      /written by every user \(mode 0777\)\. chmod o-w \/srv$/,
    ],
    [
      'one of a group with other members',
      '/srv/x',
      { '/srv': '0:100 0775' },
      {},
      /written by the group 100 \(mode 0775\)\. chmod g-w \/srv$/,
    ],
    ['one of another user’s private group', '/srv/x', { '/srv': '0:2000 0775' }, {}, /the group 2000/],
    ['one of a group that nobody knows', '/srv/x', { '/srv': '0:4711 0775' }, {}, /the group 4711/],
    [
      'a private group that got a member',
      '/srv/x',
      { '/srv': '1000:1000 0775' },
      { group: ['us:x:1000:bob'] },
      /the group 1000/,
    ],
    [
      'a private group that is another’s first group too',
      '/srv/x',
      { '/srv': '1000:1000 0775' },
      { passwd: [...usual.passwd, 'eve:x:4000:1000::/:'] },
      /the group 1000/,
    ],
    [
      'a link of another user',
      '/srv/link/x',
      { '/srv': '0:0 0755', '/srv/link': '3000 -> /safe', '/safe': '0:0 0755' },
      {},
      /\/srv\/link, above it, is a link of another user/,
    ],
    [
      'the way that a link leads',
      '/srv/link/x',
      { '/srv': '0:0 0755', '/srv/link': '0 -> ../bob/safe', '/bob': '3000:100 0755', '/bob/safe': '0:0 0755' },
      {},
      /\/bob, above it, belongs to another user/,
    ],
    ['a link to itself', '/srv/link/x', { '/srv': '0:0 0755', '/srv/link': '0 -> link' }, {}, /too many links/],
    [
      'another user’s folder that is not below HOME',
      '/srv/ada/x',
      { '/srv': '0:0 0755', '/srv/ada': '2000:2000 0755', '/home': '0:0 0755', '/home/ada': '2000:2000 0755' },
      { uid: 0, home: '/home/ada' },
      /\/srv\/ada, above it, belongs to another user \(uid 2000\)/,
    ],
    [
      'a name that begins as HOME does',
      '/home/adam/x',
      { '/home': '0:0 0755', '/home/ada': '2000:2000 0755', '/home/adam': '2000:2000 0755' },
      { uid: 0, home: '/home/ada' },
      /belongs to another user/,
    ],
  ])('%s', async (_, path, tree, machine, words) => {
    expect(await distrust(path, worldOf(tree, machine))).toMatch(words)
  })
})

describe('a folder that is exchanged after it was checked', () => {
  const here = localPrivateFiles({ allowUnsafeFolder: false, home: undefined })
  const open = (folder: string, files: PrivateFiles = here) =>
    fileTokenStore({ folder, host: { now: () => start, random: () => 0, files } })

  async function victimOf(folder: string): Promise<string> {
    const victim = join(dirname(folder), `victim-${folder.split('/').at(-1)}`)
    await mkdir(victim, { mode: 0o700 })
    const name = crypto.randomUUID()
    for (const one of [name, 'notes.txt']) {
      await writeFile(join(victim, one), 'work', { mode: 0o600 })
      await utimes(join(victim, one), new Date(0), new Date(0))
    }
    return victim
  }

  test.each(['temporary', 'leases', 'set-aside', 'records'])(
    'for a link (%s): nothing behind it is removed',
    async (inner) => {
      const folder = newFolder()
      const store = open(folder)
      await store.set(aRecord('first'))
      const victim = await victimOf(folder)
      const before = await readdir(victim)
      await rename(join(folder, inner), join(folder, `${inner}.moved`))
      await symlink(victim, join(folder, inner))
      const outcome = store.set(aRecord('second', { expiresAt: start + 7_200_000 }))
      const said = await outcome.catch(({ message }: Error) => message)
      if (inner === 'temporary' || inner === 'records') expect(said).toMatch(/symbolic link/)
      expect(await readdir(victim)).toEqual(before)
    },
  )

  test('is checked again once, and used where it is as sound as before', async () => {
    const folder = newFolder()
    const store = open(folder)
    await store.set(aRecord('first'))
    await rename(folder, `${folder}.gone`)
    await open(folder).set(aRecord('of another process'))
    await store.set(aRecord('second', { expiresAt: start + 7_200_000 }))
    expect((await open(folder).get(key))?.secret).toBe('second')
  })

  test('is refused where it is another one again', async () => {
    const folder = newFolder()
    const store = open(folder)
    await store.set(aRecord('first'))
    let count = 0
    const restless = { ...here, identityOf: async () => `1:${++count}` }
    const other = open(folder, restless)
    expect((await failure(other.set(aRecord('second', { expiresAt: start + 7_200_000 })))).message).toMatch(
      /was replaced while it was in use\. Nothing was removed there/,
    )
    expect((await store.get(key))?.secret).toBe('first')
  })
})

describe('allowUnsafeFolder', () => {
  test('takes a volume whose modes say nothing', async () => {
    const base = newFolder()
    await mkdir(base)
    await chmod(base, 0o777)
    await mkdir(join(base, 'store'))
    await chmod(join(base, 'store'), 0o777)
    const options = { folder: join(base, 'store'), host: { now: () => start } }
    expect((await failure(fileTokenStore(options).set(aRecord('secret')))).message).toMatch(/chmod/)
    const store = fileTokenStore({ ...options, allowUnsafeFolder: true })
    await store.set(aRecord('secret'))
    expect((await store.get(key))?.secret).toBe('secret')
  })

  test('follows no link all the same', async () => {
    const folder = newFolder()
    await mkdir(`${folder}.elsewhere`, { mode: 0o700 })
    await symlink(`${folder}.elsewhere`, folder)
    const store = fileTokenStore({ folder, allowUnsafeFolder: true })
    expect((await failure(store.set(aRecord('secret')))).message).toMatch(/symbolic link/)
    expect(await readdir(`${folder}.elsewhere`)).toEqual([])
  })
})

test('a folder below one that holds no folders is refused, and soon', async () => {
  const store = fileTokenStore({ folder: '/proc/self/nowhere/.entrada/store' })
  expect((await failure(store.set(aRecord('secret')))).message).toMatch(/ENOENT|EPERM|EACCES/)
  await expect(stat('/proc/self/nowhere')).rejects.toThrow('ENOENT')
})
