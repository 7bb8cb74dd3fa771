import type { DirectoryDeclaration } from '@entrada/emulator'
import { Client, type GraphError, PageIterator } from '@microsoft/microsoft-graph-client'
import { AuthorizationCodeCredential, ClientSecretCredential } from 'entrada'
import { afterAll, describe, expect, test } from 'vitest'
import { startTrustedEmulator } from './trusted-emulator.ts'

const tenantId = '11111111-1111-4111-8111-111111111111'
const app = { clientId: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', secret: 's3cret' }
const redirectUri = 'http://localhost:8400/'
const ada = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
const directory: DirectoryDeclaration = {
  tenants: [{ id: tenantId, domains: ['contoso.example'], name: 'Contoso' }],
  apps: [
    {
      ...{
        name: 'web',
        clientId: app.clientId,
        tenantId,
        secrets: [{ value: app.secret }],
        redirectUris: [redirectUri],
      },
      roles: { 'https://graph.microsoft.com': ['User.Read.All', 'GroupMember.Read.All'] },
    },
  ],
  users: Array.from({ length: 7 }, (_, index) => ({
    objectId: index === 0 ? ada.objectId : `00000000-0000-4000-8000-00000000000${index}`,
    username: index === 0 ? ada.username : `user${index}@contoso.example`,
    password: 'p',
    groups: index === 0 ? ['Engineers'] : [],
  })),
  groups: [{ displayName: 'Engineers' }],
}
const emulator = await startTrustedEmulator({ directory })
afterAll(() => emulator.close())
const options = { authorityHost: emulator.url }

/** Microsoft's own client, with a credential of ours. It sends tokens to Graph's hosts and to those it is told of. */
function graphClient(getToken: () => Promise<{ token: string }>): Client {
  return Client.initWithMiddleware({
    authProvider: { getAccessToken: async () => (await getToken()).token },
    baseUrl: `${emulator.url}/`,
    customHosts: new Set(['localhost']),
  })
}

const application = new ClientSecretCredential(tenantId, app.clientId, app.secret, options)
const asApp = graphClient(() => application.getToken('https://graph.microsoft.com/.default'))

function asUser(scope: string): Client {
  const code = emulator.authorizationCode({ user: ada.username, app: 'web', redirectUri, scope })
  const credential = new AuthorizationCodeCredential(tenantId, app.clientId, app.secret, code, redirectUri, options)
  return graphClient(() => credential.getToken(scope))
}

describe('Microsoft’s Graph client', () => {
  test('reads the signed-in user', async () => {
    const me = await asUser('https://graph.microsoft.com/User.Read').api('/me').select('id,userPrincipalName').get()
    expect(me).toMatchObject({ id: ada.objectId, userPrincipalName: ada.username })
  })

  test('follows the pages of all users', async () => {
    const first = await asApp.api('/users').top(3).get()
    const names: string[] = []
    const pages = new PageIterator(asApp, first, (user: { userPrincipalName: string }) => {
      names.push(user.userPrincipalName)
      return true
    })
    await pages.iterate()
    expect(new Set(names).size).toBe(7)
    expect(names).toHaveLength(7)
  })

  test('filters, and asks for the groups of a user', async () => {
    const found = await asApp.api('/users').filter(`startswith(userPrincipalName,'ada')`).get()
    expect(found.value).toHaveLength(1)
    const groups = await asApp.api(`/users/${found.value[0].id}/memberOf`).get()
    expect(groups.value).toMatchObject([{ '@odata.type': '#microsoft.graph.group', displayName: 'Engineers' }])
  })

  test.each([
    ['/users/nobody@contoso.example', 404, 'Request_ResourceNotFound'],
    ['/applications', 403, 'Authorization_RequestDenied'],
    ['/me', 400, 'BadRequest'],
    ['/users/ada@contoso.example/photo', 404, 'ImageNotFound'],
  ])('reads the refusal of %s', async (path, statusCode, code) => {
    const error: GraphError = await asApp
      .api(path)
      .get()
      .catch((refused: GraphError) => refused)
    expect(error).toMatchObject({ statusCode, code })
    expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })
})
