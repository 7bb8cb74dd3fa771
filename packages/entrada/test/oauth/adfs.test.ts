import { AuthenticationError, ClientSecretCredential } from 'entrada'
import { expect, test } from 'vitest'
import { clientId, failure, scope } from '../world.ts'

const authority = 'https://adfs.contoso.example'
const metadataUrl = `${authority}/adfs/.well-known/openid-configuration`

/** Asks an AD FS whose metadata are these; tells what was sent where. */
async function ask(metadata: string, status = 200) {
  const sent: [string, string, string?][] = []
  const credential = new ClientSecretCredential('adfs', clientId, 'a secret of AD FS', {
    authorityHost: authority,
    retryOptions: { maxRetries: 0 },
    fetch: (url, { method, body }) => {
      sent.push(body === undefined ? [method, url] : [method, url, body])
      if (method === 'GET') return new Response(metadata, { status })
      return new Response('{"access_token":"abc","token_type":"bearer","expires_in":3600}')
    },
  })
  const result: unknown = await credential.getToken(scope).catch((error: unknown) => error)
  await credential.close()
  return { result: result as { token: string } & AuthenticationError, sent }
}

test('the token endpoint of AD FS is read from its metadata', async () => {
  const { result, sent } = await ask(JSON.stringify({ token_endpoint: `${authority}/adfs/oauth2/token/` }))
  expect(result.token).toBe('abc')
  expect(sent.map(([method, url]) => `${method} ${url}`)).toEqual([
    `GET ${metadataUrl}`,
    `POST ${authority}/adfs/oauth2/token/`,
  ])
})

test.each<[string, string, number?]>([
  ['another host', '{"token_endpoint":"https://evil.example/adfs/oauth2/token"}'],
  ['another port', '{"token_endpoint":"https://adfs.contoso.example:8443/adfs/oauth2/token"}'],
  ['http', '{"token_endpoint":"http://adfs.contoso.example/adfs/oauth2/token"}'],
  ['a host that begins alike', '{"token_endpoint":"https://adfs.contoso.example.evil.example/token"}'],
  ['its own host as a user', '{"token_endpoint":"https://adfs.contoso.example@evil.example/token"}'],
  ['a path alone', '{"token_endpoint":"/adfs/oauth2/token"}'],
  ['a number', '{"token_endpoint":5}'],
  ['nothing', '{}'],
  ['HTML', '<html></html>'],
  ['its own origin, with an error', `{"token_endpoint":"${authority}/token"}`, 500],
])('metadata that name %s are refused, and no secret is sent', async (_, metadata, status = 200) => {
  const { result, sent } = await ask(metadata, status)
  expect(result).toBeInstanceOf(AuthenticationError)
  expect(result.statusCode).toBe(status)
  expect(result.message).toMatch(/^ClientSecretCredential: .*Check authorityHost/)
  expect(sent).toEqual([['GET', metadataUrl]])
})

test('a tenant that a call asks for is ignored', async () => {
  await using credential = new ClientSecretCredential('adfs', clientId, 'secret', {
    authorityHost: authority,
    fetch: (_, { method }) =>
      new Response(
        method === 'GET'
          ? JSON.stringify({ token_endpoint: `${authority}/adfs/oauth2/token` })
          : '{"access_token":"abc","expires_in":3600}',
      ),
  })
  expect((await credential.getToken(scope, { tenantId: 'other' })).token).toBe('abc')
  await expect(failure(credential.getToken([]))).resolves.toBeInstanceOf(TypeError)
})
