import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { fileAccess } from '../../src/msal/file-access.ts'
import { localSharedFiles } from '../../src/runtime/files/shared-files.ts'
import { failure } from '../world.ts'
import { temporaryFolder } from './shared-cache.ts'

/** A file, and an access to it whose pauses do what the test says. */
function accessTo(text: string | undefined, whilePausing: (pauses: number) => void = () => undefined) {
  const path = join(temporaryFolder(), 'cache.json')
  if (text !== undefined) writeFileSync(path, text)
  let pauses = 0
  const sleep = async () => whilePausing(++pauses)
  return { path, lock: `${path}.lockfile`, access: fileAccess(path, { files: localSharedFiles, sleep }) }
}

test('a missing file counts as no document, and is created for its owner only', async () => {
  const { access, path } = accessTo(undefined)
  expect(await access.read()).toBeUndefined()
  await access.update((text) => (text === undefined ? '{"a":{}}' : undefined))
  expect(readFileSync(path, 'utf8')).toBe('{"a":{}}')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(dirname(path))).toEqual(['cache.json'])
})

test('what others may read is theirs no more once it is written', async () => {
  const { access, path } = accessTo('{}')
  chmodSync(path, 0o644)
  await access.update(() => '{"a":1}')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a change that changes nothing leaves the file alone', async () => {
  const { access, path } = accessTo('{}')
  const { mtimeMs, ino } = statSync(path)
  await access.update(() => undefined)
  expect(statSync(path)).toMatchObject({ mtimeMs, ino })
})

test('a hundred changes at once are made one after the other', async () => {
  const { access, path } = accessTo('{"count":0}')
  const change = (text: string | undefined) => JSON.stringify({ count: JSON.parse(text ?? '').count + 1 })
  await Promise.all(Array.from({ length: 100 }, () => access.update(change)))
  expect(readFileSync(path, 'utf8')).toBe('{"count":100}')
})

test('a change that throws leaves the document and no lock', async () => {
  const { access, path, lock } = accessTo('{}')
  const error = new Error('of the change')
  const failed = access.update(() => {
    throw error
  })
  expect(await failure(failed)).toBe(error)
  expect([readFileSync(path, 'utf8'), existsSync(lock)]).toEqual(['{}', false])
  await access.update(() => '{"a":1}')
})

test('another’s lock is waited for', async () => {
  const { access, path, lock } = accessTo('{}', (pauses) => {
    if (pauses === 3) rmSync(lock)
  })
  writeFileSync(lock, '1')
  await access.update(() => '{"a":1}')
  expect([readFileSync(path, 'utf8'), existsSync(lock)]).toEqual(['{"a":1}', false])
})

test('a lock that was left behind is taken over after five seconds', async () => {
  let waited = 0
  const { access, path, lock } = accessTo('{}', () => {
    waited += 50
  })
  writeFileSync(lock, '1 of a program that died')
  await access.update(() => '{"a":1}')
  expect(waited).toBe(5000)
  expect([readFileSync(path, 'utf8'), existsSync(lock)]).toEqual(['{"a":1}', false])
})

test('a lock that others keep taking is never broken', async () => {
  const { access, path, lock } = accessTo('{}', (pauses) => {
    rmSync(lock)
    writeFileSync(lock, `${pauses}`)
  })
  writeFileSync(lock, '0')
  expect((await failure(access.update(() => '{"a":1}'))).message).toBe(`${lock} is held by another program`)
  expect([readFileSync(path, 'utf8'), existsSync(lock)]).toEqual(['{}', true])
}, 20_000)

test('a file that is caught half-written is read again', async () => {
  const { access, path } = accessTo('{"a":', (pauses) => {
    if (pauses === 2) writeFileSync(path, '{"a":1}')
  })
  expect(await access.read()).toBe('{"a":1}')
})

test('garbage is reported, and never overwritten', async () => {
  const { access, path } = accessTo('{"a":')
  expect((await failure(access.read())).message).toBe(`${path} is not an MSAL cache: it is not JSON`)
  expect((await failure(access.update(() => '{}'))).message).toContain('not an MSAL cache')
  expect(readFileSync(path, 'utf8')).toBe('{"a":')
})

test.each<[string, (path: string) => void, RegExp]>([
  ['a folder', (path) => mkdirSync(path), /not a plain file|EISDIR/],
  ['a named pipe', (path) => void execFileSync('/usr/bin/mkfifo', [path]), /not a plain file/],
  ['17 MiB', (path) => sparse(path, 17 * 1024 * 1024), /larger than/],
  ['a link to a cache', (path) => link(path, '{}'), /a symbolic link, which is not followed/],
])('%s is not read', async (_, make, words) => {
  const { access, path } = accessTo(undefined)
  make(path)
  expect((await failure(access.read())).message).toMatch(words)
  expect((await failure(access.update(() => '{"a":1}'))).message).toMatch(words)
})

test('what a link in the file’s place points to is not written', async () => {
  const { path } = accessTo(undefined)
  const target = link(path, '{"of":"another"}')
  expect((await failure(localSharedFiles.replace(path, '{}'))).message).toContain('not a plain file')
  expect(readFileSync(target, 'utf8')).toBe('{"of":"another"}')
})

test('a write that fails leaves the former file, and nothing beside it', async () => {
  const { path } = accessTo('{}')
  const notText = Symbol('not a text') as unknown as string
  await failure(localSharedFiles.replace(path, notText))
  expect(readFileSync(path, 'utf8')).toBe('{}')
  expect(readdirSync(dirname(path))).toEqual(['cache.json'])
})

test('programs that are killed while they write leave a whole document', async () => {
  const { path } = accessTo('{"count":0}')
  const program = await programOf(`
    for (let count = 1; ; count++) {
      await localSharedFiles.replace(path, JSON.stringify({ count, padding: 'x'.repeat(200_000) }))
    }`)
  for (let round = 0; round < 4; round++) {
    const child = fork(program, [path], { silent: true })
    const before = statSync(path).mtimeMs
    while (statSync(path).mtimeMs === before) await new Promise((resolve) => setImmediate(resolve))
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(JSON.parse(readFileSync(path, 'utf8')).count).toBeGreaterThan(0)
  }
}, 30_000)

test('programs that change it at once lose nothing of each other’s', async () => {
  const { path } = accessTo('{}')
  const program = await programOf(`
    const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
    const access = fileAccess(path, { files: localSharedFiles, sleep })
    for (let number = 0; number < 5; number++) {
      await access.update((text) => JSON.stringify({ ...JSON.parse(text), [process.argv[3] + number]: {} }))
    }`)
  const children = ['a', 'b', 'c', 'd', 'e'].map((name) => fork(program, [path, name], { silent: true }))
  const ends = await Promise.all(children.map((child) => once(child, 'exit')))
  expect(ends.map(([code]) => code)).toEqual([0, 0, 0, 0, 0])
  expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')))).toHaveLength(25)
}, 30_000)

function sparse(path: string, bytes: number): void {
  writeFileSync(path, '')
  truncateSync(path, bytes)
}

function link(path: string, text: string): string {
  const target = join(temporaryFolder(), 'target.json')
  writeFileSync(target, text)
  symlinkSync(target, path)
  return target
}

/** A program that has the library's file access and the path of the document. */
async function programOf(body: string): Promise<string> {
  const source = (name: string): string => new URL(`../../src/${name}`, import.meta.url).pathname
  const outfile = join(temporaryFolder(), 'program.mjs')
  const contents = `import { localSharedFiles } from '${source('runtime/files/shared-files.ts')}'
import { fileAccess } from '${source('msal/file-access.ts')}'
const path = process.argv[2]
${body}`
  const stdin = { contents, resolveDir: dirname(source('msal')) }
  await build({ stdin, outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' })
  return outfile
}
