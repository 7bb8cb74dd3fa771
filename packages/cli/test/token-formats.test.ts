import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import type { Emulator } from '@entrada/emulator'
import { beforeAll, expect, test, vi } from 'vitest'
import { aliases } from '../src/token/aliases.ts'
import { formats } from '../src/token/formats.ts'
import { scope, startAuthority, tenantId, variablesOf } from './app.ts'
import { buildProgram, type Finished, type Program } from './program.ts'

// Each run is a process, and a machine may have more to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let program: Program
let emulator: Emulator

beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

const token = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> =>
  program.run(['token', ...args], { env: { ...variablesOf(emulator), ...env } })

async function outputOf(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, output, errors } = await token(args, env)
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  return output
}

const jwt = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/

test('raw and header are one line each', async () => {
  expect((await outputOf([scope, '-o', 'raw'])).trimEnd()).toMatch(jwt)
  expect(await outputOf([scope, '-o', 'header'])).toMatch(/^Authorization: Bearer eyJ\S+\n$/)
})

test('json says what it is, for whom and until when', async () => {
  const written = JSON.parse(await outputOf([scope, '-o', 'json']))
  expect(written).toMatchObject({
    tokenType: 'Bearer',
    scopes: [scope],
    tenantId,
    credential: 'DefaultAzureCredential',
  })
  expect(written.token).toMatch(jwt)
  expect(Date.parse(written.expiresOn)).toBe(written.expiresOnTimestamp)
})

test('env is what a shell takes', async () => {
  const text = await outputOf([scope, '-o', 'env'])
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    `${text}\nprintf %s "$AZURE_ACCESS_TOKEN $AZURE_ACCESS_TOKEN_EXPIRES_ON"`,
  ])
  expect(stdout).toMatch(/^eyJ\S+ \d{10}$/)
})

test('netrc names the host, and says so where none is given', async () => {
  expect(await outputOf([scope, '-o', 'netrc', '--host', 'dev.azure.com'])).toMatch(
    /^machine dev\.azure\.com login entrada password eyJ\S+\n$/,
  )
  expect(await token([scope, '-o', 'netrc'])).toMatchObject({
    code: 2,
    output: '',
    errors: expect.stringContaining('--host dev.azure.com'),
  })
})

test.each([
  [undefined, 'client.authentication.k8s.io/v1'],
  [
    '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","spec":{"interactive":false}}',
    'client.authentication.k8s.io/v1beta1',
  ],
  ['{"apiVersion":"client.authentication.k8s.io/v1"}', 'client.authentication.k8s.io/v1'],
  ['nonsense', 'client.authentication.k8s.io/v1'],
])('exec-credential answers %s with the version that was asked for', async (asked, apiVersion) => {
  const written = JSON.parse(await outputOf([scope, '-o', 'exec-credential'], { KUBERNETES_EXEC_INFO: asked }))
  expect(written).toEqual({
    apiVersion,
    kind: 'ExecCredential',
    status: {
      token: expect.stringMatching(jwt),
      expirationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    },
  })
})

test('az is what az get-access-token writes', async () => {
  const written = JSON.parse(await outputOf([scope, '-o', 'az'], { TZ: 'Asia/Tokyo' }))
  expect(written).toMatchObject({ accessToken: expect.stringMatching(jwt), tenant: tenantId, tokenType: 'Bearer' })
  expect(written.expiresOn).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.000000$/)
  expect(Date.parse(`${written.expiresOn.slice(0, 19).replace(' ', 'T')}+09:00`)).toBe(written.expires_on * 1000)
})

test('google-executable is a token response of an executable-sourced credential', async () => {
  expect(JSON.parse(await outputOf([scope, '-o', 'google-executable']))).toEqual({
    version: 1,
    success: true,
    token_type: 'urn:ietf:params:oauth:token-type:jwt',
    id_token: expect.stringMatching(jwt),
    expiration_time: expect.any(Number),
  })
})

test('aws-process exchanges the token for a role’s keys', async () => {
  const asked: URLSearchParams[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      asked.push(new URLSearchParams(body))
      const Credentials = {
        AccessKeyId: 'ASIAEXAMPLE',
        SecretAccessKey: 'key',
        SessionToken: 'session',
        Expiration: 1_800_000_000,
      }
      const isGood = asked.length === 1
      response.writeHead(isGood ? 200 : 403, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify(
          isGood
            ? { AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: { Credentials } } }
            : { Error: { Code: 'AccessDenied', Message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity' } },
        ),
      )
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const env = { AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
    const role = ['-o', 'aws-process', '--role-arn', 'arn:aws:iam::123456789012:role/deploy']
    expect(JSON.parse(await outputOf([scope, ...role], env))).toEqual({
      Version: 1,
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: 'key',
      SessionToken: 'session',
      Expiration: '2027-01-15T08:00:00.000Z',
    })
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: 'arn:aws:iam::123456789012:role/deploy',
      WebIdentityToken: expect.stringMatching(jwt),
    })
    expect(await token([scope, ...role], env)).toMatchObject({
      code: 1,
      output: '',
      errors:
        'entrada: aws: the role was refused: AccessDenied. Not authorized to perform sts:AssumeRoleWithWebIdentity\n',
    })
    const evil = await token([scope, ...role], { AWS_ENDPOINT_URL_STS: 'http://evil.example/' })
    expect(evil).toMatchObject({
      code: 2,
      errors: 'entrada: AWS_ENDPOINT_URL_STS must be an https address. Correct it, or unset it.\n',
    })
  } finally {
    server.close()
  }
})

test('--decode shows the claims with their dates, and not the token', async () => {
  const output = await outputOf([scope, '--decode'])
  expect(output).toMatch(/^exp +\d{10} {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(in (?:59|60) min\)$/m)
  expect(output).toMatch(new RegExp(`^tid +${tenantId}$`, 'm'))
  expect(output).not.toContain('eyJ')
})

test('--tenant asks in another tenant, --claims passes a challenge on', async () => {
  const other = '22222222-2222-4222-8222-222222222222'
  expect(JSON.parse(await outputOf([scope, '-o', 'json', '--tenant', other])).tenantId).toBe(other)
  emulator.requests.clear()
  await outputOf([scope, '--claims', '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'])
  expect(emulator.requests.find(({ path }) => path.endsWith('/token'))?.form.claims).toContain('essential')
})

test('--credential takes a credential by its name, without a profile', async () => {
  expect(JSON.parse(await outputOf([scope, '-o', 'json', '--credential', 'EnvironmentCredential'])).credential).toBe(
    'EnvironmentCredential',
  )
  expect(await token([scope, '--credential', 'Magic'])).toMatchObject({
    code: 2,
    errors: expect.stringContaining('"Magic" is not known. Known:'),
  })
})

test('--aliases lists each with its scope and its source', async () => {
  const { output } = await program.run(['token', '--aliases'])
  const lines = output
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
  expect(lines.map(([name]) => name)).toEqual(Object.keys(aliases))
  for (const [, asked, source] of lines) {
    expect(asked).toMatch(/^(?:https:\/\/[\w.-]+|[\da-f-]{36})\/\.default$/)
    expect(source).toMatch(/^https:\/\/learn\.microsoft\.com\//)
  }
})

test('an alias is its scope, and every form of output is known to the test', async () => {
  emulator.requests.clear()
  await outputOf(['kusto', '--credential', 'EnvironmentCredential'])
  expect(emulator.requests.find(({ path }) => path.endsWith('/token'))?.form.scope).toBe(
    'https://kusto.kusto.windows.net/.default',
  )
  expect(Object.keys(formats)).toEqual([
    'raw',
    'json',
    'env',
    'header',
    'netrc',
    'exec-credential',
    'az',
    'aws-process',
    'google-executable',
  ])
})
