import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = new URL('../', import.meta.url)

/** The files that `npm run test:random` runs, with what follows `--`. */
async function filesOf(more: string): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'))
  const list = scripts['test:random'].replace('vitest run', 'node_modules/vitest/vitest.mjs list --filesOnly')
  const { stdout } = await promisify(execFile)('sh', ['-c', `exec '${process.execPath}' ${list} ${more}`], {
    cwd: root,
  })
  return stdout.split('\n').filter((line) => line.includes('.test.ts'))
}

test('npm run test:random runs the tests of all packages, or those of a path alone', async () => {
  const all = await filesOf('')
  expect(all.length).toBeGreaterThan(100)
  expect(all.filter((file) => !file.startsWith('packages/') || file.includes('.system.'))).toEqual([])
  const some = await filesOf('packages/verify')
  expect(some).toEqual(all.filter((file) => file.startsWith('packages/verify/')))
}, 120_000)
