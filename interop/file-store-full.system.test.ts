import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileFromSource } from './compile-from-source.ts'
import { component, mountNamespaces } from './components.ts'

component(mountNamespaces)

let root: string
let program: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'entrada-full-'))
  program = join(root, 'full-disk.mjs')
  await compileFromSource(new URL('file-store/full-disk.mjs', import.meta.url), program)
})

afterAll(() => rm(root, { recursive: true, force: true }))

test('on a full disk a write says so, what was written stays whole, nothing is left over, and it goes on when there is room', async ({
  skip,
}) => {
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) {
    skip('A disk of the test’s own needs the right to mount (unshare --mount), which this user has not.')
  }
  const disk = await mkdtemp(join(root, 'disk-'))
  const script = 'mount -t tmpfs -o size=256k,mode=0700 tmpfs "$1" && exec "$2" "$3" "$1/store"'
  const { stdout } = await promisify(execFile)('unshare', [
    ...['--mount', 'sh', '-c', script, 'sh', disk, process.execPath, program],
  ])
  const said = JSON.parse(stdout)
  expect(said).toMatchObject({ code: 'ENOSPC', after: true, unfinished: [] })
  expect(said.written).toBeGreaterThan(3)
  expect(said.read).toBe(said.written)
  expect(said.missing).toBeUndefined()
})
