import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, expect, test, vi } from 'vitest'
import { component, scriptProgram } from '../../../interop/components.ts'
import { buildProgram, type Program } from './program.ts'

const isHere = component(scriptProgram)

// Each run is a process, and a machine may have more to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let program: Program

beforeAll(async () => {
  if (isHere) program = await buildProgram()
})

test('a terminal gets colours and a pipe none, whatever NO_COLOR and --no-color say', async () => {
  const script = async (args: string, env: NodeJS.ProcessEnv = {}): Promise<string> => {
    const line = `${process.execPath} ${program.path} ${args}`
    const run = promisify(execFile)('script', ['-qec', line, '/dev/null'], {
      env: program.environment({ TERM: 'xterm', ...env }),
    })
    return (await run.catch((error) => error)).stdout
  }
  const has = (text: string): boolean => text.includes('\u001b[1m')
  expect(has(await script('--help'))).toBe(true)
  expect(has(await script('--help --no-color'))).toBe(false)
  expect(has(await script('--help', { NO_COLOR: '1' }))).toBe(false)
  expect(has((await program.run(['--help'])).output)).toBe(false)
})
