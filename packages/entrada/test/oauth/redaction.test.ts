import { inspect } from 'node:util'
import { ClientSecretCredential, OnBehalfOfCredential } from 'entrada'
import { describe, expect, test } from 'vitest'
import { redactionOf } from '../../src/oauth/redaction.ts'
import { quickest } from '../quickest.ts'
import { clientId, failure, scope, tenantId } from '../world.ts'

const redaction = (secrets: Record<string, string>) => redactionOf(new URLSearchParams(secrets))

describe('the text of a server', () => {
  test.each([
    ['the secret itself', 's3cret', 'no s3cret here', 'no *** here'],
    ['the secret twice', 's3cret', 's3crets3cret', '******'],
    ['a word of the protocol', 'invalid', 'invalid_grant: it is invalid', 'invalid_grant: it is ***'],
    ['a code of Entra ID', 'AADSTS50076', 'AADSTS50076: no', 'AADSTS50076: no'],
    ['a part of a code', '50076', 'AADSTS50076: 50076', 'AADSTS50076: ***'],
    ['more than a word', 'x_invalid_grant_y', 'x_invalid_grant_y', '***'],
    ['a secret with a code in it', 'aAADSTS50076b', 'aAADSTS50076b', '***'],
  ])('loses %s', (_, secret, text, expected) => {
    expect(redaction({ client_secret: secret }).text(text)).toBe(expected)
  })

  const misplaced = 'AbC8Q~secret_value~1234'
  const url = `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`
  test.each<[string, Record<string, string>, string]>([
    ['client', { client_id: misplaced }, url],
    ['user', { username: misplaced }, url],
    ['scope', { scope: `openid ${misplaced}` }, url],
    ['tenant', {}, url.replace(tenantId, 'AbCdEfGhIjKlMnOpQrStUvWxYz0123')],
  ])('loses a secret that was given in place of the %s', (_, form, sentTo) => {
    const text = `'${misplaced}' or 'AbCdEfGhIjKlMnOpQrStUvWxYz0123' was not found in the directory`
    expect(redactionOf(new URLSearchParams(form), sentTo).text(text)).toContain("'***'")
  })

  test('keeps ids, user names, tenants and scopes, which say what was wrong', () => {
    const form = { client_id: clientId, username: 'ada@contoso.example', scope: `${scope} access_as_an_application` }
    const text = `${Object.values(form).join(' ')} contoso.onmicrosoft.com ${tenantId} organizations oauth2`
    for (const tenant of ['contoso.onmicrosoft.com', tenantId, 'organizations'])
      expect(redactionOf(new URLSearchParams(form), url.replace(tenantId, tenant)).text(text)).toBe(text)
  })

  test('leaves nothing of a secret that another one is a part of', () => {
    expect(redaction({ password: 'abc', client_secret: 'xabcz' }).text('[xabcz] [abc]')).toBe('[***] [***]')
  })

  test('is cut, and no half of a secret stays at the cut', () => {
    const secret = 's3cret'.repeat(20)
    const text = `${'x'.repeat(16 * 1024 - 60)}${secret}y`
    expect(redaction({ client_secret: secret }).text(text)).not.toContain('s3cret')
  })

  test('costs little, however it is made', async () => {
    const form = { client_secret: 'aaaaaaab', client_assertion: `${'a'.repeat(4000)}b` }
    const redact = (): void => {
      for (const text of ['a'.repeat(1_000_000), 'aaaaaaab'.repeat(100_000), 'invalid_grant '.repeat(50_000)]) {
        redaction(form).text(text)
      }
    }
    expect(await quickest(redact)).toBeLessThan(2000)
  })
})

describe('a claims challenge', () => {
  const claims = '{"access_token":{"nbf":{"essential":true, "value":"1700000000"}}}'

  test.each([
    ['short', '17000'],
    ['long', 'a-long-secret'],
  ])('is handed on as it came beside a secret that is %s', (_, secret) => {
    expect(redaction({ client_secret: secret }).claims(claims)).toBe(claims)
  })

  test.each([
    ['a value', '{"a":"x s3cret-word","b":1}', '{"a":"***","b":1}'],
    ['a name', '{"a":{"s3cret-word":1},"b":1}', '{"a":"***","b":1}'],
    ['what is no JSON', 's3cret-word', '***'],
    ['a value with escapes', '{"a":"s3cret\\u002dword"}', '{"a":"***"}'],
  ])('loses %s that holds the secret', (_, given, expected) => {
    expect(redaction({ client_secret: 's3cret-word' }).claims(given)).toBe(expected)
  })
})

test('a credential whose client id and secret were taken for each other shows neither', async () => {
  const secret = 'AbC8Q~secret_value~1234'
  const error_description = `AADSTS700016: Application with identifier '${secret}' was not found in the directory`
  const credential = new ClientSecretCredential(tenantId, secret, clientId, {
    fetch: () => Response.json({ error: 'unauthorized_client', error_description }, { status: 400 }),
    host: { env: {} },
  })
  const error = await failure(credential.getToken(scope))
  expect(error.message).toContain('AADSTS700016')
  expect(inspect(error, { depth: 9 })).not.toContain(secret)
})

describe.each(['x', 'invalid', 'grant', 'invalid_grant', 'interaction_required', 'AADSTS50076', 'error'])(
  'with the secret %j',
  (clientSecret) => {
    const refused = (body: object) =>
      failure(
        new OnBehalfOfCredential({
          ...{ tenantId, clientId, clientSecret, userAssertionToken: 'a.b.c', host: { env: {} } },
          retryOptions: { maxRetries: 0 },
          fetch: () => new Response(JSON.stringify(body), { status: 400 }),
        }).getToken(scope),
      )

    test('a refusal is understood', async () => {
      const body = { error: 'interaction_required', error_description: 'AADSTS50076: no', error_codes: [50076] }
      expect(await refused(body)).toMatchObject({
        name: 'AuthenticationRequiredError',
        errorResponse: { error: 'interaction_required', errorCodes: [50076] },
        message: expect.stringContaining('AADSTS50076'),
      })
    })

    test('a refresh token that is dead is dropped, and the assertion is redeemed again', async () => {
      let now = 0
      let count = 0
      const credential = new OnBehalfOfCredential({
        ...{ tenantId, clientId, clientSecret, userAssertionToken: 'a.b.c', host: { env: {}, now: () => now } },
        fetch: (_, { body }) =>
          new URLSearchParams(body).get('grant_type') === 'refresh_token'
            ? new Response('{"error":"invalid_grant","error_description":"AADSTS70008: no"}', { status: 400 })
            : new Response(`{"access_token":"T${++count}","expires_in":3600,"refresh_token":"REFRESH"}`),
      })
      await credential.getToken(scope)
      now += 7_200_000
      expect((await credential.getToken(scope)).token).toBe('T2')
    })
  },
)
