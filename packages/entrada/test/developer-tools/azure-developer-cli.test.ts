import { AzureDeveloperCliCredential, type AzureDeveloperCliCredentialOptions } from 'entrada'
import { describe, expect, test } from 'vitest'
import type { Ended } from '../../src/runtime/process/program.ts'
import { failure } from '../world.ts'
import { imagine, scope, start, token } from './machine.ts'

const good = JSON.stringify({ token, expiresOn: '2026-11-23T09:00:00Z' })

async function ask(
  ended: Partial<Ended>,
  options: AzureDeveloperCliCredentialOptions = {},
  asked: string | string[] = scope,
) {
  const machine = imagine(() => ended)
  await using credential = new AzureDeveloperCliCredential({ ...machine.options, ...options })
  return { access: await credential.getToken(asked), ...machine }
}

test('asks azd for every scope, in its tenant, without a prompt', async () => {
  const { access, started } = await ask({ stdout: good }, { tenantId: 'contoso.com' }, [
    scope,
    'https://b.example/.default',
    scope,
  ])
  expect(access).toMatchObject({ token, expiresOnTimestamp: start + 3_600_000 })
  expect(started[0]).toMatchObject({ file: '/bin/azd', cwd: '/bin', env: { NO_COLOR: 'true' }, timeoutMs: 10_000 })
  expect(started[0]?.args).toEqual([
    ...['auth', 'token', '--output', 'json', '--no-prompt'],
    ...['--scope', scope, '--scope', 'https://b.example/.default', '--tenant-id', 'contoso.com'],
  ])
})

test('leaves azd the secrets that it reads itself, and no other', async () => {
  const needed = {
    SYSTEM_ACCESSTOKEN: 'a',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'b',
    AZD_AUTH_KEY: 'c',
    IDENTITY_HEADER: 'd',
  }
  const machine = imagine(() => ({ stdout: good }), {
    env: { ...needed, AZURE_CLIENT_SECRET: 's', AZURE_PASSWORD: 'p' },
  })
  await using credential = new AzureDeveloperCliCredential(machine.options)
  await credential.getToken(scope)
  expect(machine.started[0]?.env).toMatchObject(needed)
  expect(Object.keys(machine.started[0]?.env ?? {})).not.toContain('AZURE_CLIENT_SECRET')
  expect(Object.keys(machine.started[0]?.env ?? {})).not.toContain('AZURE_PASSWORD')
})

test('hands claims to azd, as base64', async () => {
  const machine = imagine(() => ({ stdout: good }))
  await using credential = new AzureDeveloperCliCredential(machine.options)
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"\u00fc"}}}'
  await credential.getToken(scope, { claims })
  const { args = [] } = machine.started[0] ?? {}
  expect(args.slice(-2)).toEqual(['--claims', Buffer.from(claims).toString('base64')])
})

test.each<[string, string]>([
  ['UTC', '2026-11-23T09:00:00Z'],
  ['UTC with fractions', '2026-11-23T09:00:00.000000Z'],
  ['a time without a zone, which is UTC too', '2026-11-23T09:00:00'],
  ['another zone', '2026-11-23T10:00:00+01:00'],
])('reads %s, whatever this machine’s time zone is', async (_, expiresOn) => {
  const zone = process.env.TZ
  process.env.TZ = 'America/New_York'
  try {
    const stdout = `\ufeff{"type":"consoleMessage","data":{"message":"a warning"}}\n${JSON.stringify({ token, expiresOn })}\n`
    expect((await ask({ stdout })).access.expiresOnTimestamp).toBe(start + 3_600_000)
  } finally {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  }
})

test.each<[string, (json: string) => string]>([
  ['a warning with braces before it', (json) => `WARNING: {beta} feature\n${json}`],
  ['words with braces after it', (json) => `${json}\nUpdate {1.24.0} is out`],
  ['console messages around it', (json) => `${consoleLine('a {')}\n${json}\n${consoleLine('b }')}`],
])('reads the token with %s', async (_, around) => {
  const stdout = around(JSON.stringify({ token, expiresOn: '2026-11-23T09:00:00Z' }, null, 2))
  expect((await ask({ stdout })).access.token).toBe(token)
})

test.each<[string, string, RegExp]>([
  ['nothing', '', /no usable answer/],
  ['no token', JSON.stringify({ expiresOn: '2026-11-23T09:00:00Z' }), /no usable answer/],
  ['no time', JSON.stringify({ token }), /has no expiresOn/],
  ['a time that is none', JSON.stringify({ token, expiresOn: '09:00' }), /has no expiresOn/],
])('reads %s as no token', async (_, stdout, message) => {
  const error = await failure(ask({ stdout }))
  expect(error.name).toBe('AuthenticationError')
  expect(error.message).toMatch(message)
  expect(error.message).not.toContain(token.slice(0, 30))
})

const consoleLine = (message: string) =>
  JSON.stringify({ type: 'consoleMessage', timestamp: '2026-01-01T00:00:00Z', data: { message } })

describe.each<[string, (message: string, suggestion?: string) => string]>([
  [
    'up to 1.23.6',
    (message, suggestion) =>
      [message, suggestion].flatMap((text) => (text ? consoleLine(`\n${text}\n`) : [])).join('\n'),
  ],
  [
    '1.23.7 to 1.23.15',
    (message, suggestion) => `${consoleLine('')}\n${JSON.stringify({ error: message, suggestion })}`,
  ],
  ['from 1.24.0', (error, suggestion) => JSON.stringify({ error, links: null, message: '', suggestion }, undefined, 2)],
])('the errors of azd %s', (_, print) => {
  const fail = async (stderr: string) => failure(ask({ code: 1, stderr }))

  test('say that nobody is signed in', async () => {
    const error = await fail(print('ERROR: not logged in, run `azd auth login` to login'))
    expect(error.name).toBe('CredentialUnavailableError')
    expect(error.message).toContain("Please run 'azd auth login' from a command prompt")
  })

  test('say that the account has to sign in again, with azd’s command', async () => {
    const stderr = print(
      'ERROR: fetching token: AADSTS700082: The refresh token has expired due to inactivity.',
      'Suggestion: reauthentication required, run `azd auth login --scope https://vault.azure.net/.default` to acquire a new token.',
    )
    const error = await fail(stderr)
    expect(error.name).toBe('CredentialUnavailableError')
    expect(error.message).toContain('AADSTS700082: The refresh token has expired due to inactivity.')
    expect(error.message).toMatch(/Run: azd auth login --scope https:\/\/vault\.azure\.net\/\.default$/)
  })

  test('say that a factor is missing, with a command of ours', async () => {
    const error = await fail(print('ERROR: fetching token: AADSTS50076: multi-factor authentication'))
    expect(error.name).toBe('CredentialUnavailableError')
    expect(error.message).toMatch(/Run: azd auth login --scope "https:\/\/vault\.azure\.net\/\.default"$/)
  })

  test('keep their words otherwise, cleaned of the JSON', async () => {
    const error = await fail(print('ERROR: fetching token: AADSTS7000215: Invalid client secret.'))
    expect(error).toMatchObject({ name: 'AuthenticationError', errorResponse: { errorCodes: [7000215] } })
    expect(error.message).toBe(
      'AzureDeveloperCliCredential: ERROR: fetching token: AADSTS7000215: Invalid client secret.',
    )
  })
})

test('keeps the words of an azd that prints no JSON', async () => {
  expect((await failure(ask({ code: 1, stderr: 'ERROR: no project exists' }))).message).toContain(
    'ERROR: no project exists.',
  )
})

test('tells to update an azd that does not know claims', async () => {
  const machine = imagine(() => ({ code: 1, stderr: 'ERROR: unknown flag: --claims' }))
  await using credential = new AzureDeveloperCliCredential(machine.options)
  const error = await failure(credential.getToken(scope, { claims: '{}' }))
  expect(error.name).toBe('CredentialUnavailableError')
  expect(error.message).toContain('Update it to 1.18.1 or newer')
})

test('says where azd is to be had, when it is not there', async () => {
  const machine = imagine(() => ({}))
  machine.files.delete('/bin/azd')
  await using credential = new AzureDeveloperCliCredential(machine.options)
  const error = await failure(credential.getToken(scope))
  expect(error.name).toBe('CredentialUnavailableError')
  expect(error.message).toMatch(/Azure Developer CLI couldn't be found\. .*https:\/\/aka\.ms\/azd/)
})
