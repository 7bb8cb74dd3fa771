import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findingCodes } from '../packages/cli/src/doctor/codes.ts'
import { startAuthority, variablesOf } from '../packages/cli/test/app.ts'
import { nowhere, runDoctor } from '../packages/cli/test/doctor/examined.ts'
import { pod } from '../packages/cli/test/doctor/stage.ts'
import { expectParts, table } from './generated-parts.ts'
import { terminalPicture, withoutColours } from './terminal-picture.ts'

let emulator: Emulator
let imds: Awaited<ReturnType<typeof nowhere>>
let folder: string

beforeAll(async () => {
  emulator = await startAuthority()
  imds = await nowhere()
  folder = await mkdtemp(join(tmpdir(), 'entrada-docs-'))
})
afterAll(async () => {
  imds?.close()
  await rm(folder, { recursive: true, force: true })
})

/** What the command prints, as a terminal of 80 columns shows it. */
async function shown(line: string, env: Record<string, string | undefined>, input?: string): Promise<string> {
  const [, ...args] = line.replace(/^.*\| /, '').split(' ')
  const base = { HOME: folder, PATH: '', AZURE_POD_IDENTITY_AUTHORITY_HOST: imds.url }
  const { text, errors } = await runDoctor(
    [...args.slice(1), '--timeout', '1m'],
    { ...base, ...env },
    { cwd: folder, columns: 80, ...(input === undefined ? {} : { input }) },
  )
  expect(errors).toBe('')
  // The emulator has another port each time.
  const same = text.replaceAll(emulator.url, 'https://localhost:8443')
  return `$ ${line}\n${same.trimEnd()}`
}

/** The same as a block of a page. */
function block(shown: string): string {
  return ['```txt', withoutColours(shown), '```'].join('\n')
}

test('docs/cli.md shows what entrada doctor prints, and every finding that there is', async () => {
  const variables = variablesOf(emulator)
  const wrong = { ...variables, AZURE_CLIENT_SECRET: '86be4c01-505b-45e9-bfc0-9b825fd84aaa' }
  const wrongSecret = await shown('entrada doctor', wrong)
  const elsewhere = await shown('entrada doctor --as app-service', variables)
  const trusted = { name: 'shop-api', issuer: '', subject: '', audiences: ['api://AzureADTokenExchange'] }
  const env = await pod({ emulator, untrusted: emulator, folder, variables }, (one) => {
    Object.assign(trusted, { issuer: one.issuer, subject: 'system:serviceaccount:shop-dev:api' })
    return { ...one, subject: trusted.subject }
  })
  const line = `az ad app federated-credential list --id ${env.AZURE_CLIENT_ID} | entrada doctor --credential WorkloadIdentityCredential --trusts -`
  const federation = await shown(line, env, JSON.stringify([trusted]))
  const rows = Object.entries(findingCodes).map(([code, means]) => [`\`${code}\``, means])
  await expectParts('docs/cli.md', {
    'wrong-secret': block(wrongSecret),
    federation: block(federation),
    elsewhere: block(elsewhere),
    findings: table(['code', 'means'], rows),
  })
  const picture = terminalPicture('entrada doctor, where a federated credential names another subject', federation)
  await expect(picture).toMatchFileSnapshot('images/doctor.svg')
})
