import { chmod, lstat, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compiledFolder } from '../src/compile-cache.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'entrada-compiled-'))
})

afterEach(() => rm(home, { recursive: true, force: true }))

const uid = process.getuid?.() ?? 0

test('what is compiled is kept in a folder of the user’s own, which nobody else can enter', async () => {
  const folder = compiledFolder({ HOME: home }, 'linux', uid)
  expect(folder).toBe(`${home}/.cache/entrada/compiled`)
  expect((await lstat(folder ?? '')).mode & 0o777).toBe(0o700)
  expect(compiledFolder({ HOME: '/nowhere', XDG_CACHE_HOME: home }, 'linux', uid)).toBe(`${home}/entrada/compiled`)
  expect(compiledFolder({ LOCALAPPDATA: home }, 'win32', undefined)).toBe(`${home}/entrada/compiled`)
})

test('what somebody else could have put there is not run', async () => {
  expect(compiledFolder({ HOME: home }, 'linux', uid + 1)).toBeUndefined()
  const folder = compiledFolder({ HOME: home }, 'linux', uid) ?? ''
  await chmod(folder, 0o770)
  expect(compiledFolder({ HOME: home }, 'linux', uid)).toBeUndefined()
})

test.for([{}, { HOME: 'below' }, { HOME: '' }, { HOME: '/proc' }, { XDG_CACHE_HOME: 'below' }])(
  'with %j nothing is kept, least of all in a folder that everybody shares',
  (env) => {
    expect(compiledFolder(env, 'linux', uid)).toBeUndefined()
  },
)

test('a folder that cannot be made is none', async () => {
  await mkdir(join(home, '.cache'))
  await symlink('/nowhere', join(home, '.cache/entrada'))
  expect(compiledFolder({ HOME: home }, 'linux', uid)).toBeUndefined()
})
