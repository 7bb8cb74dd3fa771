import type { Emulator } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { clientId, recognisableSecret, scope, startAuthority, variablesOf } from './app.ts'
import { rawRequest } from './endpoint/raw-request.ts'
import { buildProgram, type Program } from './program.ts'
import { start } from './running.ts'

let program: Program
let emulator: Emulator

beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

const node = process.execPath
const resource = scope.replace('/.default', '')

/** A program in one line, that asks as App Service's clients do and prints the answer. */
const asking = `
  const url = process.env.IDENTITY_ENDPOINT + '?api-version=2019-08-01&resource=${resource}'
  fetch(url, { headers: { 'x-identity-header': process.env.IDENTITY_HEADER } })
    .then((response) => response.json())
    .then((body) => console.log(JSON.stringify(body)))`

test('a program gets tokens of the profile’s identity, and never sees the profile’s secret', async () => {
  const env = variablesOf(emulator)
  const { code, output, errors } = await program.run(['exec', '--', node, '-e', asking], { env })
  expect(errors).toBe('')
  expect(decodeJwt(JSON.parse(output).access_token)).toMatchObject({ appid: clientId, aud: resource })
  expect(code).toBe(0)
  const shown = await program.run(['exec', '--', node, '-e', 'console.log(JSON.stringify(process.env))'], { env })
  expect(shown.output).not.toContain(recognisableSecret)
})

/** The endpoint's variables as the program sees them, with what was there before and is another family's. */
async function variablesSeen(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Record<string, string>> {
  const print = 'console.log(JSON.stringify(process.env))'
  const { output } = await program.run(['exec', ...args, '--', node, '-e', print], {
    env: { ...variablesOf(emulator), ...env },
  })
  const names = /^(AZURE_|ARM_|IDENTITY_|IMDS_|MSI_|ACTIONS_|SYSTEM_|APPSETTING_|DEFAULT_IDENTITY|no_proxy)/i
  return Object.fromEntries(
    Object.entries(JSON.parse(output) as Record<string, string>).filter(([name]) => names.test(name)),
  )
}

const inherited = {
  IDENTITY_ENDPOINT: 'x',
  IDENTITY_HEADER: 'x',
  IDENTITY_SERVER_THUMBPRINT: 'x',
  IMDS_ENDPOINT: 'x',
  MSI_ENDPOINT: 'x',
  MSI_SECRET: 'x',
  AZURE_POD_IDENTITY_AUTHORITY_HOST: 'x',
  AZURE_FEDERATED_TOKEN_FILE: 'x',
  ARM_USE_MSI: 'x',
  ARM_MSI_ENDPOINT: 'x',
  ARM_CLIENT_SECRET: 'x',
  ARM_OIDC_TOKEN: 'x',
  ACTIONS_ID_TOKEN_REQUEST_URL: 'x',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x',
  AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
}
const secret = expect.stringMatching(/^[0-9a-f]{64}$/)
const address = (path: string) => expect.stringMatching(new RegExp(`^http://127\\.0\\.0\\.1:\\d+${path}$`))
const appService = { IDENTITY_ENDPOINT: address('/msi/token'), IDENTITY_HEADER: secret }
const oidcUrl = address('/oidc/token\\?api-version=2\\.0')

test.for([
  ['sdk', appService],
  [
    'az',
    { ...appService, MSI_ENDPOINT: address('/msi/token'), MSI_SECRET: secret, APPSETTING_WEBSITE_SITE_NAME: 'entrada' },
  ],
  ['terraform', { ARM_USE_MSI: 'true', ARM_MSI_ENDPOINT: address('/[0-9a-f]{64}/metadata/identity/oauth2/token') }],
  ['imds', { AZURE_POD_IDENTITY_AUTHORITY_HOST: address('/[0-9a-f]{64}') }],
  ['cloud-shell', { MSI_ENDPOINT: address('/[0-9a-f]{64}/oauth2/token') }],
  [
    'oidc',
    {
      ARM_USE_OIDC: 'true',
      ARM_OIDC_REQUEST_URL: oidcUrl,
      ARM_OIDC_REQUEST_TOKEN: secret,
      ACTIONS_ID_TOKEN_REQUEST_URL: oidcUrl,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret,
    },
  ],
] as const)('a program of the kind %s finds the variables of one family, and no others', async ([kind, variables]) => {
  const { AZURE_TENANT_ID, AZURE_AUTHORITY_HOST, AZURE_CLIENT_ID } = variablesOf(emulator)
  const seen = await variablesSeen(['--for', kind], inherited)
  // With an assertion a program signs in as an app, whose id it has to know.
  const app = kind === 'oidc' ? { AZURE_CLIENT_ID } : {}
  expect(seen).toEqual({ ...variables, ...app, AZURE_TENANT_ID, AZURE_AUTHORITY_HOST })
})

test('a proxy is not asked for the endpoint', async () => {
  const { no_proxy, NO_PROXY } = await variablesSeen([], { HTTP_PROXY: 'http://proxy.example', NO_PROXY: 'a.example' })
  expect([no_proxy, NO_PROXY]).toEqual(['a.example,localhost,127.0.0.1', 'a.example,localhost,127.0.0.1'])
})

test.for([
  ['an exit code', 'process.exit(7)', 7],
  ['a signal', 'process.kill(process.pid, "SIGKILL")', 137],
] as const)('%s passes through', async ([, script, expected]) => {
  const { code, errors } = await program.run(['exec', '--', node, '-e', script])
  expect([code, errors]).toEqual([expected, ''])
})

test.for([
  [
    ['exec', '--', 'no-such-program-anywhere'],
    127,
    'entrada: exec: there is no program "no-such-program-anywhere". Name one',
  ],
  [['exec', '--', '/'], 126, 'entrada: exec: "/" cannot be run (EACCES). Name a file that this user may run.'],
  [['exec'], 2, 'entrada: exec: there is no program to run.'],
  [['exec', '--for', 'toaster', '--', 'true'], 2, 'is not one of: sdk, az, terraform, imds, cloud-shell, oidc.'],
] as const)('%j ends with %i and one line', async ([args, expected, words]) => {
  const { code, errors } = await program.run(args)
  expect(errors).toContain(words)
  expect(errors.trim().split('\n').length).toBe(1)
  expect(code).toBe(expected)
})

test('what follows -- is the program’s, whatever it looks like', async () => {
  const { output } = await program.run([
    'exec',
    '--',
    node,
    '-p',
    'process.argv.slice(1).join()',
    '--',
    '--for',
    '--help',
  ])
  expect(output).toBe('--for,--help\n')
})

/** A program that says where its endpoint is, and which signals it gets; the third one ends it. */
const listening = `
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => { console.log(name); if (++count === 3) process.exit(3) })
  let count = 0
  setInterval(() => undefined, 1000)
  console.log(new URL(process.env.IDENTITY_ENDPOINT).port, process.pid)`

test('signals are passed on, and the endpoint is gone with the program', async () => {
  const { child, until, ended, output } = start(program, ['exec', '--', node, '-e', listening], variablesOf(emulator))
  const [, port] = await until(/^(\d+) /m)
  expect((await rawRequest({ port: Number(port), target: '/' })).status).toBe(404)
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    child.kill(name)
    await until(new RegExp(name))
  }
  expect(await ended).toEqual([3, null])
  expect(output().match(/SIG\w+/g)).toEqual(['SIGINT', 'SIGTERM', 'SIGHUP'])
  await expect(rawRequest({ port: Number(port), target: '/' })).rejects.toThrow('ECONNREFUSED')
})

test('a program that is killed ends it', async () => {
  const { until, ended } = start(program, ['exec', '--', node, '-e', listening], variablesOf(emulator))
  const [, , pid] = await until(/^(\d+) (\d+)/m)
  process.kill(Number(pid), 'SIGKILL')
  expect(await ended).toEqual([137, null])
})

test('killed itself, it leaves nothing that listens', async () => {
  const { child, until } = start(program, ['exec', '--', node, '-e', listening], variablesOf(emulator))
  const [, port] = await until(/^(\d+) /m)
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
  await expect(rawRequest({ port: Number(port), target: '/' })).rejects.toThrow('ECONNREFUSED')
})

test('--verbose tells what was asked for, and no secret or token', async () => {
  const { output, errors } = await program.run(['exec', '--verbose', '--', node, '-e', asking], {
    env: variablesOf(emulator),
  })
  expect(errors).toMatch(/^\S+Z 200 app-service https:\/\/storage\.azure\.com 127\.0\.0\.1:\d+ \d+ ms$/m)
  expect(errors).not.toContain(JSON.parse(output).access_token)
  expect(errors).not.toContain(recognisableSecret)
})
