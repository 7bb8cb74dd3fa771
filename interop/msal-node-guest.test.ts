import { ConfidentialClientApplication } from '@azure/msal-node'
import { decodeJwt } from 'jose'
import { afterAll, expect, test } from 'vitest'
import { startTrustedEmulator } from './trusted-emulator.ts'

const homeId = '11111111-1111-4111-8111-111111111111'
const otherId = '22222222-2222-4222-8222-222222222222'
const clientId = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
const redirectUri = 'http://localhost:8400/'
const ada = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
const emulator = await startTrustedEmulator({
  directory: {
    tenants: [
      { id: homeId, domains: ['contoso.example'] },
      { id: otherId, domains: ['fabrikam.example'] },
    ],
    apps: [
      {
        ...{ name: 'web', clientId, tenantId: homeId, tenants: '*', secrets: [{ value: 's3cret' }] },
        redirectUris: [redirectUri],
      },
    ],
    users: [{ ...ada, password: 'p', displayName: 'Ada', tenantId: homeId, guestIn: [otherId] }],
  },
})
afterAll(() => emulator.close())

test('msal-node keeps a guest under their home account, in each tenant with another object id', async () => {
  const objectIds: unknown[] = []
  for (const tenantId of [homeId, otherId]) {
    const authority = `${emulator.url}/${tenantId}`
    const knownAuthorities = [new URL(emulator.url).host]
    const app = new ConfidentialClientApplication({
      auth: { clientId, clientSecret: 's3cret', authority, knownAuthorities },
    })
    const scopes = ['https://graph.microsoft.com/User.Read']
    const scope = ['openid', 'profile', 'offline_access', ...scopes].join(' ')
    const code = emulator.authorizationCode({ user: ada.username, app: 'web', redirectUri, scope })
    const result = await app.acquireTokenByCode({ code, redirectUri, scopes })
    expect(result.account).toMatchObject({
      homeAccountId: `${ada.objectId}.${homeId}`,
      username: ada.username,
      tenantId,
    })
    expect(decodeJwt(result.accessToken).tid).toBe(tenantId)
    objectIds.push(decodeJwt(result.accessToken).oid)
  }
  expect(objectIds[0]).toBe(ada.objectId)
  expect(objectIds[1]).not.toBe(ada.objectId)
})
