import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import {
  clientId,
  otherTenantId,
  recognisableSecret,
  scope,
  startAuthority,
  tenantId,
  user,
  variablesOf,
} from './app.ts'
import { buildProgram, type Finished, type Program } from './program.ts'

// Each run is a process, and a machine may have more to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let program: Program
let emulator: Emulator
let home: string

beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

beforeEach(async () => {
  await mkdir(program.home, { recursive: true })
  home = await mkdtemp(join(program.home, 'of-'))
  emulator.requests.clear()
})

afterEach(() => rm(home, { recursive: true, force: true }))

const entrada = (args: readonly string[], input?: string, env: NodeJS.ProcessEnv = {}): Promise<Finished> =>
  program.run(args, { env: { HOME: home, ...env }, ...(input === undefined ? {} : { input }), cwd: home })

const application = ['--tenant', tenantId, '--client-id', clientId, '--scope', scope]

function loginWithSecret(profile = 'ci', more: readonly string[] = []): Promise<Finished> {
  const args = [
    'login',
    '--use-secret',
    ...application,
    '--authority-host',
    emulator.url,
    '--profile',
    profile,
    ...more,
  ]
  return entrada(args, `${recognisableSecret}\n`)
}

const tokenRequests = (): number => emulator.requests.filter(({ path }) => path.endsWith('/token')).length

/** Every file below a folder, as one text. */
async function everythingIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')))).join('\n')
}

test('an application signs in with a secret from standard input, which stands in no file, output or argument', async () => {
  const { code, output, errors } = await loginWithSecret()
  expect({ code, output, errors }).toEqual({ code: 0, output: '', errors: '' })
  const everything = await everythingIn(home)
  expect(everything).toContain('"kept": "ci.clientSecret"')
  expect(everything).not.toContain(recognisableSecret)
  expect(everything).not.toContain(Buffer.from(recognisableSecret).toString('base64url'))
  expect((await stat(join(home, '.config/entrada/config.json'))).mode & 0o777).toBe(0o600)
})

test('its token comes from the cache in the next process', async () => {
  await loginWithSecret()
  expect(tokenRequests()).toBe(1)
  const { output, errors } = await entrada(['token', scope])
  expect(errors).toBe('')
  expect(output).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/)
  expect(tokenRequests()).toBe(1)
})

test('--min-life gets a new token where the cached one ends too soon, and says where even that is not enough', async () => {
  await loginWithSecret()
  await entrada(['token', scope])
  const before = tokenRequests()
  await entrada(['token', scope, '--min-life', '30m'])
  expect(tokenRequests()).toBe(before)
  const long = await entrada(['token', scope, '--min-life', '20h'])
  expect(long).toMatchObject({
    code: 1,
    output: '',
    errors: 'entrada: a new token ends sooner than in 20h. Ask for less: --min-life.\n',
  })
  expect(tokenRequests()).toBe(before + 1)
})

test('a wrong secret leaves neither profile nor secret behind', async () => {
  const args = ['login', '--use-secret', ...application, '--authority-host', emulator.url]
  const { code, errors } = await entrada(args, 'wrong-secret~0123456789')
  expect(code).toBe(1)
  expect(errors).toMatch(/^entrada: ClientSecretCredential: .*AADSTS7000215.*\n$/)
  expect(errors).not.toContain('wrong-secret')
  expect(await readFile(join(home, '.config/entrada/config.json'), 'utf8').catch(() => 'none')).toBe('none')
})

test('several profiles: status shows them, switch chooses, logout forgets', async () => {
  await loginWithSecret('ci')
  await loginWithSecret('other')
  const list = async (): Promise<{ name: string; inUse: boolean; state: string }[]> =>
    JSON.parse((await entrada(['status', '--json'])).output)
  expect(await list()).toMatchObject([
    { name: 'ci', inUse: false, state: 'ready', who: clientId, tenant: tenantId },
    { name: 'other', inUse: true, state: 'ready' },
  ])
  expect((await entrada(['switch', 'ci'])).code).toBe(0)
  expect((await list()).find(({ inUse }) => inUse)?.name).toBe('ci')
  expect((await entrada(['status'])).output).toContain(clientId)
  expect((await entrada(['logout'])).code).toBe(0)
  expect((await list()).map(({ name }) => name)).toEqual(['other'])
  expect((await entrada(['token', scope, '--profile', 'ci'])).errors).toBe(
    'entrada: there is no profile "ci". Known: other.\n',
  )
})

test('a secret that is gone is said, with the way back', async () => {
  await loginWithSecret()
  await rm(join(home, '.entrada'), { recursive: true })
  expect(JSON.parse((await entrada(['status', '--json'])).output)[0].state).toBe('its secret is gone: entrada login')
  expect((await entrada(['token', scope])).errors).toMatch(
    /profiles\.ci\.clientSecret is not kept on this machine any more\. Sign in again: entrada login\.\n$/,
  )
})

test('a person signs in with a device code, is found again in the next process, and is gone after logout', async () => {
  let isApproved = false
  const { code, errors, output } = await program.run(
    [
      'login',
      '--device-code',
      '--tenant',
      tenantId,
      '--authority-host',
      emulator.url,
      '--scope',
      scope,
      '--profile',
      'me',
    ],
    {
      env: { HOME: home },
      cwd: home,
      onErrors(text) {
        const [, userCode] = /code ([A-Z\d]{6,})/.exec(text) ?? []
        if (userCode === undefined || isApproved) return
        isApproved = true
        emulator.approveDeviceCode(userCode, { user: user.username })
      },
    },
  )
  expect({ code, output }).toEqual({ code: 0, output: '' })
  expect(errors).toMatch(/code [A-Z\d]+/)
  const sent = tokenRequests()
  expect(await entrada(['token', scope])).toMatchObject({ errors: '', output: expect.stringMatching(/^eyJ/) })
  expect(tokenRequests()).toBe(sent)
  expect((await entrada(['token', 'https://vault.azure.net/.default'])).output).toMatch(/^eyJ/)
  expect(JSON.parse((await entrada(['status', '--json'])).output)).toMatchObject([
    { name: 'me', who: user.username, state: 'ready' },
  ])
  expect((await entrada(['logout', 'me'])).code).toBe(0)
  expect(JSON.parse((await entrada(['status', '--json'])).output)).toEqual([])
})

test('a person who is not signed in is never asked by token: exit code 4, and what to type', async () => {
  await mkdir(join(home, '.config/entrada'), { recursive: true })
  const profiles = { me: { credential: 'InteractiveBrowserCredential', tenantId, authorityHost: emulator.url } }
  await writeFile(join(home, '.config/entrada/config.json'), JSON.stringify({ profiles }))
  const { code, output, errors } = await entrada(['token', scope])
  expect({ code, output }).toEqual({ code: 4, output: '' })
  expect(errors).toMatch(/^entrada: InteractiveBrowserCredential: .*Sign in: entrada login --profile me\.\n$/)
})

test('--expect-tenant keeps everybody else out, at login and later', async () => {
  const { code, errors } = await loginWithSecret('ci', ['--expect-tenant', otherTenantId])
  expect(code).toBe(1)
  expect(errors).toContain(`not of the expected ${otherTenantId}`)
  expect((await loginWithSecret('ci', ['--expect-tenant', tenantId])).code).toBe(0)
  expect((await entrada(['token', scope])).output).toMatch(/^eyJ/)
})

test('cache ls lists what is kept without any token, rm removes it, path says where', async () => {
  await loginWithSecret()
  const token = (await entrada(['token', scope])).output.trim()
  const { output } = await entrada(['cache', 'ls'])
  expect(output).toContain(scope)
  expect(output).not.toContain(token.slice(-20))
  expect((await entrada(['cache', 'path'])).output).toBe(`${join(home, '.entrada/entrada')}\n`)
  expect((await entrada(['cache', 'rm'])).code).toBe(0)
  expect(JSON.parse((await entrada(['cache', 'ls', '--json'])).output)).toEqual([])
  const before = tokenRequests()
  await entrada(['token', scope])
  expect(tokenRequests()).toBe(before + 1)
})

test('a project’s file is warned of, counts once it is trusted, and no longer when it has changed', async () => {
  await loginWithSecret()
  const file = join(home, 'entrada.config.json')
  await writeFile(
    file,
    JSON.stringify({ defaultProfile: 'dev', profiles: { dev: { credential: 'AzureCliCredential' } } }),
  )
  const untrusted = await entrada(['token', scope])
  expect(untrusted.output).toMatch(/^eyJ/)
  expect(untrusted.errors).toContain(
    'entrada.config.json is not read: it is not trusted. Look at it, then: entrada trust\n',
  )
  expect((await entrada(['trust'])).code).toBe(0)
  const trusted = await entrada(['token', scope], undefined, { PATH: '/nowhere' })
  expect(trusted.errors).toContain('AzureCliCredential')
  await writeFile(file, JSON.stringify({ profiles: {} }))
  expect((await entrada(['token', scope])).errors).toContain('it is changed since it was trusted')
})

test('a project’s file cannot be trusted into sending secrets away', async () => {
  await writeFile(
    join(home, 'entrada.config.json'),
    JSON.stringify({
      profiles: { evil: { credential: 'EnvironmentCredential', authorityHost: 'https://evil.example' } },
    }),
  )
  const { code, errors } = await entrada(['trust'])
  expect(code).toBe(2)
  expect(errors).toMatch(/entrada\.config\.json:1:\d+: profiles\.evil\.authorityHost is none of https:\/\/login/)
})

test('a secret is never taken from an argument', async () => {
  const { code, errors } = await entrada(['login', '--use-secret', recognisableSecret, ...application])
  expect(code).toBe(2)
  expect(errors).not.toContain(recognisableSecret)
})

test('ENTRADA_PROFILE says whose profile logout forgets, and that switch and login do not choose', async () => {
  await loginWithSecret('ci')
  await loginWithSecret('other')
  const env = { ENTRADA_PROFILE: 'ci' }
  const first = 'ENTRADA_PROFILE names "ci", which comes first. Unset it to use other.\n'
  expect(await entrada(['switch', 'other'], undefined, env)).toMatchObject({ code: 0, errors: `warning: ${first}` })
  expect((await entrada(['logout'], undefined, env)).code).toBe(0)
  const { output } = await entrada(['status', '--json'])
  expect(JSON.parse(output)).toMatchObject([{ name: 'other' }])
  // Whatever it names, somebody should know that it is not there.
  const { errors } = await entrada(['status'], undefined, env)
  expect(errors).toBe('warning: there is no profile "ci". Known: other.\n')
})

test('status shows the configuration that is read, and which of its variables are missing', async () => {
  await loginWithSecret('ci')
  const file = join(home, 'other.json')
  await writeFile(file, JSON.stringify({ profiles: { there: { credential: 'AzureCliCredential', tenantId } } }))
  const named = await entrada(['status', '--json'], undefined, { ENTRADA_CONFIG: file })
  expect(JSON.parse(named.output)).toMatchObject([{ name: 'there', inUse: true, state: 'ready' }])
  expect((await entrada(['status', '--config', file])).output).toContain('there')
  expect((await entrada(['switch', 'ci'], undefined, { ENTRADA_CONFIG: file })).errors).toBe(
    'warning: ENTRADA_CONFIG names another configuration, which is read in place of your own. Unset it to use ci.\n',
  )
  const own = join(home, '.config/entrada/config.json')
  const reference = { credential: 'ClientSecretCredential', tenantId, clientId, clientSecret: { env: 'APP_SECRET' } }
  await writeFile(own, JSON.stringify({ profiles: { ci: reference } }))
  const state = async (env: NodeJS.ProcessEnv): Promise<string> =>
    JSON.parse((await entrada(['status', '--json'], undefined, env)).output)[0].state
  expect(await state({})).toBe('$APP_SECRET is not set')
  expect(await state({ APP_SECRET: 'any' })).toBe('ready')
})

test('without a home there are tokens all the same, and none is kept', async () => {
  const env = { ...variablesOf(emulator), HOME: undefined }
  const { code, output, errors } = await entrada(['token', scope], undefined, env)
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toMatch(/^eyJ/)
  expect(await entrada(['cache', 'ls'], undefined, env)).toMatchObject({
    code: 2,
    errors: 'entrada: there is no place where tokens could be kept: HOME is not an absolute path. Set it.\n',
  })
})

test('a home that is no absolute path is none: nothing is read or written in the folder that was entered', async () => {
  const { code, errors } = await entrada(['login', '--managed-identity', '--no-check'], undefined, { HOME: 'below' })
  expect(errors).toBe('entrada: HOME is no absolute path, so there is no place for a configuration. Set it.\n')
  expect(code).toBe(2)
  expect(await readdir(home)).toEqual([])
})

test('a configuration that cannot be written, and a secret that cannot be read, are named', async () => {
  await writeFile(join(home, '.config'), 'a file')
  const written = await entrada(['login', '--managed-identity', '--no-check'])
  expect(written.errors).toMatch(/^entrada: .*config\.json cannot be (written|read) \(\w+\)\..*\n$/)
  const read = await entrada(['login', '--use-secret', '--secret-file', '/nowhere/secret', ...application])
  expect(read.errors).toBe(
    'entrada: the client secret cannot be read from /nowhere/secret (ENOENT). Name another file.\n',
  )
  expect(read.code).toBe(2)
})

test('what stands in a folder under the name of a project’s file, and is none, keeps nobody from a token', async () => {
  await loginWithSecret()
  const path = join(home, 'entrada.config.json')
  await mkdir(path)
  const { code, output, errors } = await entrada(['token', scope])
  expect(output).toMatch(/^eyJ/)
  expect(errors).toBe(
    `warning: ${path} is not read: it is not a file that can be read. Look at it, then: entrada trust\n`,
  )
  expect(code).toBe(0)
})

test('a link is not trusted: what it leads to may change', async () => {
  const target = join(home, 'real.json')
  await writeFile(target, JSON.stringify({ profiles: { dev: { credential: 'AzureCliCredential' } } }))
  await symlink(target, join(home, 'entrada.config.json'))
  const { code, errors } = await entrada(['trust'])
  expect(errors).toMatch(
    /^entrada: .*entrada\.config\.json is a symbolic link, and what it leads to may change\. .*\n$/,
  )
  expect(code).toBe(2)
})
