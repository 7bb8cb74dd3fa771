import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileTokenStore, type TokenRecord, type TokenStore } from 'entrada/store'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { aRecord, key, start } from '../packages/entrada/test/stores/a-record.ts'
import { type EarlierVersion, loadEarlierVersion } from './earlier-version.ts'

const hour = 3600_000
const day = 24 * hour
const host = { now: () => start, random: () => 0.999 }

const { realm: _, target: __, ...ofUser } = key
/** One record of each kind, as credentials write them. */
const records: TokenRecord[] = [
  aRecord('an access token', { refreshAt: start + hour / 2 }),
  aRecord('a token of an application', { key: { ...key, partition: 'app', cae: true } }),
  { key: { ...ofUser, kind: 'refresh' }, secret: 'a-refresh-token', cachedAt: start, expiresAt: start + 90 * day },
  { key: { ...ofUser, kind: 'account' }, secret: 'an-account', cachedAt: start, expiresAt: start + 90 * day },
]

/** A store of 0.1.0 that is kept in this repository: its key file, and its files by their paths. */
interface Kept {
  keyFile: string
  files: Record<string, string>
}
const keptAt = new URL('file-store/written-by-0.1.0.json', import.meta.url)

let root: string
let count = 0
const newFolder = (): string => join(root, String(++count))

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'entrada-versions-'))
})

afterAll(() => rm(root, { recursive: true, force: true }))

test('a store that 0.1.0 wrote is read, written and signed out of', async () => {
  const { keyFile, files } = JSON.parse(await readFile(keptAt, 'utf8')) as Kept
  const folder = newFolder()
  await writeFile(`${folder}.key`, keyFile, { mode: 0o600 })
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 })
    await writeFile(join(folder, path), text, { mode: 0o600 })
  }
  const store = fileTokenStore({ folder, host })
  for (const one of records) expect(await store.get(one.key)).toEqual(one)
  expect(await store.list('ada.contoso')).toHaveLength(3)
  await store.set(aRecord('a later token', { expiresAt: start + 2 * hour }))
  expect((await store.get(key))?.secret).toBe('a later token')
  for (const one of await store.list('ada.contoso')) await store.delete(one.key)
  expect(await store.list('ada.contoso')).toEqual([])
})

describe('with 0.1.0 on the same folder', () => {
  let earlier: EarlierVersion | { reason: string }
  beforeAll(async () => {
    earlier = await loadEarlierVersion()
    if (process.env.ENTRADA_WRITE_STORE_OF_0_1_0 !== '1' || 'reason' in earlier) return
    await writeFile(keptAt, `${JSON.stringify(await written(earlier), undefined, 2)}\n`)
  }, 60_000)

  beforeEach(({ skip }) => {
    if ('reason' in earlier) skip(earlier.reason)
  })

  const open = (folder: string, options: object = {}): TokenStore => fileTokenStore({ folder, host, ...options })
  const openEarlier = (folder: string, options: object = {}): Required<TokenStore> =>
    (earlier as EarlierVersion).fileTokenStore({ folder, host, ...options })

  test('each reads what the other wrote', async () => {
    const [one, other] = [newFolder(), newFolder()]
    for (const each of records) {
      await open(one).set(each)
      await openEarlier(other).set(each)
    }
    for (const each of records) {
      expect(await openEarlier(one).get(each.key)).toEqual(each)
      expect(await open(other).get(each.key)).toEqual(each)
    }
    expect(await openEarlier(one).list('ada.contoso')).toHaveLength(3)
  })

  test('the later expiry wins, whoever wrote it', async () => {
    const folder = newFolder()
    await open(folder).set(aRecord('later', { expiresAt: start + 2 * hour }))
    await openEarlier(folder).set(aRecord('earlier'))
    expect((await openEarlier(folder).get(key))?.secret).toBe('later')
    await openEarlier(folder).set(aRecord('latest', { expiresAt: start + 3 * hour }))
    await open(folder).set(aRecord('late', { expiresAt: start + 2 * hour }))
    expect((await open(folder).get(key))?.secret).toBe('latest')
  })

  test('a lease that one holds is not had by the other', async () => {
    const folder = newFolder()
    const [now, before] = [open(folder), openEarlier(folder)]
    const held = await now.lease?.(key, 5000)
    expect(await before.lease(key, 5000)).toBeUndefined()
    await held?.release()
    const theirs = await before.lease(key, 5000)
    expect(theirs).toBeDefined()
    expect(await now.lease?.(key, 5000)).toBeUndefined()
    await theirs?.release()
    expect(await now.lease?.(key, 5000)).toBeDefined()
  })

  test('each sees the key that the other made, and put first', async () => {
    const folder = newFolder()
    const [now, before] = [
      fileTokenStore({ folder, host }),
      (earlier as EarlierVersion).fileTokenStore({ folder, host }),
    ]
    await now.set(aRecord('first'))
    await before.rotateKey()
    await before.set(aRecord('second', { expiresAt: start + 2 * hour }))
    expect((await now.get(key))?.secret).toBe('second')
    await now.rotateKey()
    await now.set(aRecord('third', { expiresAt: start + 3 * hour }))
    expect((await before.get(key))?.secret).toBe('third')
  })

  test('form 2 is left alone by 0.1.0, which says that it is newer', async () => {
    const folder = newFolder()
    for (const each of records) await open(folder, { formatVersion: 2 }).set(each)
    for (const each of records)
      await expect(openEarlier(folder).get(each.key)).rejects.toThrow(/entrada2, which is newer/)
    expect(await readdir(join(folder, 'set-aside'))).toEqual([])
    for (const each of records) expect(await open(folder).get(each.key)).toEqual(each)
  })

  test('a sign-in that 0.1.0 sealed with a key of its own is set aside, and not lost', async () => {
    const folder = newFolder()
    const [theirs, ours] = [randomBytes(32), randomBytes(32)]
    const signIn = records[2] as TokenRecord
    await openEarlier(folder, { keys: theirs }).set(signIn)
    await open(folder, { keys: ours }).set({ ...signIn, secret: 'ours' })
    expect((await open(folder, { keys: theirs }).get(signIn.key))?.secret).toBe(signIn.secret)
    expect((await open(folder, { keys: ours }).get(signIn.key))?.secret).toBe('ours')
  })
})

/** `ENTRADA_WRITE_STORE_OF_0_1_0=1` writes the store that is kept here anew, in a clone that has the commit of 0.1.0. */
async function written({ fileTokenStore: openEarlier }: EarlierVersion): Promise<Kept> {
  const folder = newFolder()
  for (const one of records) await openEarlier({ folder, host }).set(one)
  const files: Record<string, string> = {}
  for (const entry of await readdir(join(folder, 'records'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files[path.slice(folder.length + 1)] = await readFile(path, 'utf8')
  }
  if (!existsSync(`${folder}.key`)) throw new Error('there is no key file')
  return { keyFile: await readFile(`${folder}.key`, 'utf8'), files }
}
