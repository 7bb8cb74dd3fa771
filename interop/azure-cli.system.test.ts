import { join } from 'node:path'
import { BlobServiceClient } from '@azure/storage-blob'
import type { DirectoryDeclaration } from '@entrada/emulator'
import { AzureCliCredential, DefaultAzureCredential, SharedTokenCacheCredential } from 'entrada'
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
// A machine that is busy with other tests makes az as slow as that.
const processTimeoutInMs = 60_000

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
    await using credential = azureCli(az)
    // As the Azure SDK asks, whose tokens are others than those without continuous access evaluation.
    const { token, expiresOnTimestamp } = await credential.getToken(scope, { enableCae: true })
    expect(decodeJwt(token)).toMatchObject(whose)
    // What az 2.45 prints is local time without a zone, cut to the second.
    expect(Math.abs(expiresOnTimestamp - (decodeJwt(token).exp ?? 0) * 1000)).toBeLessThan(2000)

    const service = new BlobServiceClient(storageUrl, credential)
    const name = `of-${crypto.randomUUID()}`
    await service.createContainer(name)
    const names: string[] = []
    for await (const container of service.listContainers()) names.push(container.name)
    expect(names).toContain(name)
    expect((await az.runs()).filter((line) => line.startsWith('account get-access-token'))).toHaveLength(1)
  },
)

test('az takes the emulator for a cloud of its own, too, without a proxy: as an AD FS', async () => {
  const nowhere = 'http://127.0.0.1:9'
  const az = await house.fresh({ HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere })
  const endpoints = {
    'active-directory': `${emulator.url}/adfs`,
    'resource-manager': `${emulator.url}/`,
    management: `${emulator.url}/`,
    'active-directory-resource-id': 'https://management.core.windows.net/',
    'active-directory-graph-resource-id': 'https://graph.windows.net/',
  }
  const given = Object.entries(endpoints).flatMap(([name, address]) => [`--endpoint-${name}`, address])
  expect(await az.run(['cloud', 'register', '--name', 'local', ...given])).toMatchObject({ code: 0 })
  expect(await az.run(['cloud', 'set', '--name', 'local'])).toMatchObject({ code: 0 })
  await signIns['a device code'](az)
  await using credential = azureCli(az)
  expect(decodeJwt((await credential.getToken(scope)).token)).toMatchObject(ofAda)
})

test('a chain fails where nobody is signed in, starts no az again, and succeeds once somebody is', async () => {
  const az = await house.fresh()
  const env = { ...az.env, AZURE_TOKEN_CREDENTIALS: 'dev' }
  await using alone = azureCli(az)
  await using chain = new DefaultAzureCredential({ processTimeoutInMs, host: { env } })
  await expect(alone.getToken(scope)).rejects.toMatchObject({
    name: 'CredentialUnavailableError',
    message: expect.stringMatching(/^AzureCliCredential: nobody is signed in\. Please run 'az login'/),
  })
  await expect(chain.getToken(scope)).rejects.toMatchObject({
    name: 'AggregateAuthenticationError',
    message: expect.stringContaining("Please run 'az login'"),
  })
  const started = (await az.runs()).length
  await expect(chain.getToken(scope)).rejects.toMatchObject({ name: 'AggregateAuthenticationError' })
  expect(await az.runs()).toHaveLength(started)
  await signIns['a service principal'](az)
  for (const credential of [alone, chain]) {
    expect(decodeJwt((await credential.getToken(scope)).token)).toMatchObject(ofDeploy)
  }
})

test('the account that az switches to is the next call’s, and a sign-out is noticed at once', async () => {
  const az = await house.fresh()
  await signIns['a user name and password'](az)
  await using credential = azureCli(az)
  expect(decodeJwt((await credential.getToken(scope)).token)).toMatchObject(ofAda)
  await signIns['a service principal'](az)
  expect(decodeJwt((await credential.getToken(scope)).token)).toMatchObject(ofDeploy)
  await az.run(['logout', '--username', deploy.clientId])
  await expect(credential.getToken(scope)).rejects.toMatchObject({ name: 'CredentialUnavailableError' })
})

test('what Entra ID refuses through az is told in its own words', async () => {
  const az = await house.fresh()
  await signIns['a user name and password'](az)
  await using credential = azureCli(az)
  await expect(credential.getToken(scope, { tenantId: otherTenantId })).rejects.toMatchObject({
    name: 'AuthenticationError',
    errorResponse: { error: 'developer_tool_error', errorCodes: [50020] },
    message: expect.stringContaining(`User account '${ada.username}'`),
  })
  const nowhere = '33333333-3333-4333-8333-333333333333'
  await expect(credential.getToken(scope, { tenantId: nowhere })).rejects.toMatchObject({
    name: 'AuthenticationError',
    errorResponse: { errorCodes: expect.arrayContaining([90002]) },
  })
  emulator.revokeRefreshTokens(ada.username)
  await expect(credential.getToken('https://vault.azure.net/.default')).rejects.toMatchObject({
    name: 'CredentialUnavailableError',
    message: expect.stringMatching(
      /AADSTS50173: The provided grant has expired due to it being revoked.*Run: az login/,
    ),
  })
})

test('SharedTokenCacheCredential gets tokens from what az keeps, and az goes on with it', async () => {
  const az = await house.fresh()
  await signIns['a user name and password'](az)
  const cachePath = join(String(az.env.AZURE_CONFIG_DIR), 'msal_token_cache.json')
  await using credential = new SharedTokenCacheCredential(ada.username, { cachePath, host: { env: az.env } })
  expect(decodeJwt((await credential.getToken(scope)).token)).toMatchObject(ofAda)
  await credential.close()
  const resource = 'https://vault.azure.net'
  const given = await az.json('account', 'get-access-token', '--resource', resource)
  expect(decodeJwt(String((given as { accessToken?: string }).accessToken))).toMatchObject({ ...ofAda, aud: resource })
})

function azureCli(az: AzureCli): AzureCliCredential {
  return new AzureCliCredential({ processTimeoutInMs, host: { env: az.env } })
}
