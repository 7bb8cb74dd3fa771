import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { clientId, recognisableSecret, startAuthority, tenantId, variablesOf } from './app.ts'
import { buildProgram, type Finished, type Program } from './program.ts'
import { startTlsServer, type TlsServer } from './tls-server.ts'

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
})

afterEach(() => rm(home, { recursive: true, force: true }))

const environment = (): NodeJS.ProcessEnv => ({ HOME: home, DOCKER_CONFIG: undefined, ...variablesOf(emulator) })

describe('git-credential-entrada', () => {
  const git = (input: string, args: readonly string[] = ['get'], env = environment()): Promise<Finished> =>
    program.run(args, { helper: 'git-credential-entrada', env, input })
  const fields = (output: string): Record<string, string> =>
    Object.fromEntries(
      output
        .trim()
        .split('\n')
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    )

  test.each(['dev.azure.com', 'contoso.visualstudio.com'])('gives a token as the password for %s', async (host) => {
    const { code, output, errors } = await git(`protocol=https\nhost=${host}\nwwwauth[]=Basic realm="a"\n\n`)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const { username, password = '', password_expiry_utc: expiry } = fields(output)
    expect(username).toBe('entrada')
    const { aud, appid, exp } = decodeJwt(password)
    expect({ aud, appid }).toEqual({ aud: '499b84ac-1321-427f-aa17-267ca6975798', appid: clientId })
    expect(Math.abs(Number(expiry) - Number(exp))).toBeLessThanOrEqual(5)
  })

  test('keeps the user name that the address has', async () => {
    const { output } = await git('protocol=https\nhost=dev.azure.com\nusername=contoso\n')
    expect(fields(output).username).toBe('contoso')
  })

  test('gives a bearer token to git 2.46 and newer', async () => {
    const question = ['capability[]=authtype', 'capability[]=state', 'protocol=https', 'host=dev.azure.com', '', '']
    const { output } = await git(question.join('\n'))
    expect(output).toMatch(
      /^capability\[\]=authtype\nauthtype=Bearer\ncredential=eyJ\S+\nephemeral=1\npassword_expiry_utc=\d+\n$/,
    )
    const basic = await git(['wwwauth[]=Basic realm="a"', ...question].join('\n'))
    expect(Object.keys(fields(basic.output))).toEqual(['username', 'password', 'password_expiry_utc'])
    const both = await git(['wwwauth[]=Basic realm="a"', 'wwwauth[]=Bearer realm="a"', ...question].join('\n'))
    expect(fields(both.output).authtype).toBe('Bearer')
  })

  test.each([
    'protocol=https\nhost=github.com\n',
    'protocol=https\nhost=dev.azure.com.evil.example\n',
    'protocol=https\nhost=dev.azure.com:8443\n',
    'protocol=https\nhost=evil.example/.visualstudio.com\n',
    'protocol=http\nhost=dev.azure.com\n',
    'host=dev.azure.com\n',
    '',
  ])('says nothing to %j', async (input) => {
    const before = emulator.requests.length
    expect(await git(input)).toEqual({ code: 0, output: '', errors: '' })
    expect(emulator.requests.length).toBe(before)
  })

  test('gives one for a host and a scope of its options', async () => {
    const args = ['--host', 'git.example', '--scope', 'arm', 'get']
    const { output } = await git('protocol=https\nhost=git.example\n', args)
    expect(decodeJwt(fields(output).password ?? '').aud).toBe('https://management.azure.com')
  })

  test('a token that a server has refused, and git erases, is not given again', async () => {
    const get = async () => fields((await git('protocol=https\nhost=dev.azure.com\n')).output).password ?? ''
    const erase = (password: string, host = 'dev.azure.com') =>
      git(`protocol=https\nhost=${host}\nusername=entrada\npassword=${password}\n`, ['erase'])
    // A process that ends does not wait for its store for ever: the token may be kept only by the next, on a busy machine.
    let first = ''
    const again = async (): Promise<boolean> => {
      const before = first
      first = await get()
      return first === before
    }
    await expect.poll(again, { timeout: 60_000 }).toBe(true)
    expect(await erase('another')).toEqual({ code: 0, output: '', errors: '' })
    await erase(first, 'github.com')
    expect(await get()).toBe(first)
    const second = async (): Promise<string> => {
      expect(await erase(first)).toEqual({ code: 0, output: '', errors: '' })
      return get()
    }
    await expect.poll(second, { timeout: 60_000 }).not.toBe(first)
  })

  test.each(['store', 'erase', 'capability'])('%s does nothing', async (action) => {
    expect(await git('protocol=https\nhost=dev.azure.com\npassword=x\n', [action])).toEqual({
      code: 0,
      output: '',
      errors: '',
    })
  })

  test('without a token, git gets one line and is told to quit', async () => {
    const env = {
      ...environment(),
      AZURE_CLIENT_SECRET: `${recognisableSecret}-wrong`,
      AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
    }
    const { code, output, errors } = await git('protocol=https\nhost=dev.azure.com\n', ['get'], env)
    expect({ code, output }).toEqual({ code: 0, output: 'quit=1\n' })
    expect(errors).toMatch(/^entrada: .*AADSTS7000215.*\n$/)
    expect(errors).not.toContain(recognisableSecret)
  })

  test('options that it does not know are one error', async () => {
    const { code, errors } = await git('', ['--what', 'get'])
    expect(code).toBe(1)
    expect(errors).toMatch(/^entrada: the helper in git’s configuration has other options .* entrada setup git\n$/)
  })
})

describe('docker-credential-entrada', () => {
  let registry: TlsServer
  let refusal: { code: string; message: string } | undefined

  beforeAll(async () => {
    registry = await startTlsServer(({ body }, response) => {
      const token = new URLSearchParams(body).get('access_token')
      const answer = refusal === undefined ? { refresh_token: `for-${token?.length}` } : { errors: [refusal] }
      response
        .writeHead(refusal === undefined ? 200 : 401, { 'Content-Type': 'application/json' })
        .end(JSON.stringify(answer))
    })
  })

  beforeEach(() => {
    refusal = undefined
    registry.asked.length = 0
  })

  const docker = (action: string, input = '', env = environment()): Promise<Finished> =>
    program.run([action], { helper: 'docker-credential-entrada', env, input })
  const setUp = (...args: readonly string[]): Promise<Finished> =>
    program.run(['setup', 'docker', ...args], { env: environment() })

  test('exchanges a token for the registry’s own', async () => {
    await setUp('--registry', registry.host)
    const { code, output, errors } = await docker('get', registry.host)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const [{ method, path, body } = { method: '', path: '', body: '' }] = registry.asked
    expect(`${method} ${path}`).toBe('POST /oauth2/exchange')
    const form = Object.fromEntries(new URLSearchParams(body))
    expect(form).toMatchObject({ grant_type: 'access_token', service: registry.host, tenant: tenantId })
    expect(decodeJwt(form.access_token ?? '').aud).toBe('https://containerregistry.azure.net')
    expect(JSON.parse(output)).toEqual({
      ServerURL: registry.host,
      Username: '00000000-0000-0000-0000-000000000000',
      Secret: `for-${form.access_token?.length}`,
    })
    const withScheme = JSON.parse((await docker('get', `https://${registry.host}/v2/\n`)).output)
    expect(withScheme.ServerURL).toBe(`https://${registry.host}/v2/`)
  })

  test.each(['evil.example', 'azurecr.io.evil.example', 'evilazurecr.io', 'https://index.docker.io/v1/'])(
    'has none for %s, and asks nobody',
    async (server) => {
      const before = emulator.requests.length
      expect(await docker('get', server)).toEqual({
        code: 1,
        output: 'credentials not found in native keychain\n',
        errors: '',
      })
      expect(emulator.requests.length).toBe(before)
    },
  )

  test('a refusal is one line, where docker looks for it', async () => {
    await setUp('--registry', registry.host)
    refusal = { code: 'UNAUTHORIZED', message: 'no\u001b[2J role' }
    const { code, output, errors } = await docker('get', registry.host)
    expect({ code, errors }).toEqual({ code: 1, errors: '' })
    expect(output).toBe(
      `entrada: ${registry.host} refused the token: UNAUTHORIZED no [2J role. Give this identity the role AcrPull or AcrPush there, or sign in to the registry’s tenant.\n`,
    )
  })

  test('the profile is the one of setup', async () => {
    await setUp('--registry', registry.host, '--profile', 'work')
    const { code, output } = await docker('get', registry.host)
    expect(code).toBe(1)
    expect(output).toMatch(/^entrada: .*"?work"?.*\n$/)
    await setUp('--registry', registry.host)
    expect((await docker('get', registry.host)).code).toBe(0)
  })

  test('list has the registries of setup; store is refused, erase is not', async () => {
    expect((await docker('list')).output).toBe('{}\n')
    await setUp('--registry', registry.host)
    expect(JSON.parse((await docker('list')).output)).toEqual({
      [registry.host]: '00000000-0000-0000-0000-000000000000',
    })
    const stored = await docker('store', JSON.stringify({ ServerURL: registry.host, Username: 'a', Secret: 'b' }))
    expect(stored).toMatchObject({ code: 1, output: expect.stringMatching(/^entrada: .*keeps no passwords.*\n$/) })
    expect(await docker('erase', registry.host)).toEqual({ code: 0, output: '', errors: '' })
    expect(await docker('get', registry.host)).toMatchObject({ code: 0 })
  })
})
