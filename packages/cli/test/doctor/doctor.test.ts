import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recognisableSecret, startAuthority, variablesOf } from '../app.ts'
import { nowhere, runDoctor } from './examined.ts'

let emulator: Emulator
let home: string
let base: Record<string, string>

beforeAll(async () => {
  emulator = await startAuthority()
  home = await mkdtemp(join(tmpdir(), 'entrada-doctor-'))
  const imds = await nowhere()
  base = { HOME: home, PATH: '', AZURE_POD_IDENTITY_AUTHORITY_HOST: imds.url }
  afterAll(async () => {
    imds.close()
    await rm(home, { recursive: true })
  })
})

const args = ['--scope', 'storage']

test('a healthy application has a token, nothing else to say, and the exit code 0', async () => {
  const { code, text, errors } = await runDoctor(args, { ...base, ...variablesOf(emulator) })
  expect(text).toBe('✓ EnvironmentCredential has a token for https://storage.azure.com/.default.\n')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
})

test('a wrong secret is named, with what to do, and never shown', async () => {
  const env = { ...base, ...variablesOf(emulator), AZURE_CLIENT_SECRET: `${recognisableSecret}x` }
  const { code, text } = await runDoctor(args, env)
  expect(code).toBe(1)
  expect(text).toContain('✗ secret-wrong')
  expect(text.replace(/\s+/g, ' ')).toContain('change Copy the value of the client secret, not its id')
  expect(text).not.toContain(recognisableSecret)
})
