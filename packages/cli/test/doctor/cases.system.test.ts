import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@entrada/emulator'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { recognisableSecret, startAuthority, variablesOf } from '../app.ts'
import { nowhere, runDoctor } from './examined.ts'
import { laterCases } from './later-cases.ts'
import { ownCases } from './own-cases.ts'
import { publicCases } from './public-cases.ts'
import { referenceCases } from './reference-cases.ts'
import type { Case } from './stage.ts'

let emulator: Emulator
let untrusted: Emulator
let imds: Awaited<ReturnType<typeof nowhere>>

beforeAll(async () => {
  emulator = await startAuthority()
  untrusted = await startEmulator()
  imds = await nowhere()
})

afterAll(async () => {
  imds.close()
  await untrusted.close()
})

afterEach(() => emulator.reset())

interface Told {
  findings: { code: string; severity: string; what: string; why: string; change?: string }[]
  winner?: string
}

/** Runs the command on a case, in its own home, and gives what it says. */
async function examined({ prepare }: Case): Promise<{ code: number; text: string; json: Told }> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-doctor-'))
  try {
    const { env, args = [], world } = await prepare({ emulator, untrusted, folder, variables: variablesOf(emulator) })
    const variables = { HOME: folder, PATH: '', AZURE_POD_IDENTITY_AUTHORITY_HOST: imds.url, ...env }
    const given = (option: string, value: string): string[] => (args.includes(option) ? [] : [option, value])
    // A machine that has more to do must not cut a case short: what hangs brings its own limit.
    const all = ['--json', ...given('--scope', 'storage'), ...given('--timeout', '1m'), ...args]
    const { code, text, errors } = await runDoctor(all, variables, { cwd: folder, ...world })
    expect(errors).toBe('')
    return { code, text, json: JSON.parse(text) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test.for([...ownCases, ...publicCases, ...laterCases, ...referenceCases])('$name: $code', async (wrong) => {
  const { code, text, json } = await examined(wrong)
  const errors = json.findings.filter(({ severity }) => severity === 'error').map((finding) => finding.code)
  // One cause, and no other that would be wrong.
  expect(errors).toEqual([wrong.code])
  expect(JSON.stringify(json.findings)).not.toContain(wrong.not)
  // What is merely good to know would lead away from a cause.
  const others = json.findings.filter(({ severity }) => severity === 'info')
  if (wrong.code !== 'no-credential') expect(others).toEqual([])
  expect(text).not.toContain(recognisableSecret)
  expect(code).toBe(1)
})
