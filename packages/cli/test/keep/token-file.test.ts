import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../../scripts/temporary-folder.mjs'
import { openTokenFile } from '../../src/keep/token-file.ts'

async function folder(): Promise<string> {
  const { path, remove } = await temporaryFolder()
  onTestFinished(remove)
  return path
}

test('what is written is whole, private, and alone in its folder', async () => {
  const path = join(await folder(), 'token')
  const file = await openTokenFile({ path, mode: 0o600 })
  for (const text of ['first', 'second']) {
    await file.write(text)
    expect(await readFile(path, 'utf8')).toBe(text)
  }
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readdir(join(path, '..'))).toEqual(['token'])
  expect(await file.whose()).toBe('ours')
  await file.remove()
  expect(await file.whose()).toBe('nobody’s')
  await file.remove()
})

test('another mode is that mode, whatever the umask', async () => {
  const path = join(await folder(), 'token')
  await (await openTokenFile({ path, mode: 0o644 })).write('text')
  expect((await stat(path)).mode & 0o777).toBe(0o644)
})

test('a reader that has the old file open reads the old file', async () => {
  const path = join(await folder(), 'token')
  const file = await openTokenFile({ path, mode: 0o600 })
  await file.write('first')
  const { ino } = await stat(path)
  await file.write('second')
  expect((await stat(path)).ino).not.toBe(ino)
})

test('a second keeper’s file is its own: the first does not remove it', async () => {
  const path = join(await folder(), 'token')
  const [first, second] = [await openTokenFile({ path, mode: 0o600 }), await openTokenFile({ path, mode: 0o600 })]
  await first.write('first')
  await second.write('second')
  expect([await first.whose(), await second.whose()]).toEqual(['somebody’s', 'ours'])
  await first.remove()
  expect(await readFile(path, 'utf8')).toBe('second')
  await second.remove()
  expect(await first.whose()).toBe('nobody’s')
})

test('a symbolic link is replaced, and what it led to stays as it is', async () => {
  const place = await folder()
  await writeFile(join(place, 'victim'), 'work')
  await symlink('victim', join(place, 'token'))
  await (await openTokenFile({ path: join(place, 'token'), mode: 0o600 })).write('token')
  expect(await readFile(join(place, 'victim'), 'utf8')).toBe('work')
  expect(await readFile(join(place, 'token'), 'utf8')).toBe('token')
})

test('what a killed process left is removed, and nothing else', async () => {
  const place = await folder()
  const dead = '.token.999999999.0123456789abcdef.entrada'
  const alive = `.token.${process.ppid}.0123456789abcdef.entrada`
  const others = [alive, '.token.entrada', '.other.999999999.0123456789abcdef.entrada', 'token.999999999']
  for (const name of [dead, ...others]) await writeFile(join(place, name), '')
  await (await openTokenFile({ path: join(place, 'token'), mode: 0o600 })).write('token')
  expect(new Set(await readdir(place))).toEqual(new Set([...others, 'token']))
})

test('a folder that is not there, and what is no file, are refused before anything is written', async () => {
  const place = await folder()
  const open = (path: string) => openTokenFile({ path: join(place, path), mode: 0o600 })
  await expect(open('missing/token')).rejects.toThrow(/missing is not a folder\. Create it, or name another file\.$/)
  await mkdir(join(place, 'taken'))
  await expect(open('taken')).rejects.toThrow(/taken is there, and is not a file\. Name another\.$/)
})

test('a write that fails leaves nothing beside the file', async () => {
  const place = await folder()
  const path = join(place, 'token')
  const file = await openTokenFile({ path, mode: 0o600 })
  await mkdir(join(path, 'in the way'), { recursive: true })
  await expect(file.write('token')).rejects.toThrow(/token cannot be written \(E[A-Z]+\)\. Name a file in a folder/)
  expect(await readdir(place)).toEqual(['token'])
})
