import { existsSync } from 'node:fs'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Emulator } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../scripts/temporary-folder.mjs'
import { dockerAddress } from '../src/serve/docker-address.ts'
import { instructions } from '../src/serve/instructions.ts'
import { clientId, recognisableSecret, scope, startAuthority, tenantId, variablesOf } from './app.ts'
import { rawRequest } from './endpoint/raw-request.ts'
import { buildProgram, type Program } from './program.ts'
import { type Running, start } from './running.ts'

let program: Program
let emulator: Emulator

beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

const resource = scope.replace('/.default', '')
const query = `api-version=2019-08-01&resource=${resource}`

async function folder(): Promise<string> {
  const { path, remove } = await temporaryFolder()
  onTestFinished(remove)
  return path
}

interface Served extends Running {
  variables: Record<string, string>
  file: string
}

/** Starts the program, and reads the file with the variables that it names. */
async function serve(...args: string[]): Promise<Served> {
  const running = start(program, ['serve', ...args], variablesOf(emulator))
  const [, file = ''] = await running.until(/ (\/\S+sdk\.env)/)
  return { ...running, file, variables: await readVariables(file) }
}

async function readVariables(file: string): Promise<Record<string, string>> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

function ask(
  { IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '' }: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const { port } = new URL(IDENTITY_ENDPOINT)
  return rawRequest({
    port: Number(port),
    target: `/msi/token?${query}`,
    headers: { 'X-IDENTITY-HEADER': IDENTITY_HEADER, ...headers },
  })
}

test('programs find the endpoint by a private file, and each request has its line', async () => {
  const { variables, file, untilError, output, errors, child, ended } = await serve()
  expect(output()).toBe(`# sdk: in a shell\nset -a; . ${file}; set +a\n`)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(dirname(file))).mode & 0o777).toBe(0o700)
  const { status, body } = await ask(variables)
  expect(status).toBe(200)
  expect(decodeJwt(String(body.access_token))).toMatchObject({ appid: clientId, aud: resource })
  await untilError(/^\S+Z 200 app-service https:\/\/storage\.azure\.com 127\.0\.0\.1:\d+ \d+ ms$/m)
  await ask({ ...variables, IDENTITY_HEADER: 'wrong' })
  await untilError(/^\S+Z 403 app-service - 127\.0\.0\.1:\d+ \d+ ms: The secret is wrong\.$/m)
  for (const secret of [variables.IDENTITY_HEADER, recognisableSecret, String(body.access_token)]) {
    expect(output() + errors()).not.toContain(secret)
  }
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(existsSync(dirname(file))).toBe(false)
})

test('in a folder that is named, the secret and the files stay for the next run', async () => {
  const place = join(await folder(), 'serve')
  const first = await serve('--variables-in', place, '--for', 'terraform')
  expect((await readdir(place)).sort()).toEqual(['header', 'sdk.env', 'terraform.env'])
  const { ARM_MSI_ENDPOINT = '' } = await readVariables(join(place, 'terraform.env'))
  const { pathname, port } = new URL(ARM_MSI_ENDPOINT)
  const target = `${pathname}?api-version=2018-02-01&resource=${resource}`
  expect((await rawRequest({ port: Number(port), target, headers: { Metadata: 'true' } })).status).toBe(200)
  first.child.kill('SIGTERM')
  await first.ended
  const second = await serve('--variables-in', place, '--port', port)
  expect(second.variables).toEqual(first.variables)
})

test('a folder that others may read is refused', async () => {
  const place = await folder()
  await chmod(place, 0o755)
  const { code, errors } = await program.run(['serve', '--variables-in', place], { env: variablesOf(emulator) })
  expect([code, errors]).toEqual([
    2,
    `entrada: serve: other users may read ${place}, where the secret would be. chmod 700 ${place}\n`,
  ])
})

function askSocket(
  socketPath: string,
  headers: Record<string, string>,
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: `/msi/token?${query}`, headers: { host: 'localhost', ...headers } })
    asked.on('error', reject)
    asked.on('response', (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject)
    })
    asked.end()
  })
}

test('a socket is this user’s alone, takes the place of one that was left, and is gone at the end', async () => {
  const path = join(await folder(), 'endpoint.sock')
  const place = join(await folder(), 'serve')
  const running = start(program, ['serve', '--socket', path, '--variables-in', place], variablesOf(emulator))
  await running.until(/curl --unix-socket/)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const header = (await readFile(join(place, 'header'), 'utf8')).trim().split(': ')
  expect((await askSocket(path, { [header[0] ?? '']: header[1] ?? '' })).status).toBe(200)
  expect((await askSocket(path, {})).status).toBe(403)
  const other = await program.run(['serve', '--socket', path], { env: variablesOf(emulator) })
  expect(other.errors).toContain(`Another program listens on ${path}. End it, or choose another path.`)
  running.child.kill('SIGKILL')
  await running.ended
  expect(existsSync(path)).toBe(true)
  const next = start(program, ['serve', '--socket', path], variablesOf(emulator))
  await next.until(/curl --unix-socket/)
  next.child.kill('SIGTERM')
  await next.ended
  expect(existsSync(path)).toBe(false)
})

test('what is there and is no socket stays', async () => {
  const path = join(await folder(), 'work')
  await writeFile(path, 'work')
  const { errors } = await program.run(['serve', '--socket', path], { env: variablesOf(emulator) })
  expect(errors).toContain(`${path} is there, and is not a socket. Choose another path.`)
  expect(await readFile(path, 'utf8')).toBe('work')
})

test('a socket in a folder that is not there is refused in those words', async () => {
  const { code, errors } = await program.run(['serve', '--socket', '/nowhere/socket'], { env: variablesOf(emulator) })
  expect(errors).toBe('entrada: /nowhere is not a folder. Create it, or choose another path.\n')
  expect(code).toBe(1)
})

test('tokens of anybody else than is expected are not given', async () => {
  const expected = await serve('--expect', `tenant=${tenantId},client=${clientId}`)
  expect((await ask(expected.variables)).status).toBe(200)
  const other = '99999999-9999-4999-8999-999999999999'
  const unexpected = await serve('--expect', `client=${other}`)
  const { status, body } = await ask(unexpected.variables)
  expect(status).toBe(400)
  expect(body.message).toContain(`the token is of the clientId ${clientId}, and not of the expected ${other}.`)
})

test('scopes that are not on the list are not given', async () => {
  const { variables } = await serve('--allow-scope', 'vault')
  expect((await ask(variables)).status).toBe(403)
  const { variables: allowed } = await serve('--allow-scope', 'storage')
  expect((await ask(allowed)).status).toBe(200)
})

test('an address that is not loopback is listened on only when told, with a warning', async () => {
  const { variables, untilError } = await serve('--listen', '0.0.0.0', '--allow-host', 'laptop.example')
  await untilError(
    /^warning: 0\.0\.0\.0 is no address of loopback: whoever reaches it and has the secret gets tokens\.$/m,
  )
  const { hostname, port } = new URL(variables.IDENTITY_ENDPOINT ?? '')
  expect(hostname).toBe('laptop.example')
  expect((await ask(variables, { Host: `laptop.example:${port}` })).status).toBe(200)
  expect((await ask(variables, { Host: `other.example:${port}` })).status).toBe(403)
})

test('a port that is taken is named, with the remedy', async () => {
  const { variables } = await serve()
  const { port } = new URL(variables.IDENTITY_ENDPOINT ?? '')
  const { code, errors } = await program.run(['serve', '--port', port], { env: variablesOf(emulator) })
  expect([code, errors]).toEqual([
    1,
    `entrada: Cannot listen on 127.0.0.1:${port} (EADDRINUSE). Another program listens there: end it, or choose another.\n`,
  ])
})

test.for([
  [['--socket', 'x', '--docker'], 'serve: --socket goes with neither --docker, --listen nor --port. Choose one.'],
  [['--port', '65536'], 'serve: --port "65536" is not a port.'],
  [['--port', '-1'], '--port'],
  [['--expect', 'nobody'], '--expect "nobody" cannot be understood. Give tenant=ID'],
  [['--expect', `tenant=${clientId},tenant=${tenantId}`], `--expect "tenant=${tenantId}" cannot be understood.`],
  [['--expect', '__proto__=a'], '--expect "__proto__=a" cannot be understood.'],
  [['--expect', 'tenant=x'], '--expect "tenant=x" cannot be understood.'],
] as const)('%j is refused before anything listens', async ([args, words]) => {
  const { code, errors } = await program.run(['serve', ...args], { env: variablesOf(emulator) })
  expect(errors).toContain(words)
  expect(code).toBe(2)
})

const bridge = { address: '172.17.0.1', family: 'IPv4' } as never

test('containers on Linux reach Docker’s bridge; Docker Desktop leads to loopback', () => {
  expect(dockerAddress('linux', { docker0: [bridge] })).toBe('172.17.0.1')
  expect(dockerAddress('darwin', {})).toBe('127.0.0.1')
  expect(() => dockerAddress('linux', {})).toThrow(
    'serve: there is no network interface docker0, whose address containers reach. Start Docker, or name the address that your containers reach with --listen.',
  )
})

test('the lines for docker run and compose name the host and the file', () => {
  const pathOf = (purpose: string): string => `/f/${purpose}.env`
  expect(instructions({ purposes: ['sdk'], pathOf, headerPath: '', reach: 'containers' })).toBe(
    [
      '# sdk: docker run',
      'docker run --add-host host.docker.internal:host-gateway --env-file /f/sdk.env IMAGE',
      '',
      '# sdk: compose.yaml, in the service',
      '    env_file: /f/sdk.env',
      '    extra_hosts:',
      '      - "host.docker.internal:host-gateway"',
    ].join('\n'),
  )
})
