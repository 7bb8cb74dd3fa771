import { AzureCliCredential } from 'entrada'
import { decodeJwt } from 'jose'
import { afterAll, expect, test, vi } from 'vitest'
import { CLOUD_HOSTS, openAzureCliHouse } from './azure-cli.ts'
import { azureCliComponent, component } from './components.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'

component(azureCliComponent)
// Each run of `az` takes up to a second, and the first that is new to a folder longer; more on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const scope = 'https://storage.azure.com/.default'
const emulator = await startTrustedEmulator({ hosts: CLOUD_HOSTS })
const machine = await emulator.managedIdentity({ host: 'imds', identities: ['system', { name: 'shop' }] })
// az 2.45 asks for version 2017-09-01, and reads no time with AM and PM.
const site = await emulator.managedIdentity({ host: 'app-service', distortion: { expiresOn: 'us-24-hour' } })
// The address is one of the network's, so it must never be asked without the proxy.
const house = await openAzureCliHouse(emulator, { ports: { '169.254.169.254:80': Number(new URL(machine.url).port) } })
afterAll(async () => {
  await house[Symbol.asyncDispose]()
  await emulator.close()
})
const [system, shop] = machine.identities

test.for([
  { on: 'a virtual machine', args: [], env: {}, host: machine, identity: system },
  { on: 'one, by client id', args: ['--username', shop?.clientId ?? ''], env: {}, host: machine, identity: shop },
  {
    on: 'a web app',
    args: [],
    env: { ...site.env, APPSETTING_WEBSITE_SITE_NAME: 'shop' },
    host: site,
    identity: site.identities[0],
  },
])(
  'az login --identity on $on signs in as it, and AzureCliCredential gets its token',
  async ({ args, env, host, identity }) => {
    const az = await house.fresh(env)
    expect(await az.json('login', '--identity', ...args)).toMatchObject([{ tenantId: identity?.tenantId }])
    await using credential = new AzureCliCredential({ processTimeoutInMs: 60_000, host: { env: az.env } })
    const { token } = await credential.getToken(scope)
    expect(decodeJwt(token)).toMatchObject({ aud: 'https://storage.azure.com', oid: identity?.objectId })
    expect(host.requests.at(-1)).toMatchObject({ status: 200, query: { resource: 'https://storage.azure.com' } })
  },
)
