import { inspect } from 'node:util'
import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  type EntradaCredential,
  type EntradaEvent,
  type TokenCredentialOptions,
} from 'entrada'
import { describe, expect, test } from 'vitest'
import type { Ended } from '../../src/runtime/process/program.ts'
import { quickest } from '../quickest.ts'
import { failure } from '../world.ts'
import { imagine, scope, token } from './machine.ts'

const kinds: [string, new (options: TokenCredentialOptions) => EntradaCredential][] = [
  ['AzureCliCredential', AzureCliCredential],
  ['AzureDeveloperCliCredential', AzureDeveloperCliCredential],
  ['AzurePowerShellCredential', AzurePowerShellCredential],
]

const opaque = `0.AXoA${'Zm9vYmFy_-'.repeat(30)}`
const short = 'sh0rt-Secret~1'
const small = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmVk'
const wrapped = token.replace(/.{80}/g, '$&\n')

/** What tools have been seen to print next to tokens, and worse. */
const outputs: [string, string][] = [
  ['the token alone', token],
  ['an opaque token alone', opaque],
  ['a small token', `here: ${small}`],
  ['JSON', JSON.stringify({ accessToken: token, expires_on: 'x' })],
  ['JSON after a warning', `WARNING: x\n{"accessToken": "${token}", "expiresOn": "never"}`],
  ['JSON within JSON', JSON.stringify({ error: JSON.stringify({ access_token: token, refresh_token: opaque }) })],
  ['JSON with a short secret', `{"token":"${short}","password" : "${short}"}`],
  ['JSON within JSON with a short secret', JSON.stringify({ error: JSON.stringify({ token: short }) })],
  ['half of JSON', `{"accessToken":"${token.slice(0, -7)}`],
  ['a token in colours', `\u001b[31m${token.slice(0, 40)}\u001b[0m${token.slice(40)}`],
  ['a token in many colours', opaque.replace(/.{30}/g, '$&\u001b[1m')],
  ['a token with a NUL in it', `${token.slice(0, 40)}\0${token.slice(40)}`],
  ['a token over lines', wrapped],
  ['a token over Windows’ lines', wrapped.replaceAll('\n', '\r\n')],
  ['a form', `client_secret=${short}&refresh_token=${opaque}&assertion=${token}`],
  ['a header', `Authorization: Bearer ${token}`],
  ['a line of PowerShell', `azsdk%${short}%never`],
  ['a table', `Token     : ${token}\nExpiresOn : never`],
  ['a message of azd', JSON.stringify({ type: 'consoleMessage', data: { message: `ERROR: ${token}` } })],
  ['a header in a log', `DEBUG: 'Authorization': 'Bearer ${short}'`],
  ['a bearer', `request with Bearer ${short} failed`],
  ['a named token', `refresh_token: ${short}`],
  ['a named token, quoted', `msal: 'refresh_token': '${short}', 'x': 1`],
  ['a signature of an address', `GET https://a.example/b?sv=1&sig=${short}&se=2`],
  ['a code of an address', `GET http://localhost:8400/?code=${short}&state=1`],
  ['a code that is opaque', `code=${opaque}`],
  ['a password on a command line', `--password=${short}`],
  ['a key of a connection', `AccountName=a;AccountKey=${short}==;EndpointSuffix=b`],
  ['CLIXML', `#< CLIXML\n<Objs><S S="Error">${token}_x000D__x000A_</S></Objs>`],
]

/** Parts of a secret of which none may be seen. */
const parts = [token, opaque].flatMap((secret) => secret.match(/[\w-]{24}/g) ?? [])

describe.each(kinds)('%s shows no token', (_, Credential) => {
  test.each(
    outputs.flatMap(([what, text]): [string, Partial<Ended>][] => [
      [`${what} on stderr`, { code: 1, stderr: text }],
      [`${what} on stderr after words`, { code: 1, stderr: `ERROR: AADSTS50076: no ${text} more` }],
      [`${what} on stdout`, { code: 0, stdout: text.replace('azsdk%', 'azsdk') }],
      [`${what} on both, with a failure`, { code: 2, stdout: text, stderr: text }],
    ]),
  )('%s', async (_, ended) => {
    const events: EntradaEvent[] = []
    const machine = imagine(() => ended)
    await using credential = new Credential({ ...machine.options, onEvent: (event) => events.push(event) })
    const error = await failure(credential.getToken(scope))
    const shown = [error, credential, events]
      .flatMap((value) => [inspect(value, { depth: 10, showHidden: true }), JSON.stringify(value), String(value)])
      .concat(error.stack ?? '', String(error.cause))
      .join('\n')
    expect(shown).not.toContain(short)
    for (const part of small.split('.')) expect(shown).not.toContain(part)
    expect(parts.filter((part) => shown.includes(part))).toEqual([])
  })
})

test.each<[string, (text: string) => string]>([
  ['as it is', (text) => text],
  ['percent-encoded', (text) => text.replace(/./g, (at) => `%${at.charCodeAt(0).toString(16)}`)],
  ['in base64', (text) => Buffer.from(`a:${text}`).toString('base64')],
])('what the tool was given as a secret is not shown %s, though it looks like an id', async (_, encode) => {
  const header = '3fa85f64-5717-4562-b3fc-2c963f66afa6'
  for (const words of ['ERROR: the endpoint refused', 'ERROR: AADSTS50076: no']) {
    const machine = imagine(() => ({ code: 1, stderr: `${words} ${encode(header)} here` }), {
      env: { IDENTITY_HEADER: header },
    })
    await using credential = new AzureCliCredential(machine.options)
    const shown = inspect(await failure(credential.getToken(scope)), { depth: 9, showHidden: true })
    expect(shown).toMatch(/ \S{0,3}\*\*\*\S{0,4} here/)
    expect(shown).not.toContain(encode(header))
  }
})

test('keeps whatever is not a token: ids, addresses and codes', async () => {
  const stderr =
    'ERROR: AADSTS700016: Application 04b07795-8ddb-461a-bbee-02f9e1bf7b46 was not found. fetching token: see https://login.microsoftonline.com/common/oauth2/v2.0/token and /subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/group'
  const machine = imagine(() => ({ code: 1, stderr }))
  await using credential = new AzureCliCredential(machine.options)
  expect((await failure(credential.getToken(scope))).message).toBe(`AzureCliCredential: ${stderr}.`)
})

test('shows 400 characters at most of what a tool says, and no half of a word', async () => {
  const machine = imagine(() => ({ code: 1, stderr: 'word '.repeat(5000) }))
  await using credential = new AzureCliCredential(machine.options)
  const { message } = await failure(credential.getToken(scope))
  expect(message).toBe(`AzureCliCredential: ${'word '.repeat(79)}...`.replace(' ...', '...'))
})

const pumped = [
  'a',
  'ey',
  'eyJ',
  '-eyJ',
  '.',
  '"token":',
  'code=',
  'Bearer ',
  '%25',
  'a.',
  'A1',
  '\n',
  ' ',
  '\t',
  '`',
  '\u001b[',
  '{"',
  "'",
]
const pumpedWords = [
  'az login ',
  '`azd auth login -',
  'Connect-AzAccount -',
  'azsdk%',
  'AADSTS1',
  '<S S="Error">',
  'refresh_token',
]
test.each([...pumped, ...pumpedWords])('a megabyte of %j on stderr is read in no time', async (part) => {
  const stderr = part.repeat(1_000_000 / part.length)
  for (const [, Credential] of kinds) {
    const machine = imagine(() => ({ code: 1, stderr }))
    await using credential = new Credential(machine.options)
    expect(await quickest(() => failure(credential.getToken(scope)))).toBeLessThan(200)
  }
})

test('does not show the environment of the tool when it can’t be started', async () => {
  const machine = imagine(() => {
    throw Object.assign(new Error('spawn failed'), {
      code: 'EACCES',
      spawnargs: ['x'],
      env: { SECRET: 'recognisable' },
    })
  })
  await using credential = new AzureCliCredential(machine.options)
  const error = await failure(credential.getToken(scope))
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('recognisable')
})
