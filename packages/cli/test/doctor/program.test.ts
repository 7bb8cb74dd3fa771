import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@entrada/emulator'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { recognisableSecret, startAuthority, variablesOf } from '../app.ts'
import { buildProgram, type Finished, type Program } from '../program.ts'
import { nowhere } from './examined.ts'
import { ownCases } from './own-cases.ts'
import { publicCases } from './public-cases.ts'
import type { Case } from './stage.ts'

// Each run is a process, and a machine may have more to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let program: Program
let emulator: Emulator
let untrusted: Emulator
let imds: Awaited<ReturnType<typeof nowhere>>

beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
  untrusted = await startEmulator()
  imds = await nowhere()
})

afterAll(async () => {
  imds.close()
  await untrusted.close()
})

afterEach(() => emulator.reset())

async function doctor(env: NodeJS.ProcessEnv, args: readonly string[] = []): Promise<Finished> {
  const base = { HOME: program.home, PATH: '', AZURE_POD_IDENTITY_AUTHORITY_HOST: imds.url }
  return program.run(['doctor', '--scope', 'storage', ...args], { env: { ...base, ...env } })
}

test('the program says that all is well, and ends with 0', async () => {
  expect(await doctor(variablesOf(emulator))).toEqual({
    code: 0,
    output: '✓ EnvironmentCredential has a token for https://storage.azure.com/.default.\n',
    errors: '',
  })
})

const some = [
  'AZURE_TENANTID',
  'misspelt authority',
  'not renewed',
  'nobody renewed',
  'has expired',
  'other capitals',
  '(407)',
]
const tried = [...ownCases, ...publicCases].filter(({ name }) => some.some((words) => name.includes(words)))

test.for(tried)('the program finds it: $name', async ({ prepare, code }: Case) => {
  await mkdir(program.home, { recursive: true })
  const folder = await mkdtemp(join(program.home, 'of-'))
  const { env, args = [] } = await prepare({ emulator, untrusted, folder, variables: variablesOf(emulator) })
  const { output, errors, code: ended } = await doctor({ ...env, HOME: folder }, args)
  expect(output).toMatch(new RegExp(`^✗ ${code} `, 'm'))
  expect(output).not.toContain(recognisableSecret)
  expect({ errors, ended }).toEqual({ errors: '', ended: 1 })
})

test('a certificate authority that Node cannot read is named, where Node only warns', async () => {
  const missing = join(program.home, 'missing.pem')
  const { output } = await doctor({ ...variablesOf(emulator), NODE_EXTRA_CA_CERTS: missing })
  expect(output).toMatch(/^✗ ca-file-unreadable /m)
})
