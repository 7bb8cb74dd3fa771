import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { startExample } from '../examples/running-example.ts'
import { buildProgram, type Run } from '../packages/emulator/test/program.ts'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
import { cleanEnvironment } from '../testing/environment.mjs'

vi.setConfig({ testTimeout: 60_000 })

const { start } = await buildProgram()
const examples = await temporaryFolderOf('examples')
afterAll(examples.remove)

/** Starts the command line with Azurite, and reads the variables that it exports. */
async function startBoth(...flags: readonly string[]): Promise<{ run: Run; env: Record<string, string> }> {
  const run = start('--with', 'azurite', '--export', 'json', ...flags)
  await run.untilError('Ctrl+C stops it.')
  return { run, env: JSON.parse(run.output()) }
}

test('--with azurite: a program needs the exported variables and nothing else', async () => {
  const { run, env } = await startBoth()
  expect(run.errors()).toContain('(which Azurite expects)')
  const quickstart = await startExample('quickstart.ts', examples.path, cleanEnvironment(env))
  const { code, output, errors } = await quickstart.finished()
  expect([code, errors]).toEqual([0, ''])
  expect(output).toContain('which says: Hello from entrada!')

  expect(await run.stop()).toEqual([0, null])
  await expect(fetch(env.AZURE_STORAGE_BLOB_ENDPOINT ?? '')).rejects.toThrow('fetch failed')
})

test('--state keeps what is stored, too', async () => {
  const state = await mkdtemp(join(tmpdir(), 'emulator-state-'))
  onTestFinished(() => rm(state, { recursive: true }))
  const outputs: string[] = []
  for (const _ of ['first', 'second']) {
    const { run, env } = await startBoth('--state', state)
    await (await startExample('quickstart.ts', examples.path, cleanEnvironment(env))).finished()
    const listing = await startExample('await-using.ts', examples.path, cleanEnvironment(env))
    outputs.push((await listing.finished()).output)
    expect(await run.stop()).toEqual([0, null])
  }
  expect(outputs).toEqual(['Found 1 containers', 'Found 2 containers'])
})

test('Azurite ends with the program, even one that is killed', async () => {
  const { run, env } = await startBoth()
  const { AZURE_STORAGE_BLOB_ENDPOINT: storage = '' } = env
  const isUp = (): Promise<boolean> =>
    fetch(storage).then(
      () => true,
      (error) => error.cause?.code !== 'ECONNREFUSED',
    )
  expect(await isUp()).toBe(true)
  await run.stop('SIGKILL')
  await expect.poll(isUp, { timeout: 10_000 }).toBe(false)
})
