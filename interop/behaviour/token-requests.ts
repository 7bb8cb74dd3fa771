import type { Row } from './row.ts'
import { nameOfError, pick, withVariables } from './seen.ts'
import { clientId, clientSecret, otherScope, otherTenantId, scope, tenantId, tokenService } from './token-service.ts'

/** What reaches the token endpoint. */
export const tokenRequests: readonly Row[] = [
  {
    name: 'where a token is asked for, and how',
    see: async ({ ClientSecretCredential }) => {
      const httpClient = tokenService()
      await new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient }).getToken(scope)
      return httpClient.requests.map(({ method, host, path }) => [method, host, path])
    },
    both: [['POST', 'login.microsoftonline.com', `/${tenantId}/oauth2/v2.0/token`]],
  },
  {
    name: 'the form of an application with a secret',
    see: async ({ ClientSecretCredential }) => {
      const httpClient = tokenService()
      await new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient }).getToken(scope)
      return pick(httpClient.requests[0]?.form, 'grant_type', 'client_id', 'client_secret', 'scope')
    },
    both: { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope },
  },
  {
    name: 'the form of an application with an assertion',
    see: async ({ ClientAssertionCredential }) => {
      const httpClient = tokenService()
      await new ClientAssertionCredential(tenantId, clientId, async () => 'a.b.c', { httpClient }).getToken(scope)
      return pick(httpClient.requests[0]?.form, 'grant_type', 'client_assertion', 'client_assertion_type')
    },
    both: {
      grant_type: 'client_credentials',
      client_assertion: 'a.b.c',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    },
  },
  {
    name: 'the form on behalf of a user',
    see: async ({ OnBehalfOfCredential }) => {
      const httpClient = tokenService()
      const options = { tenantId, clientId, clientSecret, userAssertionToken: 'token-of-the-user', httpClient }
      await new OnBehalfOfCredential(options).getToken(scope)
      return pick(httpClient.requests[0]?.form, 'grant_type', 'requested_token_use', 'assertion', 'client_secret')
    },
    both: {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      requested_token_use: 'on_behalf_of',
      assertion: 'token-of-the-user',
      client_secret: clientSecret,
    },
  },
  {
    name: 'several scopes are asked for in one request',
    see: async ({ ClientSecretCredential }) => {
      const httpClient = tokenService()
      const scopes = ['https://graph.microsoft.com/User.Read', 'https://graph.microsoft.com/Mail.Read']
      await new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient }).getToken(scopes)
      return httpClient.requests.map(({ form }) => form.scope?.split(' ').sort())
    },
    both: [['https://graph.microsoft.com/Mail.Read', 'https://graph.microsoft.com/User.Read']],
  },
  {
    name: 'the fields of a token',
    see: async ({ ClientSecretCredential }) => {
      const options = { httpClient: tokenService() }
      const token = await new ClientSecretCredential(tenantId, clientId, clientSecret, options).getToken(scope)
      const seconds = Math.round((token.expiresOnTimestamp - Date.now()) / 60_000) * 60
      return [typeof token.token, token.tokenType, seconds]
    },
    both: ['string', 'Bearer', 3600],
  },
  {
    name: 'when the issuer wants the token refreshed',
    see: async ({ ClientSecretCredential }) => {
      const { token } = await import('./token-service.ts')
      const options = { httpClient: tokenService(token({ expires_in: 86_400, refresh_in: 43_200 })) }
      const got = await new ClientSecretCredential(tenantId, clientId, clientSecret, options).getToken(scope)
      return Math.round(((got.refreshAfterTimestamp ?? 0) - Date.now()) / 3600_000)
    },
    both: 12,
  },
  {
    name: 'a token can be changed by who got it',
    see: async ({ ClientSecretCredential }) => {
      const options = { httpClient: tokenService() }
      const token = await new ClientSecretCredential(tenantId, clientId, clientSecret, options).getToken(scope)
      return Object.isFrozen(token)
    },
    peer: false,
    ours: true,
    onPurpose: 'Anybody who gets a token object can change it',
  },
  {
    name: 'another tenant that is not allowed',
    see: ({ ClientSecretCredential }) => {
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient: tokenService() })
      return nameOfError(() => credential.getToken(scope, { tenantId: otherTenantId }))
    },
    both: 'CredentialUnavailableError',
  },
  {
    name: 'another tenant that is allowed',
    see: async ({ ClientSecretCredential }) => {
      const options = { httpClient: tokenService(), additionallyAllowedTenants: [otherTenantId] }
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, options)
      await credential.getToken(scope, { tenantId: otherTenantId })
      return options.httpClient.requests.map(({ path }) => path.split('/')[1])
    },
    both: [otherTenantId],
  },
  {
    name: 'another tenant where any is allowed',
    see: async ({ ClientSecretCredential }) => {
      const options = { httpClient: tokenService(), additionallyAllowedTenants: ['*'] }
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, options)
      await credential.getToken(scope, { tenantId: otherTenantId })
      return options.httpClient.requests.map(({ path }) => path.split('/')[1])
    },
    both: [otherTenantId],
  },
  {
    name: 'an allowed tenant in other case',
    see: ({ ClientSecretCredential }) => {
      const options = { httpClient: tokenService(), additionallyAllowedTenants: ['FABRIKAM.example'] }
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, options)
      return nameOfError(() => credential.getToken(scope, { tenantId: 'fabrikam.example' }))
    },
    peer: 'CredentialUnavailableError',
    ours: 'no error',
    onPurpose: '`additionallyAllowedTenants` is case-sensitive',
  },
  {
    name: 'the variable that turns other tenants off',
    see: ({ ClientSecretCredential }) =>
      withVariables({ AZURE_IDENTITY_DISABLE_MULTITENANTAUTH: '1' }, async () => {
        const options = { httpClient: tokenService(), additionallyAllowedTenants: ['*'] }
        const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, options)
        await credential.getToken(scope, { tenantId: otherTenantId })
        return options.httpClient.requests.map(({ path }) => path.split('/')[1])
      }),
    both: [tenantId],
  },
  {
    name: 'enableCae asks for a token that can be revoked',
    see: async ({ ClientSecretCredential }) => {
      const httpClient = tokenService()
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient })
      await credential.getToken(scope, { enableCae: true })
      await credential.getToken(scope)
      return httpClient.requests.map(({ form }) => JSON.parse(form.claims ?? 'null')?.access_token.xms_cc.values)
    },
    both: [['cp1'], undefined],
  },
  {
    name: 'claims reach the endpoint',
    see: async ({ ClientSecretCredential }) => {
      const httpClient = tokenService()
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient })
      await credential.getToken(scope, { claims: '{"access_token":{"nbf":{"essential":true,"value":"1"}}}' })
      return JSON.parse(httpClient.requests[0]?.form.claims ?? 'null').access_token
    },
    both: { nbf: { essential: true, value: '1' } },
  },
  {
    name: 'claims in base64url, as they stand in a WWW-Authenticate header',
    see: async ({ ClientSecretCredential }) => {
      const httpClient = tokenService()
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient })
      const encoded = Buffer.from('{"access_token":{"nbf":{"essential":true}}}').toString('base64url')
      await credential.getToken(scope, { claims: encoded })
      return httpClient.requests[0]?.form.claims?.startsWith('{') === true
    },
    peer: false,
    ours: true,
    onPurpose: '`claims` have to be decoded',
  },
  {
    name: 'claims reach the endpoint as they were given',
    see: async ({ ClientSecretCredential }) => {
      const httpClient = tokenService()
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient })
      await credential.getToken(scope, { claims: '{"access_token":{"nbf":{"essential":true}}}' })
      return httpClient.requests[0]?.form.claims === '{"access_token":{"nbf":{"essential":true}}}'
    },
    peer: false,
    ours: true,
    onPurpose: 'MSAL adds to `claims`',
  },
  {
    name: 'a second scope is a second request',
    see: async ({ ClientSecretCredential }) => {
      const httpClient = tokenService()
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient })
      for (const each of [scope, otherScope, scope]) await credential.getToken(each)
      return httpClient.requests.map(({ form }) => form.scope)
    },
    both: [scope, otherScope],
  },
]
