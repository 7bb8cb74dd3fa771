import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { buildProgram, type Finished, type Program } from './program.ts'

// Each run is a process, and a machine may have more to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let program: Program

beforeAll(async () => {
  program = await buildProgram()
})

/** Runs a line of a shell, in which `entrada` is the program. */
function inShell(line: string, env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const PATH = `${program.bin}:${process.env.PATH}`
  const options = { env: program.environment({ PATH, ...env }), cwd: program.bin }
  return new Promise((resolve) => {
    execFile('sh', ['-c', line], options, (error, output, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code), output, errors })
    })
  })
}

test.for([
  ['a device that is full', 'entrada token --aliases >/dev/full', 'ENOSPC'],
  ['a file that may not grow', `trap '' XFSZ; ulimit -f 0; entrada token --aliases >answer`, 'EFBIG'],
])('an answer that cannot be written to %s is an error', async ([, line = '', code]) => {
  expect(await inShell(line)).toEqual({
    code: 1,
    output: '',
    errors: `entrada: standard output cannot be written (${code}).\n`,
  })
})

test('who stops reading is no error', async () => {
  const { errors, output } = await inShell('{ entrada completion zsh; echo "code $?" >&2; } | head -1')
  expect({ errors, output }).toEqual({ errors: 'code 0\n', output: '#compdef entrada\n' })
})

test('a configuration that is a pipe into which nobody writes is an error, and never an answer without a token', async () => {
  const pipe = join(program.bin, 'pipe')
  const { code, output, errors } = await inShell(
    `rm -f '${pipe}' && mkfifo '${pipe}' && entrada token arm --config '${pipe}'`,
  )
  expect(errors).toMatch(/^entrada: .*pipe: the configuration cannot be read .*\n$/)
  expect({ code, output }).toEqual({ code: 2, output: '' })
})
