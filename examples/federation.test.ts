import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { startTrustedEmulator } from '../interop/trusted-emulator.ts'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
import { cleanEnvironment } from '../testing/environment.mjs'

// The programs of docs/federation.md, each run as the job that the page shows.
const page = await readFile(new URL('../docs/federation.md', import.meta.url), 'utf8')
const folder = await temporaryFolderOf('examples')
afterAll(folder.remove)
const emulator = await startTrustedEmulator()
afterAll(() => emulator.close())
const { AZURE_AUTHORITY_HOST } = emulator.env()

test('the program under “GitHub Actions” gets a token as the job of a workflow', async () => {
  const job = emulator.githubActions({ repository: 'octo/shop', environment: 'production', app: 'demo' })
  await run(programUnder('GitHub Actions'), job.env)
  expect(signedIn()).toEqual([['https://management.azure.com/.default', 200]])
})

test('the program under “Azure Pipelines” gets a token as the job of a pipeline', async () => {
  const job = emulator.pipelines({ serviceConnectionId: '5e5e5e5e-0000-4000-8000-000000000001', app: 'demo' })
  await run(programUnder('Azure Pipelines'), job.env)
  expect(signedIn()).toEqual([['https://management.azure.com/.default', 200]])
})

test('the program under “Managed identity” gets a token as the application that trusts the identity of its host', async () => {
  const host = await emulator.managedIdentity({ host: 'app-service', identities: [{ name: 'shop' }] })
  const { clientId: IDENTITY_CLIENT_ID, objectId = '', tenantId } = host.identities[0] ?? {}
  const issuer = `${AZURE_AUTHORITY_HOST}/${tenantId}/v2.0`
  const trust = { name: 'shop-host', issuer, subject: objectId, audience: 'api://AzureADTokenExchange' }
  emulator.updateApp('demo', { federatedCredentials: [trust] })
  const { AZURE_TENANT_ID, AZURE_CLIENT_ID } = emulator.env()
  await run(programUnder('Managed identity'), { AZURE_TENANT_ID, AZURE_CLIENT_ID, IDENTITY_CLIENT_ID, ...host.env })
  expect(signedIn()).toEqual([['https://management.azure.com/.default', 200]])
  expect(host.requests.map(({ status }) => status)).toEqual([200])
})

/** The one program of a section of the page. */
function programUnder(heading: string): string {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  return /```js\n([\s\S]+?)```/.exec(section)?.[1] ?? ''
}

async function run(program: string, job: NodeJS.ProcessEnv): Promise<void> {
  const file = join(folder.path, 'deploy.mjs')
  await writeFile(file, program)
  emulator.requests.clear()
  await promisify(execFile)(process.execPath, [file], { env: cleanEnvironment({ AZURE_AUTHORITY_HOST, ...job }) })
}

/** The token requests since then: their scope, and the answer's status. */
function signedIn(): [string | undefined, number | undefined][] {
  return emulator.requests
    .filter(({ form }) => form.client_assertion !== undefined)
    .map(({ form, status }) => [form.scope, status])
}
