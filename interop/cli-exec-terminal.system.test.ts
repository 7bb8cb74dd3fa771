import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Emulator } from '@entrada/emulator'
import { beforeAll, expect, test, vi } from 'vitest'
import { startAuthority, variablesOf } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { component, scriptProgram } from './components.ts'

component(scriptProgram)
vi.setConfig({ testTimeout: 60_000 })

let program: Program
let emulator: Emulator
beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

/** Counts its SIGINTs, and ends with the first line that it reads. */
const counting = `
  let count = 0
  process.on('SIGINT', () => console.log('interrupted ' + ++count))
  process.stdin.once('data', () => process.exit(count))
  console.log('ready')`

test('Ctrl-C in a terminal reaches the program once, and the terminal stays its own', async () => {
  // `exec`: the shell that `script` starts is dash on some machines, which ends by Ctrl-C after its program has not.
  const command = `exec '${process.execPath}' '${program.path}' exec -- '${process.execPath}' -e "${counting}"`
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: program.environment(variablesOf(emulator)),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
  })
  const until = async (text: string): Promise<void> => {
    while (!shown.includes(text)) await once(child.stdout, 'data')
  }
  await until('ready')
  child.stdin.write('\u0003')
  await until('interrupted 1')
  child.stdin.write('\u0003')
  await until('interrupted 2')
  child.stdin.write('end\n')
  const [code] = await once(child, 'exit')
  expect(code).toBe(2)
  expect(shown).not.toContain('interrupted 3')
})
