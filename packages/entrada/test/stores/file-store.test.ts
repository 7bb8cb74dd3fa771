import { randomBytes, randomUUID } from 'node:crypto'
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileTokenStore, partitionName, recordName, tokenStoreContract } from 'entrada/store'
import { describe, expect, test } from 'vitest'
import { failure } from '../world.ts'
import { aRecord, key, start } from './a-record.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
/** The files' times are the machine's, so nothing is swept unless a test says so. */
const host = { now: () => start, random: () => 0.999 }
const open = (folder: string, options: object = {}): ReturnType<typeof fileTokenStore> =>
  fileTokenStore({ folder, host, ...options })

/** Where a record is. */
function pathOf(folder: string, of = key): string {
  const partition = partitionName(of.partition)
  return join(folder, 'records', partition.slice(0, 2), partition, recordName(of))
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o7777).toString(8)
}

// Nobody can make folders in /sys, and that there is none either is not the reason.
test.runIf(process.platform === 'linux')('a folder that cannot be made is told with the reason', async () => {
  const store = open('/sys/entrada-test', { allowUnsafeFolder: true })
  expect((await failure(store.set(aRecord('a')))).message).toMatch(/EPERM|EACCES|EROFS/)
})

describe('the store in files', () => {
  test.each(tokenStoreContract(host.now))('$name', ({ run }) => run(open(newFolder())))
  test.each(tokenStoreContract(host.now))('with a key that is given: $name', ({ run }) =>
    run(open(newFolder(), { keys: randomBytes(32) })),
  )

  test('lasts: another one in the same folder reads what the first wrote', async () => {
    const folder = newFolder()
    await open(folder).set(aRecord('secret'))
    expect(await open(folder).get(key)).toEqual(aRecord('secret'))
  })

  test('keeps the later of two, whichever is written first', async () => {
    const store = open(newFolder())
    await store.set(aRecord('later', { expiresAt: start + 7_200_000 }))
    await store.set(aRecord('earlier'))
    expect((await store.get(key))?.secret).toBe('later')
  })

  test('writes no secret, no name and no key of a record in the clear', async () => {
    const folder = newFolder()
    await open(folder).set(aRecord('recognisable-secret'))
    for (const entry of await readdir(dirname(folder), { recursive: true, withFileTypes: true })) {
      expect(entry.name).not.toMatch(/ada|contoso|client|tenant|scope|recognisable/)
      if (!entry.isFile()) continue
      expect(await readFile(join(entry.parentPath, entry.name), 'utf8')).not.toMatch(/contoso|recognisable/)
    }
  })

  test('is accessible only to its owner, whatever the umask', async () => {
    const folder = newFolder()
    const before = process.umask(0)
    try {
      await open(folder).set(aRecord('secret'))
    } finally {
      process.umask(before)
    }
    expect(await modeOf(`${folder}.key`)).toBe('600')
    expect(await modeOf(folder)).toBe('700')
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    expect(entries.length).toBeGreaterThan(8)
    for (const entry of entries) {
      expect(await modeOf(join(entry.parentPath, entry.name))).toBe(entry.isFile() ? '600' : '700')
    }
  })

  test('leaves nothing unfinished', async () => {
    const folder = newFolder()
    const store = open(folder)
    await Promise.all(Array.from({ length: 30 }, (_, index) => store.set(aRecord('s', { expiresAt: start + index }))))
    expect(await readdir(join(folder, 'temporary'))).toEqual([])
    expect((await store.get(key))?.expiresAt).toBe(start + 29)
  })

  test('works on when its folder was removed', async () => {
    const folder = newFolder()
    const store = open(folder)
    await store.set(aRecord('before'))
    await rename(folder, `${folder}.gone`)
    expect(await store.get(key)).toBeUndefined()
    await store.set(aRecord('after'))
    expect((await store.get(key))?.secret).toBe('after')
  })

  test('sweeps what has expired, and what was never finished', async () => {
    const clock = { time: Date.now() }
    const folder = newFolder()
    const store = open(folder, { host: { now: () => clock.time, random: () => 0.999 } })
    const swept = { ...key, partition: partitionInPart('00') }
    await store.set(aRecord('old', { key: swept, expiresAt: clock.time + 1000 }))
    await writeFile(join(folder, 'temporary', randomUUID()), '')
    await mkdir(join(folder, 'temporary', `${randomUUID()}.lock`))
    clock.time += 7_200_000
    const fields = { key, cachedAt: clock.time, expiresAt: clock.time + 1000 }
    await open(folder, { host: { now: () => clock.time, random: () => 0 } }).set(aRecord('new', fields))
    expect(await readdir(join(folder, 'temporary'))).toEqual([])
    await expect(stat(dirname(pathOf(folder, swept)))).rejects.toThrow('ENOENT')
    expect((await store.get(key))?.secret).toBe('new')
  })

  test('sweeps no record that is valid', async () => {
    const folder = newFolder()
    const valid = { ...key, partition: partitionInPart('00') }
    await open(folder).set(aRecord('valid', { key: valid }))
    await open(folder, { host: { now: () => start, random: () => 0 } }).set(aRecord('other', { expiresAt: start + 1 }))
    expect((await open(folder).get(valid))?.secret).toBe('valid')
  })

  test.each([undefined, '', 5])('has a folder, and not %s', (folder) => {
    expect(() => fileTokenStore({ folder: folder as string })).toThrow(/^fileTokenStore: folder is missing\. Pass/)
  })
})

test.each([1, 2] as const)('records of form %i are read by who writes the other one', async (formatVersion) => {
  const folder = newFolder()
  const one = open(folder, { formatVersion })
  const other = open(folder, { formatVersion: formatVersion === 1 ? 2 : 1 })
  await one.set(aRecord('first'))
  expect((await other.get(key))?.secret).toBe('first')
  await other.set(aRecord('earlier', { expiresAt: start + 1 }))
  expect((await one.get(key))?.secret).toBe('first')
  await other.set(aRecord('later', { expiresAt: start + 7_200_000 }))
  expect((await one.get(key))?.secret).toBe('later')
  expect(await readFile(pathOf(folder), 'utf8')).toMatch(formatVersion === 1 ? /^entrada2/ : /^entrada1/)
})

describe('a lease, by the clocks of the machine', () => {
  const clocks = { wall: start, monotonic: 0 }
  const leaser = (folder: string) =>
    open(folder, { host: { now: () => clocks.wall, monotonic: () => clocks.monotonic, random: () => 0.999 } })

  test.each([
    ['ahead, which is put right', -10_800_000],
    ['behind, which is put right', 10_800_000],
  ])('is neither longer nor shorter for a clock that was %s', async (_, correction) => {
    const folder = newFolder()
    await leaser(folder).lease(key, 5000)
    clocks.wall += correction
    clocks.monotonic += 4999
    expect(await leaser(folder).lease(key, 5000)).toBeUndefined()
    clocks.monotonic += 1
    expect(await leaser(folder).lease(key, 5000)).toBeDefined()
  })
})

describe('a record that is not what was written', () => {
  test.each<[string, (path: string) => Promise<unknown>]>([
    ['cut', (path) => truncate(path, 100)],
    ['emptied', (path) => truncate(path, 0)],
    ['overwritten', (path) => writeFile(path, randomBytes(300))],
    ['in the clear', (path) => writeFile(path, JSON.stringify(aRecord('forged')))],
    ['another’s', async (path) => rename(pathOf(dirname(dirname(dirname(dirname(path)))), otherKey), path)],
  ])('because it was %s, is reported, set aside and replaced', async (_, change) => {
    const folder = newFolder()
    const store = open(folder)
    await store.set(aRecord('mine', { expiresAt: start + 9_000_000 }))
    await store.set(aRecord('theirs', { key: otherKey, expiresAt: start + 9_000_000 }))
    await change(pathOf(folder))
    const told: string[] = []
    expect(await store.get(key, ({ message }) => told.push(message))).toBeUndefined()
    expect(told).toEqual([expect.stringMatching(/^the record (?:is not an envelope|was changed)/)])
    expect(await readdir(join(folder, 'set-aside'))).toEqual([recordName(key)])
    expect(await store.get(key)).toBeUndefined()
    await store.set(aRecord('new'))
    expect((await store.get(key))?.secret).toBe('new')
  })

  const otherKey = { ...key, partition: 'bob.contoso' }

  test('because it has a newer format or an unknown key, is left for programs that can read it', async () => {
    const folder = newFolder()
    await open(folder, { keys: randomBytes(32) }).set(aRecord('sealed'))
    const stranger = open(folder, { keys: randomBytes(32) })
    const told: string[] = []
    const report = ({ message }: Error): void => void told.push(message)
    expect(await stranger.get(key, report)).toBeUndefined()
    const text = await readFile(pathOf(folder), 'utf8')
    await writeFile(pathOf(folder), text.replace('entrada1', 'entrada3'))
    expect(await stranger.get(key, report)).toBeUndefined()
    expect(told).toEqual([
      expect.stringMatching(/sealed with the key [0-9a-f]{12}, which was not given/),
      expect.stringMatching(/entrada3, which is newer/),
    ])
    expect(await readdir(join(folder, 'set-aside'))).toEqual([])
    expect(await stranger.list(key.partition)).toEqual([])
  })
})

describe('a folder or file that another user could have made', () => {
  test.each<[string, RegExp, (folder: string) => Promise<unknown>]>([
    ['a folder that others may enter', /is open to other users \(mode 0755\)\. chmod 700/, (folder) => mkdir(folder)],
    ['a link to a folder', /is a symbolic link/, async (folder) => symlink(await mkdtemp(`${folder}-`), folder)],
    ['a file', /EEXIST|ENOTDIR|not a folder/, (folder) => writeFile(folder, '')],
    [
      'a folder that everybody may rename',
      /above it, can be written by every user \(mode 0777\)/,
      async (folder) => {
        await mkdir(dirname(folder), { recursive: true })
        await chmod(dirname(folder), 0o777)
      },
    ],
  ])('%s is refused', async (_, words, make) => {
    const folder = join(newFolder(), 'store')
    await mkdir(dirname(folder), { mode: 0o700 })
    await make(folder)
    expect((await failure(open(folder, { keys: randomBytes(32) }).set(aRecord('secret')))).message).toMatch(words)
  })

  test.each<[string, RegExp, (path: string, decoy: string) => Promise<unknown>]>([
    ['a link to a file', /symbolic link/, symlinkTo],
    ['a second name of a file', /another name \(a hard link\)/, (path, decoy) => link(path, decoy)],
    ['a file that others may read', /mode 0644\)\. chmod 600/, (path) => chmod(path, 0o644)],
    ['a file that is far too large', /larger than/, (path) => truncate(path, 50_000_000)],
    ['a folder', /not a plain file/, (path, decoy) => rename(path, decoy).then(() => mkdir(path))],
  ])('in place of a record, %s is not read', async (_, words, make) => {
    const folder = newFolder()
    const store = open(folder)
    await store.set(aRecord('secret'))
    await make(pathOf(folder), join(folder, 'decoy'))
    expect((await failure(store.get(key))).message).toMatch(words)
  })

  test('a link in place of a record is replaced by the next write, and what it points to is not touched', async () => {
    const folder = newFolder()
    const store = open(folder)
    await store.set(aRecord('first'))
    await symlinkTo(pathOf(folder), join(folder, 'decoy'))
    const before = await readFile(join(folder, 'decoy'), 'utf8')
    await store.set(aRecord('second', { expiresAt: start + 7_200_000 }))
    expect((await store.get(key))?.secret).toBe('second')
    expect(await readFile(join(folder, 'decoy'), 'utf8')).toBe(before)
  })

  test('a key file that others may read, or that is a link, is not used', async () => {
    const folder = newFolder()
    await open(folder).set(aRecord('secret'))
    await chmod(`${folder}.key`, 0o640)
    expect((await failure(open(folder).get(key))).message).toMatch(/\.key is open to other users \(mode 0640\)/)
    await chmod(`${folder}.key`, 0o600)
    await symlinkTo(`${folder}.key`, `${folder}.elsewhere`)
    expect((await failure(open(folder).get(key))).message).toMatch(/symbolic link/)
  })
})

describe('a key file', () => {
  test('is made with the first use, and says what it protects against', async () => {
    const folder = newFolder()
    const keyFile = join(dirname(folder), 'elsewhere.key')
    await open(folder, { keyFile }).set(aRecord('secret'))
    const text = await readFile(keyFile, 'utf8')
    expect(text).toMatch(/^# The keys of the token cache/)
    expect(text).toMatch(/backups.*\n# They do not protect against programs that run as you/)
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^[\w-]{43}$/)
  })

  test('is one file, however many make it at once', async () => {
    const folder = newFolder()
    const stores = Array.from({ length: 12 }, () => open(folder))
    await Promise.all(stores.map((store, index) => store.set(aRecord(`secret-${index}`, { key: keyNumber(index) }))))
    for (let index = 0; index < stores.length; index++) {
      expect((await open(folder).get(keyNumber(index)))?.secret).toBe(`secret-${index}`)
    }
  })

  test('rotates: what was sealed before is read, and other stores see the new key', async () => {
    const folder = newFolder()
    const [one, other] = [open(folder), open(folder)]
    await one.set(aRecord('old'))
    await other.get(key)
    await one.rotateKey()
    expect((await one.get(key))?.secret).toBe('old')
    await one.set(aRecord('new', { key: keyNumber(1) }))
    expect((await other.get(keyNumber(1)))?.secret).toBe('new')
    const ids = await Promise.all(
      [key, keyNumber(1)].map(async (of) => (await readFile(pathOf(folder, of), 'utf8')).split('.')[1]),
    )
    expect(new Set(ids).size).toBe(2)
  })

  test('keeps no more than four keys', async () => {
    const folder = newFolder()
    const store = open(folder)
    await store.set(aRecord('old'))
    for (let times = 0; times < 4; times++) await store.rotateKey()
    const lines = (await readFile(`${folder}.key`, 'utf8')).split('\n').filter((line) => /^[\w-]{43}$/.test(line))
    expect(lines).toHaveLength(4)
    const told: string[] = []
    expect(await store.get(key, ({ message }) => told.push(message))).toBeUndefined()
    expect(told).toEqual([expect.stringMatching(/not given/)])
    await store.set(aRecord('new', { expiresAt: start + 7_200_000 }))
    expect((await store.get(key))?.secret).toBe('new')
  })

  test('that is spoilt is named, without its content, and left as it is', async () => {
    const folder = newFolder()
    await writeFile(`${folder}.key`, 'not-a-key\n', { mode: 0o600 })
    const { message } = await failure(open(folder).set(aRecord('secret')))
    expect(message).toMatch(/the key file .*\.key: keys\[0\] is not a key of 32 bytes/)
    expect(message).not.toContain('not-a-key')
    expect(await readFile(`${folder}.key`, 'utf8')).toBe('not-a-key\n')
  })

  test('can’t be rotated where the keys are given', async () => {
    const store = open(newFolder(), { keys: randomBytes(32) })
    expect((await failure(store.rotateKey())).message).toMatch(
      /the keys were passed as an option\. Open the store again, with the new key/,
    )
  })
})

function keyNumber(index: number): typeof key {
  return { ...key, target: `scope-${index}` }
}

async function symlinkTo(path: string, elsewhere: string): Promise<void> {
  await rename(path, elsewhere)
  await symlink(elsewhere, path)
}

/** A partition that is kept in this one of the 256 parts. */
function partitionInPart(part: string): string {
  for (let index = 0; ; index++) {
    if (partitionName(`user-${index}`).startsWith(part)) return `user-${index}`
  }
}
