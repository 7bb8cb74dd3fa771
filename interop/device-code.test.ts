import { DeviceCodeCredential } from '@azure/identity'
import { PublicClientApplication } from '@azure/msal-node'
import { decodeJwt } from 'jose'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { startTrustedEmulator } from './trusted-emulator.ts'

const tenantId = '7e57ab1e-0000-4000-8000-000000000001'
const clientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const ada = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
const scopes = ['https://storage.azure.com/.default']
const hers = { aud: 'https://storage.azure.com', oid: ada.objectId, appid: clientId }

const emulator = await startTrustedEmulator({ deviceCode: { intervalSeconds: 1 } })
afterAll(() => emulator.close())
beforeEach(() => emulator.requests.clear())

test('msal-node shows the code, polls until it is approved, and serves the account silently from then on', async () => {
  const client = msal()
  const asked: object[] = []
  const result = await client.acquireTokenByDeviceCode({
    scopes,
    deviceCodeCallback: (answer) => {
      asked.push(answer)
      approveAfterFirstPoll(answer.userCode)
    },
  })
  expect(asked).toMatchObject([{ verificationUri: `${emulator.url}/devicelogin`, expiresIn: 900, interval: 1 }])
  expect(decodeJwt(result?.accessToken ?? '')).toMatchObject(hers)
  expect(result?.account).toMatchObject({
    username: ada.username,
    tenantId,
    homeAccountId: `${ada.objectId}.${tenantId}`,
  })
  expect(polls()).toEqual([400, 200])

  const [account] = await client.getAllAccounts()
  if (account === undefined) throw new Error('msal-node keeps no account.')
  const other = await client.acquireTokenSilent({ scopes: ['https://vault.azure.net/.default'], account })
  expect(decodeJwt(other?.accessToken ?? '')).toMatchObject({ aud: 'https://vault.azure.net', oid: ada.objectId })
})

test('msal-node says that the user declined', async () => {
  const declined = msal().acquireTokenByDeviceCode({
    scopes,
    deviceCodeCallback: ({ userCode }) => emulator.declineDeviceCode(userCode),
  })
  await expect(declined).rejects.toThrow(/authorization_declined/)
})

test('@azure/identity’s DeviceCodeCredential shows the code and gets the token', async () => {
  const messages: string[] = []
  const credential = new DeviceCodeCredential({
    ...{ tenantId, clientId, authorityHost: emulator.url, disableInstanceDiscovery: true },
    userPromptCallback: ({ message, userCode }) => {
      messages.push(message)
      emulator.approveDeviceCode(userCode, { user: ada })
    },
  })
  const { token } = await credential.getToken(scopes)
  expect(decodeJwt(token)).toMatchObject(hers)
  expect(messages).toEqual([
    expect.stringMatching(
      /^To sign in, use a web browser to open the page https:\S+ and enter the code \w{9} to authenticate\.$/,
    ),
  ])
  await credential.getToken(scopes)
  expect(polls()).toEqual([200])
})

/** The statuses of the polls so far. */
function polls(): (number | undefined)[] {
  return emulator.requests.filter(({ form }) => form.device_code !== undefined).map(({ status }) => status)
}

/** Approves a code as soon as the emulator has told the device once to wait. */
function approveAfterFirstPoll(userCode: string): void {
  if (polls()[0] !== undefined) emulator.approveDeviceCode(userCode, { user: ada })
  else setImmediate(() => approveAfterFirstPoll(userCode))
}

function msal(): PublicClientApplication {
  return new PublicClientApplication({
    auth: { clientId, authority: `${emulator.url}/${tenantId}`, knownAuthorities: [new URL(emulator.url).host] },
  })
}
