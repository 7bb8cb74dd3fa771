import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import { clientId, contoso, secret } from './contoso.ts'

/** The program, bundled from source into a folder that looks like the package. */
const folder = await mkdtemp(join(tmpdir(), 'emulator-cli-'))
const program = join(folder, 'dist', 'main.js')
const packageFile = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))
await build({
  entryPoints: [packageFile('src/main.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile: program,
})
await copyFile(packageFile('package.json'), join(folder, 'package.json'))
afterAll(() => rm(folder, { recursive: true }))

interface Run {
  child: ChildProcess
  output(): string
  errors(): string
  /** Resolves once the output contains a text; rejects when the program ends before. */
  until(text: string): Promise<void>
}

function start(...flags: readonly string[]): Run {
  const child = spawn(process.execPath, [program, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const until = async (text: string): Promise<void> => {
    while (!output.includes(text)) {
      if (child.exitCode !== null) throw new Error(`The program ended: ${errors}`)
      await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    }
  }
  return { child, output: () => output, errors: () => errors, until }
}

async function finish(...flags: readonly string[]): Promise<{ code: unknown; output: string; errors: string }> {
  const run = start(...flags)
  const [code] = await once(run.child, 'close')
  return { code, output: run.output(), errors: run.errors() }
}

test.for(['SIGTERM', 'SIGINT'] as const)('it runs, says how to sign in, and stops cleanly on %s', async (signal) => {
  const run = start()
  await run.until('Ctrl+C stops it.')
  const value = (name: string): string => new RegExp(`export ${name}=(\\S+)`).exec(run.output())?.[1] ?? ''
  const httpUrl = /http +(http:\S+)/.exec(run.output())?.[1] ?? ''
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: value('AZURE_CLIENT_ID'),
    client_secret: value('AZURE_CLIENT_SECRET'),
    scope: 'https://storage.azure.com/.default',
  })
  const path = `${httpUrl}/${value('AZURE_TENANT_ID')}/oauth2/v2.0/token`
  const response = await fetch(path, { method: 'POST', body })
  expect(response.status).toBe(200)
  const [, username = '', password = ''] = /with a browser: (\S+), password (\S+)/.exec(run.output()) ?? []
  body.set('grant_type', 'password')
  for (const [name, given] of Object.entries({ username, password })) body.set(name, given)
  expect((await fetch(path, { method: 'POST', body })).status).toBe(200)
  expect(existsSync(value('NODE_EXTRA_CA_CERTS'))).toBe(true)
  run.child.kill(signal)
  expect(await once(run.child, 'close')).toEqual([0, null])
  expect(existsSync(value('NODE_EXTRA_CA_CERTS'))).toBe(false)
  expect(run.errors()).toBe('')
})

test('it has hosts with managed identities', async () => {
  const run = start('--managed-identity', 'imds', '--managed-identity', 'app-service')
  await run.until('Ctrl+C stops it.')
  const value = (name: string): string => new RegExp(`export ${name}=(\\S+)`).exec(run.output())?.[1] ?? ''
  const query = `resource=https://storage.azure.com&api-version=2019-08-01`
  const imds = `${value('AZURE_POD_IDENTITY_AUTHORITY_HOST')}/metadata/identity/oauth2/token?${query}`
  expect((await fetch(imds, { headers: { metadata: 'true' } })).status).toBe(200)
  const headers = { 'x-identity-header': value('IDENTITY_HEADER') }
  expect((await fetch(`${value('IDENTITY_ENDPOINT')}?${query}`, { headers })).status).toBe(200)
  run.child.kill()
  expect(await once(run.child, 'close')).toEqual([0, null])
})

test('it takes a directory from a file, and does not repeat its secrets', async () => {
  const file = join(folder, 'directory.json')
  await writeFile(file, JSON.stringify(contoso))
  const run = start('--directory', file, '--public-cloud-issuer', '--host', 'login.microsoftonline.com')
  await run.until('Ctrl+C stops it.')
  run.child.kill('SIGTERM')
  await once(run.child, 'close')
  expect(run.output()).toContain(`export AZURE_CLIENT_ID=${clientId}`)
  expect(run.output()).toContain('https://sts.windows.net/{tenant}/')
  expect(run.output()).toContain(`# AZURE_CLIENT_SECRET: as declared in ${file}`)
  expect(run.output()).not.toContain(secret)
})

test('it explains itself', async () => {
  const help = await finish('--help')
  expect(help).toMatchObject({ code: 0, errors: '' })
  expect(help.output).toMatch(/^Usage: entrada-emulator \[options\]\n/)
  for (const flag of ['port', 'http-port', 'directory', 'host', 'public-cloud-issuer', 'version']) {
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
    [['--directory', '/nowhere.json'], 'the file "/nowhere.json" cannot be read (ENOENT). Check its path.'],
    [['--host', 'http://x'], 'hosts has "http://x", which is not a host name.'],
  ] as const)('for %j', async ([flags, message]) => {
    const { code, output, errors } = await finish(...flags)
    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toMatch(/^entrada-emulator: [^\n]+\.\n$/)
    expect(errors).toContain(message)
  })
})
