import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { clientId, contoso, secret } from './contoso.ts'
import { buildProgram, type Run } from './program.ts'

const { folder, start, finish } = await buildProgram(tmpdir())

/** Asks a running program for a token by http, as the app of its variables unless `form` says otherwise. */
async function askForToken(run: Run, form: Record<string, string> = {}): Promise<Response> {
  const [, httpUrl = ''] = await run.until(/http +(http:\S+)/)
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: run.variable('AZURE_CLIENT_ID'),
    client_secret: run.variable('AZURE_CLIENT_SECRET'),
    scope: 'https://storage.azure.com/.default',
    ...form,
  })
  return fetch(`${httpUrl}/${run.variable('AZURE_TENANT_ID')}/oauth2/v2.0/token`, { method: 'POST', body })
}

test.for(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'it runs, says how to sign in, and stops cleanly on %s',
  async (signal) => {
    const run = start()
    await run.until('Ctrl+C stops it.')
    expect((await askForToken(run)).status).toBe(200)
    const [, username = '', password = ''] = await run.until(/with a browser: (\S+), password (\S+)/)
    expect((await askForToken(run, { grant_type: 'password', username, password })).status).toBe(200)
    const bundle = run.variable('NODE_EXTRA_CA_CERTS')
    expect(existsSync(bundle)).toBe(true)
    expect(await run.stop(signal)).toEqual([0, null])
    expect(existsSync(bundle)).toBe(false)
    expect(run.errors()).toBe('')
  },
)

test('it listens beyond loopback only when that is said in words, and says what it means', async () => {
  const refused = await finish('--bind', '0.0.0.0')
  expect(refused).toMatchObject({ code: 2, output: '' })
  expect(refused.errors).toMatch(/"0\.0\.0\.0" is not a loopback address, and anyone.*--allow-non-loopback\.\n$/)

  const run = start('--hostname', '0.0.0.0', '--allow-non-loopback', '--host', '192.0.2.7')
  await run.until('It listens on 0.0.0.0: every machine that reaches this one does, as --allow-non-loopback says.')
  expect((await askForToken(run)).status).toBe(200)
  await run.stop()
})

describe('the request log', () => {
  test('has one line a request: what was asked and by whom, the answer, and for a refusal the remedy', async () => {
    const run = start()
    await run.until('Ctrl+C stops it.')
    await askForToken(run)
    const [issued] = await run.until(/^.* 200 .*$/m)
    const path = `POST /${run.variable('AZURE_TENANT_ID')}/oauth2/v2.0/token`
    expect(issued).toContain(
      `${path}  Token request, client_credentials, demo for https://storage.azure.com/.default: Issued: access token`,
    )
    expect(issued).toMatch(/^\d\d:\d\d:\d\d {2}200 {2}POST/)
    await askForToken(run, { client_secret: 'wrong' })
    const [refused] = await run.until(/^.* 401 .*$/m)
    expect(refused).toContain(`${path}  Token request, client_credentials, demo`)
    expect(refused).toMatch(/: AADSTS7000215: Invalid client secret provided\..* Remedy: [A-Z][^\n]+\.$/)
    await run.stop()
  })

  test('shows no secret, and nothing that a client sends breaks its line or steers the terminal', async () => {
    const run = start()
    await run.until('Ctrl+C stops it.')
    const scope = `https://storage.azure.com/.default\n12:00:00  200  \u001b[2Jforged\u202e ${run.variable('AZURE_CLIENT_SECRET')}`
    await askForToken(run, { scope, client_secret: 'hunter22' })
    const [line] = await run.until(/^.* 40[01] .*$/m)
    expect(line).toContain('12:00:00  200   [2Jforged  [hidden]')
    const log = run.output().split('Ctrl+C stops it.')[1]
    for (const unwanted of ['hunter22', '\u001b', '\u202e']) expect(log).not.toContain(unwanted)
    expect(run.output().split(run.variable('AZURE_CLIENT_SECRET'))).toHaveLength(2)
    await run.stop()
  })

  test('is left out with --quiet', async () => {
    const run = start('--quiet')
    await run.until('Ctrl+C stops it.')
    await askForToken(run)
    await run.stop()
    expect(run.output()).toMatch(/Ctrl\+C stops it\.\nStopped\.\n$/)
  })
})

describe('--export prints the variables and nothing else', () => {
  const names = [
    'AZURE_TENANT_ID',
    'AZURE_CLIENT_ID',
    'AZURE_CLIENT_SECRET',
    'AZURE_AUTHORITY_HOST',
    'NODE_EXTRA_CA_CERTS',
  ]
  const printed =
    'process.stdout.write(JSON.stringify(Object.fromEntries(process.argv.slice(1).map((name) => [name, process.env[name]]))))'
  const oddSecret = 'it\u2019s $HOME `x` "quoted" \\ #1'

  /** A running program, and what its output says once it is complete. */
  async function exported(format: string): Promise<{ run: Run; text: string }> {
    const file = join(folder, 'odd.json')
    const [app] = contoso.apps
    await writeFile(file, JSON.stringify({ ...contoso, apps: [{ ...app, secrets: [{ value: oddSecret }] }] }))
    const run = start('--export', format, '--directory', file, '--managed-identity', 'imds')
    await run.untilError('Ctrl+C stops it.')
    expect(run.errors()).not.toContain(oddSecret)
    return { run, text: run.output() }
  }

  const readers: Readonly<Record<string, (text: string) => Promise<Record<string, string>>>> = {
    env: async (text) => {
      const shell = ['-c', `${text}exec "$0" "$@"`, process.execPath, '-e', printed, ...names]
      return JSON.parse((await promisify(execFile)('/bin/sh', shell)).stdout)
    },
    dotenv: async (text) => {
      const file = join(folder, 'exported.env')
      await writeFile(file, text)
      const node = [`--env-file=${file}`, '-e', printed, ...names]
      return JSON.parse((await promisify(execFile)(process.execPath, node, { env: {} })).stdout)
    },
    json: async (text) => JSON.parse(text),
    // Its strings are JSON's, and its authority is a comment.
    csharp: async (text) => ({
      NODE_EXTRA_CA_CERTS: /^\/\/ .* SSL_CERT_FILE=(.+)$/m.exec(text)?.[1] ?? '',
      ...Object.fromEntries(
        [...text.matchAll(/^Environment\.SetEnvironmentVariable\("(\w+)", (".*")\);$/gm)].map(([, name, value]) => [
          name,
          JSON.parse(value ?? ''),
        ]),
      ),
    }),
  }

  test.for(Object.keys(readers))('for whoever reads %s', async (format) => {
    const { run, text } = await exported(format)
    expect(text).toContain('AZURE_POD_IDENTITY_AUTHORITY_HOST')
    const read = await readers[format]?.(text)
    expect(read).toMatchObject({ AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: oddSecret })
    expect(Object.keys(read ?? {})).toEqual(expect.arrayContaining(names))
    await run.stop()
    expect(run.output()).toBe(text)
  })

  test('for PowerShell, where five quotation marks end a string', async () => {
    const { run, text } = await exported('powershell')
    expect(text).toContain(`$env:AZURE_CLIENT_ID = '${clientId}'\n`)
    expect(text).toContain('$env:AZURE_CLIENT_SECRET = \'it\u2019\u2019s $HOME `x` "quoted" \\ #1\'\n')
    await run.stop()
  })
})

test('it has hosts with managed identities', async () => {
  const run = start('--managed-identity', 'imds', '--managed-identity', 'app-service')
  await run.until('Ctrl+C stops it.')
  const query = `resource=https://storage.azure.com&api-version=2019-08-01`
  const imds = `${run.variable('AZURE_POD_IDENTITY_AUTHORITY_HOST')}/metadata/identity/oauth2/token?${query}`
  expect((await fetch(imds, { headers: { metadata: 'true' } })).status).toBe(200)
  const headers = { 'x-identity-header': run.variable('IDENTITY_HEADER') }
  expect((await fetch(`${run.variable('IDENTITY_ENDPOINT')}?${query}`, { headers })).status).toBe(200)
  await run.until(/Managed identity for https:\/\/storage\.azure\.com: Issued: access token/)
  expect(await run.stop()).toEqual([0, null])
})

test('it takes a directory from a file, and does not repeat its secrets', async () => {
  const file = join(folder, 'directory.json')
  await writeFile(file, JSON.stringify(contoso))
  const run = start('--directory', file, '--public-cloud-issuer', '--host', 'login.microsoftonline.com')
  await run.until('Ctrl+C stops it.')
  await run.stop()
  expect(run.output()).toContain(`export AZURE_CLIENT_ID=${clientId}`)
  expect(run.output()).toContain('https://sts.windows.net/{tenant}/')
  expect(run.output()).toContain(`# AZURE_CLIENT_SECRET: as declared in ${file}`)
  expect(run.output()).not.toContain(secret)
})

test('it explains itself', async () => {
  const help = await finish('--help')
  expect(help).toMatchObject({ code: 0, errors: '' })
  expect(help.output).toMatch(/^Usage: entrada-emulator \[options\]\n/)
  for (const flag of [
    'export',
    'quiet',
    'bind',
    'allow-non-loopback',
    'port',
    'http-port',
    'directory',
    'host',
    'public-cloud-issuer',
    'version',
  ]) {
    expect(help.output).toContain(`--${flag} `)
  }
  expect(await finish('--version')).toEqual({ code: 0, output: '0.1.0\n', errors: '' })
})

describe('it ends with code 2 and one line', () => {
  test.for([
    [['--nope'], "Unknown option '--nope'."],
    [['--port', 'x'], '--port "x" is not a port. Use 0 to 65535.'],
    [
      ['--managed-identity', 'azure-arc'],
      '--managed-identity "azure-arc" is not a host. Use one of imds, app-service,',
    ],
    [['--with', 'cosmos'], '--with "cosmos" is not known. Use one of azurite.'],
    [['--with', 'azurite'], 'azurite is not installed. npm install --save-dev azurite.'],
    [['--certificate-for', 'storage'], '--certificate-for needs a folder to write to. Add --state FOLDER.'],
    [['--export', 'xml'], '--export "xml" is not a format. Use one of env, dotenv, json, powershell, csharp, python.'],
    [['--directory', '/nowhere.json'], 'the file "/nowhere.json" cannot be read (ENOENT). Check its path.'],
    [['--host', 'http://x'], 'hosts contains "http://x", which is not a host name.'],
  ] as const)('for %j', async ([flags, message]) => {
    const { code, output, errors } = await finish(...flags)
    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toMatch(/^entrada-emulator: [^\n]+\.\n$/)
    expect(errors).toContain(message)
  })
})
