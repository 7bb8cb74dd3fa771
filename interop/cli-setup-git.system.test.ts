import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { beforeAll, expect, test, vi } from 'vitest'
import { clientId, recognisableSecret, startAuthority } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { type Asked, startTlsServer, type TlsServer } from '../packages/cli/test/tls-server.ts'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'
import { openPerson, type Person } from './cli/person.ts'
import { secretIn, tokenCheck } from './cli/token-check.ts'
import { component, gitHttpBackend } from './components.ts'

const isHere = component(gitHttpBackend)
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const azureDevOps = '499b84ac-1321-427f-aa17-267ca6975798'

let program: Program
let emulator: Emulator
let server: TlsServer
let repositories: string
/** The applications whose tokens the server has accepted. */
const accepted: unknown[] = []

beforeAll(async () => {
  if (!isHere) return
  program = await buildProgram()
  emulator = await startAuthority()
  repositories = (await temporaryFolder()).path
  const check = await tokenCheck(emulator, azureDevOps)
  server = await startTlsServer(async (asked, response) => {
    const claims = await check(secretIn(asked.headers.authorization))
    if (claims === undefined) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="repositories"' }).end()
      return
    }
    accepted.push(claims.appid)
    await httpBackend(asked, response)
  })
})

/** Hands a request to `git http-backend`, a program of the CGI, and its answer back. */
async function httpBackend({ method, path, headers, body }: Asked, response: ServerResponse): Promise<void> {
  const { pathname, search } = new URL(path, 'https://localhost')
  const child = spawn('/usr/lib/git-core/git-http-backend', [], {
    env: {
      GIT_PROJECT_ROOT: repositories,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      REQUEST_METHOD: method,
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: String(headers['content-encoding'] ?? ''),
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      REMOTE_USER: 'somebody',
      CONTENT_LENGTH: String(body.length),
      PATH: process.env.PATH,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stdin.on('error', () => undefined).end(Buffer.from(body, 'latin1'))
  await once(child, 'close')
  const whole = Buffer.concat(chunks)
  const end = whole.indexOf('\r\n\r\n')
  const lines = whole.subarray(0, end).toString().split('\r\n')
  const fields = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2)))
  response.writeHead(Number.parseInt(fields.Status ?? '200', 10), fields).end(whole.subarray(end + 4))
}

async function personWithARepository(name: string): Promise<Person> {
  const person = await openPerson(program, emulator)
  Object.assign(person.env, { GIT_SSL_CAINFO: person.caFile, GIT_CONFIG_NOSYSTEM: '1' })
  await writeFile(join(person.home, '.gitconfig'), '[user]\n\tname = Ada\n\temail = ada@contoso.com\n')
  await rm(join(repositories, name), { recursive: true, force: true })
  await person.run(['git', 'init', '--quiet', '--bare', '--initial-branch=main', join(repositories, name)])
  await person.run(['git', '-C', join(repositories, name), 'config', 'http.receivepack', 'true'])
  return person
}

test('git clones, commits and pushes with tokens, and stores none', async () => {
  const person = await personWithARepository('shop.git')
  const url = `https://${server.host}/shop.git`
  const clone = () => person.run(['git', 'clone', '--quiet', url, 'shop'])
  expect(await clone()).toMatchObject({ code: 128, errors: expect.stringContaining('terminal prompts disabled') })

  await person.run(['git', 'config', '--global', 'credential.helper', 'store'])
  const before = await readFile(join(person.home, '.gitconfig'), 'utf8')
  const args = ['setup', 'git', '--host', server.host] as const
  expect(await person.run(['entrada', ...args])).toEqual({ code: 0, output: '', errors: '' })
  accepted.length = 0
  expect(await clone()).toMatchObject({ code: 0, errors: expect.stringContaining('empty repository') })
  const cwd = join(person.home, 'shop')
  await writeFile(join(cwd, 'a'), 'a')
  await person.run(['git', 'add', 'a'], { cwd })
  await person.run(['git', 'commit', '--quiet', '-m', 'a'], { cwd })
  expect(await person.run(['git', 'push', '--quiet', 'origin', 'HEAD:main'], { cwd })).toMatchObject({ code: 0 })
  expect(new Set(accepted)).toEqual(new Set([clientId]))
  const log = await person.run(['git', '-C', join(repositories, 'shop.git'), 'log', '--format=%an', 'main'])
  expect(log.output).toBe('Ada\n')
  // The helper of all hosts has not been told the token.
  await expect(readFile(join(person.home, '.git-credentials'))).rejects.toThrow()

  // git tells every command that it runs, with its arguments.
  const traced = await person.run(['git', 'fetch'], { cwd, env: { GIT_TRACE: '1' } })
  expect(traced.errors).toContain(`credential-entrada --host ${server.host} get`)
  expect(traced.errors).not.toContain('eyJ')

  await person.run(['entrada', 'setup', 'git', '--undo'])
  expect(await readFile(join(person.home, '.gitconfig'), 'utf8')).toBe(before)
  expect((await person.run(['git', 'fetch'], { cwd })).code).toBe(128)
})

test('git asks for the hosts of Azure DevOps, and for no others', async () => {
  const person = await personWithARepository('other.git')
  await person.run(['entrada', 'setup', 'git'])
  const fill = async (host: string): Promise<Record<string, string>> => {
    const script = `printf 'protocol=https\\nhost=${host}\\n\\n' | git credential fill`
    const { output } = await person.run(['sh', '-c', script])
    return Object.fromEntries(
      output
        .trim()
        .split('\n')
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    )
  }
  for (const host of ['dev.azure.com', 'contoso.visualstudio.com']) {
    expect(decodeJwt((await fill(host)).password ?? '').aud).toBe(azureDevOps)
  }
  expect((await fill('github.com')).password).toBe(undefined)
})

test('without a token git says what entrada says, and asks nobody for a password', async () => {
  const person = await personWithARepository('none.git')
  await mkdir(join(person.home, 'askpass'))
  const askpass = join(person.home, 'askpass', 'ask')
  await writeFile(askpass, `#!/bin/sh\ntouch ${join(person.home, 'asked')}\necho x\n`, { mode: 0o755 })
  await person.run(['entrada', 'setup', 'git', '--host', server.host])
  const env = {
    GIT_ASKPASS: askpass,
    AZURE_CLIENT_SECRET: `${recognisableSecret}-wrong`,
    AZURE_TOKEN_CREDENTIALS: 'prod',
  }
  const { code, errors } = await person.run(['git', 'clone', `https://${server.host}/none.git`], { env })
  expect(code).toBe(128)
  expect(errors).toMatch(/^entrada: .*AADSTS7000215.*$/m)
  expect(errors).toContain('told us to quit')
  expect(errors).not.toContain(recognisableSecret)
  await expect(readFile(join(person.home, 'asked'))).rejects.toThrow()
})
