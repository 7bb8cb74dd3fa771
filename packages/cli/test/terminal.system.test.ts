import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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

test('bash completes with it', async () => {
  const { output } = await program.run(['completion', 'bash'])
  await mkdir(program.home, { recursive: true })
  const file = join(program.home, 'completion.bash')
  await writeFile(file, output)
  const complete = async (...words: readonly string[]): Promise<string[]> => {
    const script = `. ${file}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _entrada; echo "\${COMPREPLY[*]}"`
    return (await promisify(execFile)('bash', ['-c', script])).stdout.trim().split(' ')
  }
  expect(await complete('entrada', 'to')).toEqual(['token'])
  expect(await complete('entrada', 'token', 'kus')).toEqual(['kusto'])
  expect(await complete('entrada', 'token', '-o', 'exec')).toEqual(['exec-credential'])
  expect(await complete('entrada', 'login', '--use')).toEqual(['--use-secret'])
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
