import { fileURLToPath } from 'node:url'
import type { Emulator } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { clientId, scope, startAuthority, variablesOf } from '../packages/cli/test/app.ts'
import { buildProgram, type Finished, type Program } from '../packages/cli/test/program.ts'

let program: Program
let emulator: Emulator

beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

const getTokens = fileURLToPath(new URL('managed-identity/get-tokens.mjs', import.meta.url))
const getDefaultToken = fileURLToPath(new URL('managed-identity/get-default-token.mjs', import.meta.url))

/** Runs a program that gets tokens with the arguments of `exec`. */
function run(file: string, args: readonly string[], given: object): Promise<Finished> {
  const command = ['exec', ...args, '--', process.execPath, file]
  return program.run(command, { env: variablesOf(emulator), input: JSON.stringify({ scope, options: {}, ...given }) })
}

test.for(['sdk', 'az', 'imds', 'cloud-shell'])(
  'ManagedIdentityCredential of @azure/identity gets a token by exec --for %s',
  async (kind) => {
    const { output, errors } = await run(getTokens, ['--for', kind], { times: 2 })
    const { tokens, error } = JSON.parse(output)
    expect(error, errors).toBe(undefined)
    const [first, second] = tokens
    expect(decodeJwt(first.token)).toMatchObject({ appid: clientId })
    expect(first.expiresOnTimestamp).toBeGreaterThan(Date.now())
    expect(second.token).toBe(first.token)
  },
)

test('DefaultAzureCredential of @azure/identity takes the endpoint, and not what the environment had', async () => {
  const { output } = await run(getDefaultToken, [], {})
  expect(decodeJwt(JSON.parse(output).token)).toMatchObject({ appid: clientId })
})

test('a client that names another identity hears whose tokens there are, unless any identity will do', async () => {
  const options = { clientId: '99999999-9999-4999-8999-999999999999' }
  const strict = JSON.parse((await run(getTokens, [], { times: 1, options })).output)
  expect(strict.error.message).toContain('--any-identity')
  const own = JSON.parse((await run(getTokens, [], { times: 1, options: { clientId } })).output)
  expect(decodeJwt(own.tokens[0].token)).toMatchObject({ appid: clientId })
  const any = JSON.parse((await run(getTokens, ['--any-identity'], { times: 1, options })).output)
  expect(decodeJwt(any.tokens[0].token)).toMatchObject({ appid: clientId })
})

test('a refusal of Entra ID reaches the client in its own words, and the client does not repeat its request', async () => {
  const env = { ...variablesOf(emulator), AZURE_CLIENT_SECRET: 'wrong' }
  const command = ['exec', '--verbose', '--', process.execPath, getTokens]
  const { output, errors } = await program.run(command, {
    env,
    input: JSON.stringify({ scope, options: {}, times: 1 }),
  })
  expect(JSON.parse(output).error.message).toContain('AADSTS7000215')
  expect(errors.match(/^\S+Z 400 app-service /gm)?.length).toBe(1)
})
