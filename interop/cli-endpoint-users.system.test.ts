import { execFile, spawnSync } from 'node:child_process'
import { chmod, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Emulator } from '@entrada/emulator'
import { beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { recognisableSecret, scope, startAuthority, variablesOf } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { type Running, start } from '../packages/cli/test/running.ts'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'
import { component, userIds } from './components.ts'

component(userIds)
vi.setConfig({ testTimeout: 60_000 })

/** Another user of the machine, who is not in its tables. */
const eve = 23_453
const asEve = ['--reuid', String(eve), '--regid', String(eve), '--clear-groups']

beforeEach(({ skip }) => {
  if (spawnSync('setpriv', [...asEve, 'true']).status !== 0)
    skip('To be two users at once takes root, who this user is not.')
})

let program: Program
let emulator: Emulator
beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

/** Runs a command as the other user. */
async function eveRuns(...command: string[]): Promise<{ output: string; errors: string; code: number }> {
  const running = promisify(execFile)('setpriv', [...asEve, ...command], {
    cwd: '/',
    env: { PATH: process.env.PATH ?? '' },
  })
  return running.then(
    ({ stdout, stderr }) => ({ output: stdout, errors: stderr, code: 0 }),
    ({ stdout, stderr, code }) => ({ output: stdout, errors: stderr, code }),
  )
}

/** A request of the other user; the status that it gets. */
async function eveAsks(url: string, options: object = {}): Promise<{ status: number; text: string }> {
  const script = `fetch(${JSON.stringify(url)}, ${JSON.stringify({ headers: { Metadata: 'true' }, ...options })})
    .then(async (response) => console.log(JSON.stringify({ status: response.status, text: await response.text() })))`
  const { output, errors } = await eveRuns(process.execPath, '-e', script)
  expect(errors).toBe('')
  return JSON.parse(output)
}

const waiting = `console.log(JSON.stringify([process.pid, process.env.AZURE_POD_IDENTITY_AUTHORITY_HOST])); setInterval(() => {}, 1000)`
const imds = `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${scope.replace('/.default', '')}`

interface Waiting extends Running {
  pid: number
  origin: string
  secret: string
}

async function startWaiting(): Promise<Waiting> {
  const running = start(
    program,
    ['exec', '--for', 'imds', '--', process.execPath, '-e', waiting],
    variablesOf(emulator),
  )
  const [line] = await running.until(/^\[.*\]$/m)
  const [pid, address] = JSON.parse(line) as [number, string]
  const { origin, pathname } = new URL(address)
  return { ...running, pid, origin, secret: pathname.slice(1) }
}

test('another user sees no secret: not in arguments, not in the environment, not in memory', async () => {
  const { child, pid, secret } = await startWaiting()
  // The test would prove nothing if the secret were not in the environment.
  expect(await readFile(`/proc/${pid}/environ`, 'latin1')).toContain(secret)
  for (const id of [String(child.pid), String(pid)]) {
    const args = await eveRuns('cat', `/proc/${id}/cmdline`)
    expect(args.code).toBe(0)
    expect(args.output).not.toContain(secret)
    expect(args.output).not.toContain(recognisableSecret)
    for (const command of [
      ['cat', 'environ'],
      ['cat', 'maps'],
      ['head', '-c1', 'mem'],
      ['ls', 'fd'],
    ] as const) {
      const file = command.at(-1) as string
      const { errors } = await eveRuns(...command.slice(0, -1), `/proc/${id}/${file}`)
      expect([file, errors]).toEqual([file, expect.stringContaining('Permission denied')])
    }
  }
})

test('another user who finds the port is refused, where clients need no secret too', async () => {
  const { origin, secret } = await startWaiting()
  const own = await fetch(`${origin}${imds}`, { headers: { Metadata: 'true' } })
  expect(own.status).toBe(200)
  const asked = await eveAsks(`${origin}${imds}`)
  expect(asked.status).toBe(403)
  expect(asked.text).toContain(`the client runs as another user (id ${eve})`)
  expect((await eveAsks(`${origin}/${'0'.repeat(64)}${imds}`)).status).toBe(403)
  // Whoever has been told the secret may ask.
  expect((await eveAsks(`${origin}/${secret}${imds}`)).status).toBe(200)
})

test('another user reads neither the files of serve nor its socket', async () => {
  const { path: folder, remove } = await temporaryFolder()
  onTestFinished(remove)
  await chmod(folder, 0o755)
  const socket = join(folder, 'endpoint.sock')
  const files = join(folder, 'serve')
  const running = start(program, ['serve', '--socket', socket, '--variables-in', files], variablesOf(emulator))
  await running.until(/curl --unix-socket/)
  expect((await stat(files)).mode & 0o777).toBe(0o700)
  expect((await eveRuns('cat', join(files, 'header'))).errors).toContain('Permission denied')
  const connecting = `require('node:net').connect(${JSON.stringify(socket)}).on('error', ({ code }) => console.log(code))`
  expect((await eveRuns(process.execPath, '-e', connecting)).output).toBe('EACCES\n')
})

test('another user reads no file that keep keeps, while it is made or after', async () => {
  const { path: folder, remove } = await temporaryFolder()
  onTestFinished(remove)
  await chmod(folder, 0o777)
  const file = join(folder, 'token')
  const running = start(program, ['keep', '--verbose', '--file', file, '--scope', scope], variablesOf(emulator))
  await running.untilError(/: a token until/)
  expect((await eveRuns('cat', file)).errors).toContain('Permission denied')
})
