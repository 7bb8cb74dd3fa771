import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { clientId, startAuthority } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { startTlsServer, type TlsServer } from '../packages/cli/test/tls-server.ts'
import { openPerson } from './cli/person.ts'
import { secretIn, tokenCheck } from './cli/token-check.ts'

// npm takes its time to start, the more on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let program: Program
let emulator: Emulator
let registry: TlsServer
/** The applications whose tokens the registry has accepted. */
const accepted: unknown[] = []

beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
  const check = await tokenCheck(emulator, '499b84ac-1321-427f-aa17-267ca6975798')
  // A feed of Azure Artifacts, which wants the token as the password of anybody.
  registry = await startTlsServer(async ({ headers }, response) => {
    const claims = await check(secretIn(headers.authorization))
    if (claims === undefined) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="feed"' }).end('{}')
      return
    }
    accepted.push(claims.appid)
    const version = { name: 'of-the-test', version: '1.2.3', dist: { tarball: `https://${registry.host}/a.tgz` } }
    const body = { name: 'of-the-test', 'dist-tags': { latest: '1.2.3' }, versions: { '1.2.3': version } }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  })
})

test('npm reads a feed with the token that the printed line keeps', async () => {
  const person = await openPerson(program, emulator)
  const feed = `https://${registry.host}/contoso/_packaging/feed/npm/registry/`
  const args = ['--registry', feed, '--fetch-retries=0', '--cafile', person.caFile]
  const view = () => person.run(['npm', 'view', 'of-the-test', 'version', ...args])
  expect((await view()).errors).toContain('E401')

  const { code, output } = await person.run(['entrada', 'setup', 'npm', '--registry', feed])
  expect(code).toBe(0)
  const [, keep = ''] = output.trim().split('\n')
  expect((await view()).errors).toContain('E401')
  const keeping = spawn('sh', ['-c', `exec ${keep.replace(/ &$/, '')}`], { env: person.env, stdio: 'ignore' })
  onTestFinished(() => void keeping.kill())
  await vi.waitFor(() => readFile(join(person.home, '.config/entrada/kept/npmrc')), { timeout: 20_000 })
  expect(await view()).toMatchObject({ code: 0, output: '1.2.3\n' })
  expect(new Set(accepted)).toEqual(new Set([clientId]))

  await person.run(['entrada', 'setup', 'npm', '--undo'])
  expect((await view()).errors).toContain('E401')
})
