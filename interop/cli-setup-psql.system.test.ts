import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { promisify } from 'node:util'
import { createServerCertificate, type Emulator } from '@entrada/emulator'
import { beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest'
import { startAuthority } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'
import { openPerson, type Person } from './cli/person.ts'
import { tokenCheck } from './cli/token-check.ts'
import { component, postgresql } from './components.ts'
import { freePort } from './free-port.ts'

const isHere = component(postgresql)
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const bin = '/usr/lib/postgresql/15/bin'
const owner = { user: 'owner', password: 'of the test' }
const user = 'ada@contoso.com'

let program: Program
let emulator: Emulator
let port: number

/** PostgreSQL does not run as root. */
const nobody = getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

beforeAll(async () => {
  if (!isHere) return undefined
  program = await buildProgram()
  emulator = await startAuthority()
  port = await freePort()
  const { path: folder, remove } = await temporaryFolder()
  const { certificate, privateKey } = await createServerCertificate(inject('authority'), [])
  const data = join(folder, 'data')
  await mkdir(data, { mode: 0o700 })
  const files = { password: owner.password, 'server.crt': certificate, 'server.key': privateKey }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 })
  const paths = [folder, data, ...Object.keys(files).map((name) => join(folder, name))]
  if (nobody.uid !== undefined) for (const path of paths) await chown(path, nobody.uid, nobody.gid)
  const initdb = [
    '-D',
    data,
    '-U',
    owner.user,
    '--pwfile',
    join(folder, 'password'),
    '-A',
    'password',
    '--no-sync',
    '-E',
    'UTF8',
    '--no-locale',
  ]
  await promisify(execFile)(join(bin, 'initdb'), initdb, { ...nobody, cwd: folder })
  // As Azure's: the token comes as a password in the clear, and by TLS alone.
  await writeFile(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 password\n')
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ssl: 'on',
    ssl_cert_file: join(folder, 'server.crt'),
    ssl_key_file: join(folder, 'server.key'),
    fsync: 'off',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...args], { ...nobody, cwd: folder, stdio: 'ignore' })
  const killed = () => server.kill('SIGKILL')
  process.once('exit', killed)
  await vi.waitFor(async () => expect((await asOwner('SELECT 1')).output.trim()).toBe('1'), { timeout: 20_000 })
  await asOwner(`CREATE ROLE "${user}" LOGIN; CREATE DATABASE shop`)
  return async () => {
    server.kill('SIGINT')
    await once(server, 'close')
    process.off('exit', killed)
    remove()
  }
})

async function asOwner(sql: string) {
  const person = { PGPASSWORD: owner.password, PGSSLMODE: 'require', PATH: process.env.PATH }
  const args = ['-h', '127.0.0.1', '-p', String(port), '-U', owner.user, '-d', 'postgres', '-XAtq']
  const run = promisify(execFile)(join(bin, 'psql'), [...args, ...sql.split('; ').flatMap((one) => ['-c', one])], {
    env: person,
  })
  const { stdout } = await run
  return { output: stdout }
}

/** Runs the line that setup has printed, as somebody's shell would. */
function runLine(person: Person, line: string): ChildProcess {
  const child = spawn('sh', ['-c', `exec ${line.replace(/ &$/, '')}`], { env: person.env, stdio: 'ignore' })
  onTestFinished(() => void child.kill())
  return child
}

test('psql connects by a service whose password is the token that the printed line keeps', async () => {
  const person = await openPerson(program, emulator)
  const address = ['--host', '127.0.0.1', '--server-port', String(port), '--database', 'shop', '--user', user]
  const setUp = await person.run(['entrada', 'setup', 'psql', ...address])
  expect(setUp).toMatchObject({ code: 0, errors: '' })
  const [, keep = '', ...connect] = setUp.output.trim().split('\n')
  expect(connect).toEqual(['psql service=entrada'])
  const select = () =>
    person.run([join(bin, 'psql'), 'service=entrada', '-wXAtqc', 'SELECT current_user, current_database()'])
  expect((await select()).errors).toContain('no password supplied')

  const file = join(person.home, '.config/entrada/kept/pgpass-entrada')
  const keeping = runLine(person, keep)
  const kept = await vi.waitFor(() => readFile(file, 'utf8'), { timeout: 20_000 })
  const token = kept.trim().split(':').at(-1)
  expect(await (await tokenCheck(emulator, 'https://ossrdbms-aad.database.windows.net'))(token)).toBeDefined()
  await asOwner(`ALTER ROLE "${user}" PASSWORD '${token}'`)
  expect(await select()).toEqual({ code: 0, output: `${user}|shop\n`, errors: '' })

  await asOwner(`ALTER ROLE "${user}" PASSWORD 'another'`)
  expect((await select()).errors).toContain('password authentication failed')
  await person.run(['entrada', 'setup', 'psql', '--undo'])
  expect((await select()).errors).toContain('definition of service "entrada" not found')
  keeping.kill()
  await vi.waitFor(() => expect(readFile(file)).rejects.toThrow(), { timeout: 20_000 })
})
