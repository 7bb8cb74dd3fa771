import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type FileTokenStore, fileTokenStore, partitionName, recordName, type TokenKey } from 'entrada/store'
import { describe, expect, test } from 'vitest'
import { failure } from '../world.ts'
import { aRecord, key, start } from './a-record.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
const day = 24 * 3600_000
const refresh: TokenKey = { ...key, kind: 'refresh' }
const account: TokenKey = { ...key, kind: 'account' }

function open(folder: string, options: object = {}, random = 0.999): FileTokenStore {
  return fileTokenStore({ folder, host: { now: () => start, random: () => random }, ...options })
}

function pathOf(folder: string, of: TokenKey): string {
  const partition = partitionName(of.partition)
  return join(folder, 'records', partition.slice(0, 2), partition, recordName(of))
}

/** What the store says of a call. */
function listener() {
  const told: string[] = []
  return { told, report: ({ message }: Error): void => void told.push(message) }
}

const foreign: [string, string][] = [
  ['of another key, for 90 days', `entrada1.bbbbbbbbbbbb.${start + 90 * day}.AAAA`],
  ['of another key, until the year 9999', 'entrada1.bbbbbbbbbbbb.253402300799000.AAAA'],
  ['of another key, in form 2', `entrada2.bbbbbbbbbbbb.${start + 90 * day}.${start}-AAAA`],
  ['of a newer version', `entrada9.bbbbbbbbbbbb.${start + 90 * day}.AAAA`],
  ['that is rubbish', 'rubbish'],
  ['that is empty', ''],
]

describe.each(foreign)('a record %s', (_, text) => {
  test.each(['access', 'refresh', 'account'] as const)(
    'is no record to a get of kind %s, with one report',
    async (kind) => {
      const folder = newFolder()
      const of = { ...key, kind }
      const store = open(folder)
      await store.set(aRecord('first', { key: of }))
      await writeFile(pathOf(folder, of), text)
      const { told, report } = listener()
      expect(await store.get(of, report)).toBeUndefined()
      expect(told).toHaveLength(1)
    },
  )

  test.each(['access', 'refresh', 'account'] as const)('of kind %s is replaced by the next set', async (kind) => {
    const folder = newFolder()
    const of = { ...key, kind }
    const store = open(folder)
    await store.set(aRecord('first', { key: of }))
    await writeFile(pathOf(folder, of), text)
    await store.set(aRecord('fresh', { key: of }))
    expect((await store.get(of))?.secret).toBe('fresh')
  })
})

describe('a sign-in that a program cannot open', () => {
  const [older, newer] = [randomBytes(32), randomBytes(32)]

  test.each([
    ['refresh token', refresh],
    ['account', account],
  ])('is set aside for those who can: %s', async (_, of) => {
    const folder = newFolder()
    await open(folder, { keys: newer }).set(aRecord('of the newer', { key: of }))
    await open(folder, { keys: older }).set(aRecord('of the older', { key: of }))
    expect((await open(folder, { keys: older }).get(of))?.secret).toBe('of the older')
    expect((await open(folder, { keys: newer }).get(of))?.secret).toBe('of the newer')
  })

  test('outlasts a rotation one program after the other: [old, new], then [new, old]', async () => {
    const folder = newFolder()
    await open(folder, { keys: older }).set(aRecord('1', { key: refresh }))
    await open(folder, { keys: [older, newer] }).set(aRecord('2', { key: refresh }))
    await open(folder, { keys: [newer, older] }).set(aRecord('3', { key: refresh, expiresAt: start + day }))
    expect((await open(folder, { keys: [older, newer] }).get(refresh))?.secret).toBe('3')
    expect(await readdir(join(folder, 'set-aside'))).toEqual([])
  })

  test('goes with the others when the user signs out', async () => {
    const folder = newFolder()
    await open(folder, { keys: newer }).set(aRecord('of the newer', { key: refresh }))
    await open(folder, { keys: older }).set(aRecord('of the older', { key: refresh }))
    await open(folder, { keys: older }).delete(refresh)
    expect(await open(folder, { keys: newer }).get(refresh)).toBeUndefined()
    expect(await readdir(join(folder, 'set-aside'))).toEqual([])
  })

  test('does not keep an access token: it is acquired again', async () => {
    const folder = newFolder()
    await open(folder, { keys: newer }).set(aRecord('of the newer'))
    await open(folder, { keys: older }).set(aRecord('of the older'))
    expect(await readdir(join(folder, 'set-aside'))).toEqual([])
  })
})

describe('a record that was written by a clock that was ahead', () => {
  const ahead = { cachedAt: start + 30 * day, expiresAt: start + 31 * day }

  test('is not served, and does not keep a good one out', async () => {
    const store = open(newFolder())
    await store.set(aRecord('ahead', ahead))
    expect(await store.get(key)).toBeUndefined()
    expect(await store.list(key.partition)).toEqual([])
    await store.set(aRecord('good'))
    expect((await store.get(key))?.secret).toBe('good')
  })

  test('may be five minutes ahead, as the clocks of two machines are', async () => {
    const store = open(newFolder())
    await store.set(aRecord('near', { cachedAt: start + 300_000 }))
    expect((await store.get(key))?.secret).toBe('near')
    await store.set(aRecord('ahead', { cachedAt: start + 300_001, expiresAt: start + day }))
    expect(await store.get(key)).toBeUndefined()
  })
})

test('no record lasts longer than 100 days', async () => {
  const store = open(newFolder())
  await store.set(aRecord('for ever', { expiresAt: start + 1000 * day }))
  expect((await store.get(key))?.expiresAt).toBe(start + 100 * day)
})

test('a record that claims to last for ever is swept 100 days after it was written', async () => {
  const folder = newFolder()
  const store = open(folder, {}, 0)
  const swept = { ...key, partition: partitionOfPart('00') }
  await store.set(aRecord('first', { key: swept }))
  await writeFile(pathOf(folder, swept), foreign[1]?.[1] ?? '')
  const then = new Date(start - 99 * day)
  await utimes(pathOf(folder, swept), then, then)
  await store.set(aRecord('one', { expiresAt: start + 1 }))
  expect((await stat(pathOf(folder, swept))).size).toBeGreaterThan(0)
  const before = new Date(start - 101 * day)
  await utimes(pathOf(folder, swept), before, before)
  await store.set(aRecord('two', { expiresAt: start + 2 }))
  await expect(stat(pathOf(folder, swept))).rejects.toThrow('ENOENT')
})

describe('what is left of a write that came to no end', () => {
  test('is swept by its name, without being opened', async () => {
    const folder = newFolder()
    const store = open(folder, {}, 0)
    await store.set(aRecord('first'))
    const ours = [join(folder, 'temporary', randomUUID()), `${folder}.key.${randomUUID()}.tmp`]
    const theirs = [
      join(folder, 'temporary', 'notes.txt'),
      join(folder, 'leases', 'notes.txt'),
      join(folder, 'set-aside', 'notes.txt'),
      `${folder}.key.notes.tmp`,
      `${folder}.keys.${randomUUID()}.tmp`,
    ]
    const old = new Date(start - 365 * day)
    for (const path of [...ours, ...theirs]) {
      await writeFile(path, '', { mode: 0o600 })
      await utimes(path, old, old)
    }
    await mkdir(join(folder, 'temporary', 'documents'))
    await writeFile(join(folder, 'temporary', 'documents', 'thesis.txt'), 'work')
    await utimes(join(folder, 'temporary', 'documents'), old, old)
    await store.set(aRecord('second', { expiresAt: start + day }))
    for (const path of ours) await expect(stat(path), path).rejects.toThrow('ENOENT')
    for (const path of theirs) expect((await stat(path)).isFile(), path).toBe(true)
    expect(await readFile(join(folder, 'temporary', 'documents', 'thesis.txt'), 'utf8')).toBe('work')
  })
})

describe('a key file of our own that was', () => {
  const whole = randomBytes(32).toString('base64url')
  test.each([
    ['emptied', ''],
    ['cut within its note', '# The keys of the token ca'],
    ['cut within its key', `# note\n${whole.slice(0, 20)}`],
    ['filled with zeros', '\0'.repeat(200)],
  ])('%s is set aside and created again, with one report', async (_, text) => {
    const folder = newFolder()
    await writeFile(`${folder}.key`, text, { mode: 0o600 })
    const { told, report } = listener()
    const store = open(folder)
    await store.set(aRecord('secret'), report)
    expect((await store.get(key, report))?.secret).toBe('secret')
    expect(told).toEqual([expect.stringMatching(/the key file .*\.key was empty or cut off, and was replaced/)])
    expect((await open(folder).get(key))?.secret).toBe('secret')
    const names = (await readdir(dirname(folder))).filter(
      (name) => name.endsWith('.broken') && name.includes(`${folder.split('/').at(-1)}.key.`),
    )
    expect(names).toHaveLength(1)
    expect(await readFile(join(dirname(folder), names[0] as string), 'utf8')).toBe(text)
  })

  test('cut within its second key keeps the first one', async () => {
    const folder = newFolder()
    await open(folder, { keys: whole }).set(aRecord('sealed with the first'))
    await writeFile(`${folder}.key`, `${whole}\n${whole.slice(0, 9)}`, { mode: 0o600 })
    expect((await open(folder).get(key))?.secret).toBe('sealed with the first')
  })

  test.each([
    ['emptied', ''],
    ['cut', whole.slice(0, 20)],
  ])('%s and that the caller named is an error, and is not touched', async (_, text) => {
    const folder = newFolder()
    const keyFile = `${folder}.named`
    await writeFile(keyFile, text, { mode: 0o600 })
    const { message } = await failure(open(folder, { keyFile }).set(aRecord('secret')))
    expect(message).toMatch(/the key file .*\.named: keys(?:\[0\] is not a key of 32 bytes| is empty)/)
    expect(await readFile(keyFile, 'utf8')).toBe(text)
  })
})

/** A partition that is kept in this one of the 256 parts. */
function partitionOfPart(part: string): string {
  for (let index = 0; ; index++) {
    if (partitionName(`user-${index}`).startsWith(part)) return `user-${index}`
  }
}
