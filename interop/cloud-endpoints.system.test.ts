import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DirectoryDeclaration } from '@entrada/emulator'
import { afterAll, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'
import { cleanEnvironment } from '../testing/environment.mjs'
import { openAzureCliHouse } from './azure-cli.ts'
import { azureCliComponent, component, terraform } from './components.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'

component(azureCliComponent)
component(terraform)
vi.setConfig({ testTimeout: 120_000 })

const tenantId = '11111111-1111-4111-8111-111111111111'
const subscriptionId = '55555555-5555-4555-8555-555555555555'
const clientId = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
const directory: DirectoryDeclaration = {
  tenants: [{ id: tenantId, domains: ['contoso.example'] }],
  apps: [{ name: 'deploy', clientId, tenantId, secrets: [{ value: 's3cret' }] }],
  subscriptions: [{ id: subscriptionId, tenantId }],
}
const emulator = await startTrustedEmulator({ directory, hosts: ['login.microsoftonline.com', 'management.azure.com'] })
const folder = await temporaryFolder()
afterAll(async () => {
  await emulator.close()
  folder.remove()
})

function seen(path: RegExp): (number | undefined)[] {
  return emulator.requests.filter((request) => path.test(request.path)).map(({ status }) => status)
}

test('Terraform finds the authority by the cloud’s endpoints, and gets a token there', async () => {
  const { host } = new URL(emulator.url)
  const configuration = `terraform {
  backend "azurerm" {
    metadata_host        = "${host}"
    storage_account_name = "account"
    container_name       = "state"
    key                  = "terraform.tfstate"
    resource_group_name  = "group"
    subscription_id      = "${subscriptionId}"
    tenant_id            = "${tenantId}"
    client_id            = "${clientId}"
    client_secret        = "s3cret"
  }
}
`
  await writeFile(join(folder.path, 'main.tf'), configuration)
  const env = {
    ...cleanEnvironment(),
    HOME: folder.path,
    SSL_CERT_FILE: process.env.NODE_EXTRA_CA_CERTS,
    CHECKPOINT_DISABLE: '1',
  }
  const run = promisify(execFile)('terraform', ['init', '-no-color', '-input=false'], { cwd: folder.path, env })
  // There is no storage account behind it: the initialisation ends at Azure Resource Manager, with a token.
  const { stderr } = await run.catch((error: { stderr: string }) => error)
  expect(seen(/^\/metadata\/endpoints$/), stderr).toContain(200)
  expect(seen(/\/oauth2\/v2\.0\/token$/), stderr).toContain(200)
  const listed = emulator.requests.find(({ path }) => /^\/+subscriptions\//.test(path))
  expect(listed?.headers.authorization, stderr).toMatch(/^Bearer ey/)
})

test('az reads its clouds from there', async () => {
  const house = await openAzureCliHouse(emulator)
  const az = await house.fresh({ ARM_CLOUD_METADATA_URL: `${emulator.url}/metadata/endpoints?api-version=2019-05-01` })
  const before = seen(/^\/metadata\/endpoints$/).length
  const cloud = await az.json('cloud', 'show', '--name', 'AzureCloud')
  expect(cloud).toMatchObject({ endpoints: { resourceManager: `${emulator.url}/` } })
  expect(seen(/^\/metadata\/endpoints$/).length).toBeGreaterThan(before)
  await house[Symbol.asyncDispose]()
})
