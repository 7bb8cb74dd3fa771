import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { beforeAll, expect, test, vi } from 'vitest'
import { scope, startAuthority } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { start } from '../packages/cli/test/running.ts'
import { startTlsServer, type TlsServer } from '../packages/cli/test/tls-server.ts'
import { openPerson } from './cli/person.ts'
import { secretIn, tokenCheck } from './cli/token-check.ts'
import { component, curl } from './components.ts'

const isHere = component(curl)
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let program: Program
let emulator: Emulator
let api: TlsServer

beforeAll(async () => {
  if (!isHere) return
  program = await buildProgram()
  emulator = await startAuthority()
  const check = await tokenCheck(emulator, new URL(scope).origin)
  api = await startTlsServer(async ({ headers }, response) => {
    const isGood = (await check(secretIn(headers.authorization))) !== undefined
    response.writeHead(isGood ? 200 : 401).end(isGood ? headers.authorization?.split(' ')[0] : '')
  })
})

test('curl takes the header from standard input', async () => {
  const person = await openPerson(program, emulator)
  const url = `https://${api.host}/`
  const ask = (input: string) => person.run(['sh', '-c', `${input} | curl -fsS --cacert ca.pem -H @- ${url}`])
  expect((await ask('echo A: b')).code).not.toBe(0)
  expect(await ask(`entrada token ${scope} -o header`)).toEqual({ code: 0, output: 'Bearer', errors: '' })
})

test('curl takes the token as a password from the file that keep keeps', async () => {
  const person = await openPerson(program, emulator)
  const file = join(person.home, 'netrc')
  const ask = () => person.run(['curl', '-fsS', '--cacert', 'ca.pem', '--netrc-file', file, `https://${api.host}/`])
  start(program, ['keep', '--file', file, '--scope', scope, '-o', 'netrc', '--host', 'localhost'], person.env)
  await vi.waitFor(() => readFile(file), { timeout: 20_000 })
  expect(await ask()).toEqual({ code: 0, output: 'Basic', errors: '' })
  // Only that host gets it.
  const other = await person.run([
    'curl',
    '-fsS',
    '--cacert',
    'ca.pem',
    '--netrc-file',
    file,
    `https://127.0.0.1:${api.port}/`,
  ])
  expect(other.code).not.toBe(0)
})
