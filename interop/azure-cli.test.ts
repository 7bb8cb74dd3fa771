import { BlobServiceClient } from '@azure/storage-blob'
import type { DirectoryDeclaration } from '@entrada/emulator'
import { AzureCliCredential, DefaultAzureCredential } from 'entrada'
import { decodeJwt } from 'jose'
import { afterAll, expect, test, vi } from 'vitest'
import { type AzureCli, CLOUD_HOSTS, openAzureCliHouse } from './azure-cli.ts'
import { azureCliComponent, component } from './components.ts'
import { givenAuthority } from './given-authority.ts'
import { startSandbox } from './sandbox.mjs'

component(azureCliComponent)
// Each run of `az` takes up to a second, and the first that is new to a folder longer; more on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const tenantId = '11111111-1111-4111-8111-111111111111'
const otherTenantId = '22222222-2222-4222-8222-222222222222'
const deploy = { clientId: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', secret: 's3cret-of-deploy' }
const ada = {
  objectId: '00000000-0000-4000-8000-00000000ada0',
  username: 'ada@contoso.example',
  password: 'enchantress',
}
const scope = 'https://storage.azure.com/.default'

const directory: DirectoryDeclaration = {
  tenants: [
    { id: tenantId, domains: ['contoso.example'] },
    { id: otherTenantId, domains: ['fabrikam.example'] },
  ],
  apps: [{ name: 'deploy', clientId: deploy.clientId, tenantId, secrets: [{ value: deploy.secret }] }],
  users: [{ ...ada, tenantId }],
  subscriptions: [{ id: '55555555-5555-4555-8555-555555555555', name: 'Shop', tenantId }],
}
const { emulator, storageUrl, close } = await startSandbox(givenAuthority(), {
  directory,
  hosts: CLOUD_HOSTS,
  deviceCode: { intervalSeconds: 1 },
})
const house = await openAzureCliHouse(emulator)
afterAll(async () => {
  await house[Symbol.asyncDispose]()
  await close()
})

const signIns = {
  'a service principal': (az: AzureCli) =>
    az.json('login', '--service-principal', '-u', deploy.clientId, '-p', deploy.secret, '--tenant', tenantId),
  'a user name and password': (az: AzureCli) => az.json('login', '-u', ada.username, '-p', ada.password),
  'a device code': async (az: AzureCli) => {
    const approved = new Set<string>()
    const ended = await az.run(['login', '--use-device-code'], (said) => {
      const code = /enter the code (\w{9}) to authenticate/.exec(said)?.[1]
      if (code === undefined || approved.has(code)) return
      approved.add(code)
      emulator.approveDeviceCode(code, { user: ada.username })
    })
    expect(ended).toMatchObject({ code: 0 })
  },
}
const ofDeploy = { aud: 'https://storage.azure.com', appid: deploy.clientId, idtyp: 'app', tid: tenantId }
const ofAda = { aud: 'https://storage.azure.com', oid: ada.objectId, upn: ada.username, tid: tenantId }

test.for([
  ['a service principal', ofDeploy],
  ['a user name and password', ofAda],
  ['a device code', ofAda],
] as const)(
  'az, signed in by %s, gives a token that lists containers; the second call starts no az',
  async ([by, whose]) => {
    const az = await house.fresh()
    await signIns[by](az)
    await using credential = new AzureCliCredential({ host: { env: az.env } })
    // As the Azure SDK asks, whose tokens are others than those without continuous access evaluation.
    const { token, expiresOnTimestamp } = await credential.getToken(scope, { enableCae: true })
    expect(decodeJwt(token)).toMatchObject(whose)
    // What az 2.45 prints is local time without a zone, cut to the second.
    expect(Math.abs(expiresOnTimestamp - (decodeJwt(token).exp ?? 0) * 1000)).toBeLessThan(2000)

    const service = new BlobServiceClient(storageUrl, credential)
    const name = by.replaceAll(' ', '-')
    await service.createContainer(name)
    const names: string[] = []
    for await (const container of service.listContainers()) names.push(container.name)
    expect(names).toContain(name)
    expect((await az.runs()).filter((line) => line.startsWith('account get-access-token'))).toHaveLength(1)
  },
)

test('a chain fails where nobody is signed in, and succeeds once somebody is', async () => {
  const az = await house.fresh()
  const env = { ...az.env, AZURE_TOKEN_CREDENTIALS: 'dev' }
  await using alone = new AzureCliCredential({ host: { env } })
  await using chain = new DefaultAzureCredential({ host: { env } })
  await expect(alone.getToken(scope)).rejects.toMatchObject({
    name: 'CredentialUnavailableError',
    message: expect.stringMatching(/^AzureCliCredential: nobody is signed in\. Please run 'az login'/),
  })
  await expect(chain.getToken(scope)).rejects.toMatchObject({
    name: 'AggregateAuthenticationError',
    message: expect.stringContaining("Please run 'az login'"),
  })
  await signIns['a service principal'](az)
  for (const credential of [alone, chain]) {
    expect(decodeJwt((await credential.getToken(scope)).token)).toMatchObject(ofDeploy)
  }
})

test('the account that az switches to is the next call’s, and a sign-out is noticed at once', async () => {
  const az = await house.fresh()
  await signIns['a user name and password'](az)
  await using credential = new AzureCliCredential({ host: { env: az.env } })
  expect(decodeJwt((await credential.getToken(scope)).token)).toMatchObject(ofAda)
  await signIns['a service principal'](az)
  expect(decodeJwt((await credential.getToken(scope)).token)).toMatchObject(ofDeploy)
  await az.run(['logout', '--username', deploy.clientId])
  await expect(credential.getToken(scope)).rejects.toMatchObject({ name: 'CredentialUnavailableError' })
})

test('what Entra ID refuses through az is told in its own words', async () => {
  const az = await house.fresh()
  await signIns['a user name and password'](az)
  await using credential = new AzureCliCredential({ host: { env: az.env }, additionallyAllowedTenants: ['*'] })
  await expect(credential.getToken(scope, { tenantId: otherTenantId })).rejects.toMatchObject({
    name: 'AuthenticationError',
    errorResponse: { error: 'developer_tool_error', errorCodes: [50020] },
    message: expect.stringContaining(`User account '${ada.username}'`),
  })
  emulator.revokeRefreshTokens(ada.username)
  await expect(credential.getToken('https://vault.azure.net/.default')).rejects.toMatchObject({
    name: 'CredentialUnavailableError',
    message: expect.stringMatching(
      /AADSTS50173: The provided grant has expired due to it being revoked.*Run: az login/,
    ),
  })
})
