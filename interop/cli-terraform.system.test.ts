import { copyFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { DirectoryDeclaration } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { clientId, recognisableSecret, tenantId, variablesOf } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'
import { noRouteRefusal, runWithoutARoute } from './cli/run-without-a-route.ts'
import { component, networkNamespaces, terraform } from './components.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'

component(terraform)
component(networkNamespaces)
vi.setConfig({ testTimeout: 180_000 })

const subscriptionId = '55555555-5555-4555-8555-555555555555'
const directory: DirectoryDeclaration = {
  tenants: [{ id: tenantId, domains: ['contoso.example'] }],
  apps: [{ name: 'deploy', clientId, tenantId, secrets: [{ value: recognisableSecret }] }],
  subscriptions: [{ id: subscriptionId, tenantId }],
}

let program: Program
beforeAll(async () => {
  program = await buildProgram()
})

/** A folder with the recipe, whose backend is found by the variables of its environment. */
async function recipeFolder(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(folder.remove)
  await copyFile(new URL('../examples/terraform/main.tf', import.meta.url), join(folder.path, 'main.tf'))
  return folder.path
}

/** A folder whose backend knows where the state is, and nothing of who reads it. */
async function backendFolder(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(folder.remove)
  const settings = { ...backend, container_name: 'state', key: 'terraform.tfstate' }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = "${value}"`)
  await writeFile(join(folder.path, 'main.tf'), `terraform {\nbackend "azurerm" {\n${lines.join('\n')}\n}\n}\n`)
  return folder.path
}

/** The app whose token Terraform went to Azure Resource Manager with: without a storage account it ends there. */
function appSeen(requests: readonly { path: string; authorization?: string | undefined }[]): unknown {
  const listed = requests.find(({ path }) => /^\/+subscriptions\//.test(path))
  return decodeJwt(listed?.authorization?.replace('Bearer ', '') ?? '').appid
}

const backend = {
  storage_account_name: 'account',
  resource_group_name: 'group',
  subscription_id: subscriptionId,
  tenant_id: tenantId,
}
const init = (folder: string): string[] => [
  ...['terraform', `-chdir=${folder}`, 'init', '-no-color', '-input=false'],
  ...Object.entries(backend).map(([name, value]) => `-backend-config=${name}=${value}`),
]

test('Terraform’s azurerm backend gets a token by exec --for terraform, with no network but loopback', async ({
  skip,
}) => {
  const refusal = noRouteRefusal()
  if (refusal !== undefined) skip(refusal)
  const folder = await recipeFolder()
  const { errors, requests } = await runWithoutARoute(
    program,
    ['exec', '--verbose', '--for', 'terraform', '--', ...init(folder)],
    {
      directory,
      env: {
        ARM_METADATA_HOSTNAME: '{host}',
        SSL_CERT_FILE: '{ca}',
        CHECKPOINT_DISABLE: '1',
        HOME: folder,
        ARM_CLIENT_SECRET: 'inherited',
      },
    },
  )
  expect(errors).toMatch(/^\S+Z 200 imds https:\S+ 127\.0\.0\.1:\d+ \d+ ms$/m)
  expect(appSeen(requests)).toBe(clientId)
})

test('Terraform signs in as an app with the assertion that exec --for oidc passes on', async () => {
  const emulator = await startTrustedEmulator({ directory })
  onTestFinished(() => emulator.close())
  const job = emulator.githubActions({ repository: 'contoso/shop', ref: 'refs/heads/main', app: 'deploy' })
  const folder = await recipeFolder()
  const { errors } = await program.run(['exec', '--verbose', '--for', 'oidc', '--', ...init(folder)], {
    env: {
      ...job.env,
      ARM_CLIENT_ID: clientId,
      ARM_METADATA_HOSTNAME: new URL(emulator.url).host,
      SSL_CERT_FILE: process.env.NODE_EXTRA_CA_CERTS,
      CHECKPOINT_DISABLE: '1',
    },
  })
  expect(errors).toMatch(/^\S+Z 200 oidc api:\/\/AzureADTokenExchange 127\.0\.0\.1:\d+ \d+ ms$/m)
  const seen = emulator.requests.map(({ path, headers }) => ({ path, authorization: headers.authorization }))
  expect(appSeen(seen), errors).toBe(clientId)
})

test('Terraform takes what setup has written as the backend’s configuration, and reads the state with a token', async () => {
  const emulator = await startTrustedEmulator({ directory })
  onTestFinished(() => emulator.close())
  const folder = await backendFolder()
  const env = {
    ...variablesOf(emulator),
    ARM_METADATA_HOSTNAME: new URL(emulator.url).host,
    SSL_CERT_FILE: process.env.NODE_EXTRA_CA_CERTS,
    CHECKPOINT_DISABLE: '1',
    PATH: [program.bin, process.env.PATH].join(delimiter),
  }
  const { output } = await program.run(['setup', 'terraform'], { env, cwd: folder })
  const [line = ''] = output.trim().split('\n')
  expect(line).toMatch(/^entrada exec --for terraform -- terraform init -backend-config=\S+$/)
  const words = line.replace('exec', 'exec --verbose').split(' ').slice(1)
  const { errors } = await program.run([...words, '-no-color', '-input=false'], { env, cwd: folder })
  // It wants a token for the storage account, where it asked Azure Resource Manager for the account's key before.
  expect(errors).toMatch(/^\S+Z 200 imds https:\/\/storage\.azure\.com\S* 127\.0\.0\.1:\d+ \d+ ms$/m)
  expect(emulator.requests.some(({ path }) => /listKeys/i.test(path))).toBe(false)
})
