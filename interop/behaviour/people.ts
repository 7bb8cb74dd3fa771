import type { Row } from './row.ts'
import { errorOf, nameOfError, pick } from './seen.ts'
import { clientId, clientSecret, refusal, scope, tenantId, tokenService } from './token-service.ts'
import { hers, username } from './user-token.ts'

/** Sign-ins of people. */
export const people: readonly Row[] = [
  {
    name: 'the form of a user’s password',
    see: async ({ UsernamePasswordCredential }) => {
      const httpClient = tokenService(hers(), hers())
      await new UsernamePasswordCredential(tenantId, clientId, username, 'password', { httpClient }).getToken(scope)
      return pick(httpClient.requests.at(-1)?.form, 'grant_type', 'username', 'password', 'client_id')
    },
    both: { grant_type: 'password', username, password: 'password', client_id: clientId },
  },
  {
    name: 'a user’s password asks for the token’s scope, and to be kept signed in',
    see: async ({ UsernamePasswordCredential }) => {
      const httpClient = tokenService(hers(), hers())
      await new UsernamePasswordCredential(tenantId, clientId, username, 'password', { httpClient }).getToken(scope)
      return httpClient.requests.at(-1)?.form.scope?.split(' ').sort()
    },
    both: [scope, 'offline_access', 'openid', 'profile'],
  },
  {
    name: 'a second call of a user’s password costs no request',
    see: async ({ UsernamePasswordCredential }) => {
      const httpClient = tokenService(hers(), hers(), hers())
      const credential = new UsernamePasswordCredential(tenantId, clientId, username, 'password', { httpClient })
      await credential.getToken(scope)
      const before = httpClient.requests.length
      await credential.getToken(scope)
      return httpClient.requests.length - before
    },
    both: 0,
  },
  {
    name: 'a password that is not enough',
    see: ({ UsernamePasswordCredential }) => {
      const httpClient = tokenService(refusal('invalid_grant', 50076))
      const credential = new UsernamePasswordCredential(tenantId, clientId, username, 'password', { httpClient })
      return nameOfError(() => credential.getToken(scope))
    },
    peer: 'AuthenticationRequiredError',
    ours: 'AuthenticationError',
    onPurpose: 'A wrong secret, a network failure, a 500',
  },
  {
    name: 'the form of a code',
    see: async ({ AuthorizationCodeCredential }) => {
      const httpClient = tokenService(hers())
      const redirect = 'http://localhost:3000/back'
      await new AuthorizationCodeCredential(tenantId, clientId, clientSecret, 'the-code', redirect, {
        httpClient,
      }).getToken(scope)
      return pick(httpClient.requests.at(-1)?.form, 'grant_type', 'code', 'redirect_uri', 'client_secret')
    },
    both: {
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: 'http://localhost:3000/back',
      client_secret: clientSecret,
    },
  },
  {
    name: 'a code without a secret',
    see: async ({ AuthorizationCodeCredential }) => {
      const httpClient = tokenService(hers())
      const credential = new AuthorizationCodeCredential(tenantId, clientId, 'the-code', 'http://localhost:3000', {
        httpClient,
      })
      await credential.getToken(scope)
      return pick(httpClient.requests.at(-1)?.form, 'code', 'client_secret')
    },
    both: { code: 'the-code' },
  },
  {
    name: 'a code that is over',
    see: ({ AuthorizationCodeCredential }) => {
      const httpClient = tokenService(refusal('invalid_grant', 70008))
      const credential = new AuthorizationCodeCredential(tenantId, clientId, clientSecret, 'code', 'http://localhost', {
        httpClient,
      })
      return nameOfError(() => credential.getToken(scope))
    },
    peer: 'AuthenticationRequiredError',
    ours: 'AuthenticationError',
    onPurpose: 'A wrong secret, a network failure, a 500',
  },
  {
    name: 'nobody is asked where automatic sign-in is off',
    see: async ({ DeviceCodeCredential }) => {
      const options = { tenantId, clientId, httpClient: tokenService(), disableAutomaticAuthentication: true }
      const error = await errorOf(() => new DeviceCodeCredential(options).getToken(scope))
      return [error?.name, error?.scopes, options.httpClient.requests.length]
    },
    both: ['AuthenticationRequiredError', [scope], 0],
  },
  {
    name: 'a refusal that a person could resolve, on behalf of a user',
    see: async ({ OnBehalfOfCredential }) => {
      const httpClient = tokenService(refusal('interaction_required', 50076, { claims: '{"access_token":{}}' }))
      const options = { tenantId, clientId, clientSecret, userAssertionToken: 'token-of-the-user', httpClient }
      return nameOfError(() => new OnBehalfOfCredential(options).getToken(scope))
    },
    both: 'AuthenticationRequiredError',
  },
]
