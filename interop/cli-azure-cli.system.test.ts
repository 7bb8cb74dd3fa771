import { readFile } from 'node:fs/promises'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { clientId, recognisableSecret, tenantId, variablesOf } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { start } from '../packages/cli/test/running.ts'
import { CLOUD_HOSTS, openAzureCliHouse } from './azure-cli.ts'
import { azureCliComponent, component } from './components.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'

component(azureCliComponent)
// Each run of `az` takes up to a second, and the first that is new to a folder longer; more on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

const emulator = await startTrustedEmulator({
  hosts: CLOUD_HOSTS,
  directory: {
    tenants: [{ id: tenantId, domains: ['contoso.example'] }],
    apps: [{ name: 'deploy', clientId, tenantId, secrets: [{ value: recognisableSecret }] }],
    subscriptions: [{ id: '55555555-5555-4555-8555-555555555555', tenantId }],
  },
})
const house = await openAzureCliHouse(emulator)
afterAll(async () => {
  await house[Symbol.asyncDispose]()
  await emulator.close()
})

let program: Program
beforeAll(async () => {
  program = await buildProgram()
})

test('az login --identity signs in by exec --for az, and gets the profile’s tokens', async () => {
  const az = await house.fresh()
  const script = 'az login --identity --output none && az account get-access-token --resource https://storage.azure.com'
  const command = ['exec', '--verbose', '--for', 'az', '--', 'sh', '-c', script]
  const { code, output, errors } = await program.run(command, { env: { ...az.env, ...variablesOf(emulator) } })
  expect(code, errors).toBe(0)
  const { accessToken, tenant } = JSON.parse(output)
  expect(decodeJwt(accessToken)).toMatchObject({ appid: clientId, aud: 'https://storage.azure.com' })
  expect(tenant).toBe(tenantId)
  expect(errors).toMatch(/^\S+Z 200 app-service https:\/\/storage\.azure\.com /m)
})

test('az in another terminal signs in by serve --for az', async () => {
  const serving = start(program, ['serve', '--for', 'az'], variablesOf(emulator))
  const [, file = ''] = await serving.until(/ (\/\S+\/az\.env)/)
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  const variables = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)))
  const az = await house.fresh(variables)
  expect(await az.json('login', '--identity')).toMatchObject([{ tenantId }])
  await serving.untilError(/^\S+Z 200 app-service /m)
})
