import { fileURLToPath } from 'node:url'
import type { Emulator } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { beforeAll, expect, test, vi } from 'vitest'
import { clientId, scope, startAuthority, variablesOf } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { component, pythonMsalManagedIdentity } from './components.ts'

component(pythonMsalManagedIdentity)
vi.setConfig({ testTimeout: 90_000 })

let program: Program
let emulator: Emulator
beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

const client = fileURLToPath(new URL('python/msal_managed_identity.py', import.meta.url))

test.for(['sdk', 'az', 'imds', 'cloud-shell'])('msal for Python gets a token by exec --for %s', async (kind) => {
  const resource = scope.replace('/.default', '')
  const command = ['exec', '--for', kind, '--', '/usr/bin/python3', client]
  const { output, errors } = await program.run(command, {
    env: variablesOf(emulator),
    input: JSON.stringify({ resource }),
  })
  const { access_token: token } = JSON.parse(output)
  expect(token, output + errors).toBeTypeOf('string')
  expect(decodeJwt(token)).toMatchObject({ appid: clientId })
})
