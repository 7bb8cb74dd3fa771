import { fileURLToPath } from 'node:url'
import type { Emulator } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { clientId, recognisableSecret, scope, startAuthority, tenantId, variablesOf } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { noRouteRefusal, runWithoutARoute } from './cli/run-without-a-route.ts'
import { component, networkNamespaces, pythonAzureIdentity } from './components.ts'

component(pythonAzureIdentity)
component(networkNamespaces)
// Starts Python programs, which take their time on a busy machine.
vi.setConfig({ testTimeout: 90_000 })

let program: Program
let emulator: Emulator
beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

const client = fileURLToPath(new URL('python/get_managed_identity_token.py', import.meta.url))

describe.for([{ aio: false }, { aio: true }])('Python’s azure.identity; aio: $aio', ({ aio }) => {
  const input = JSON.stringify({ aio, scope, options: {} })

  test.for(['sdk', 'az', 'imds', 'cloud-shell'])('gets a token by exec --for %s', async (kind) => {
    const command = ['exec', '--for', kind, '--', '/usr/bin/python3', client]
    const { output, errors } = await program.run(command, { env: variablesOf(emulator), input })
    const { token, expiresOn, error } = JSON.parse(output)
    expect(error, errors).toBe(undefined)
    const { appid, exp = 0 } = decodeJwt(token)
    expect(appid).toBe(clientId)
    expect(Math.abs(expiresOn - exp)).toBeLessThan(5)
  })
})

test('with no network but loopback it gets one too: nothing else can have answered', async ({ skip }) => {
  const refusal = noRouteRefusal()
  if (refusal !== undefined) skip(refusal)
  const { output, errors } = await runWithoutARoute(
    program,
    ['exec', '--for', 'imds', '--', '/usr/bin/python3', client],
    {
      directory: {
        tenants: [{ id: tenantId }],
        apps: [{ name: 'app', clientId, tenantId, secrets: [{ value: recognisableSecret }] }],
      },
      env: { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: recognisableSecret },
      input: JSON.stringify({ aio: false, scope, options: {} }),
    },
  )
  const { token, error } = JSON.parse(output)
  expect(error, errors).toBe(undefined)
  expect(decodeJwt(token)).toMatchObject({ appid: clientId })
})
