import type { Emulator } from '@entrada/emulator'
import { beforeAll, expect, test, vi } from 'vitest'
import { recognisableSecret, scope, startAuthority, tenantId, variablesOf } from './app.ts'
import { buildProgram, type Program } from './program.ts'

// Each run is a process, and a machine may have more to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let program: Program
let emulator: Emulator

beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

test('the token stands on standard output, and nothing else anywhere', async () => {
  const { code, output, errors } = await program.run(['token', scope], { env: variablesOf(emulator) })
  expect(errors).toBe('')
  expect(output).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  expect(code).toBe(0)
})

test('a refusal is one line with its remedy, and exit code 1', async () => {
  const env = { ...variablesOf(emulator), AZURE_CLIENT_SECRET: `${recognisableSecret}-wrong` }
  const { code, output, errors } = await program.run(['token', scope], { env })
  expect(output).toBe('')
  expect(errors).toMatch(/^entrada: EnvironmentCredential: .*AADSTS7000215.*\n$/)
  expect(errors).not.toContain(recognisableSecret)
  expect(code).toBe(1)
})

test('where no credential can be used, the exit code is 3', async () => {
  const env = { AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential' }
  const { code, errors } = await program.run(['token', scope], { env })
  expect(errors).toMatch(/^entrada: .*AZURE_TENANT_ID.*\n$/)
  expect(code).toBe(3)
})

test.for(['ClientSecretCredential', 'EnvironmentCredential'])(
  '%s by its name alone has its usual variables',
  async (credential) => {
    const { code, errors, output } = await program.run(['token', scope, '--credential', credential, '-o', 'json'], {
      env: variablesOf(emulator),
    })
    expect(errors).toBe('')
    expect(JSON.parse(output).credential).toBe(credential)
    expect(code).toBe(0)
  },
)

test('a task of Azure Pipelines has a token by the name of its credential, and is told what it has not mapped', async () => {
  const task = emulator.pipelines({ serviceConnectionId: tenantId, app: 'app' })
  const env = { ...task.env, AZURE_AUTHORITY_HOST: emulator.url }
  const args = ['token', scope, '--credential', 'AzurePipelinesCredential']
  const given = await program.run(args, { env })
  expect({ code: given.code, errors: given.errors }).toEqual({ code: 0, errors: '' })
  const { code, errors } = await program.run(args, { env: { ...env, SYSTEM_ACCESSTOKEN: '' } })
  expect(errors).toMatch(/^entrada: .*systemAccessToken names the variable SYSTEM_ACCESSTOKEN, which is not set\..*\n$/)
  expect(code).toBe(2)
})
