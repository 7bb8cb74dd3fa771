import type { Library, Row } from './row.ts'
import {
  clientId,
  clientSecret,
  refusal,
  scope,
  type TokenService,
  tenantId,
  token,
  tokenService,
} from './token-service.ts'

function credentialOf({ ClientSecretCredential }: Library, httpClient: TokenService) {
  const options = { httpClient, retryOptions: { maxRetries: 0 } }
  return new ClientSecretCredential(tenantId, clientId, clientSecret, options)
}

/** When a token that is held is used again. */
export const cache: readonly Row[] = [
  {
    name: 'a second call costs no request',
    see: async (library) => {
      const service = tokenService()
      const credential = credentialOf(library, service)
      const tokens = [await credential.getToken(scope), await credential.getToken(scope)]
      return [service.requests.length, tokens[0]?.token === tokens[1]?.token]
    },
    both: [1, true],
  },
  {
    name: 'callers who come at once',
    see: async (library) => {
      const service = tokenService()
      const credential = credentialOf(library, service)
      await Promise.all([1, 2, 3].map(() => credential.getToken(scope)))
      return service.requests.length
    },
    peer: 3,
    ours: 1,
    onPurpose: 'Callers who ask at the same time',
  },
  {
    name: 'a failure is not remembered',
    see: async (library) => {
      const service = tokenService(refusal('invalid_client', 7000215))
      const credential = credentialOf(library, service)
      await credential.getToken(scope).catch(() => undefined)
      return (await credential.getToken(scope)).tokenType
    },
    both: 'Bearer',
  },
  {
    name: 'a token with less than five minutes left',
    see: async (library) => {
      const service = tokenService(token({ expires_in: 240 }))
      const credential = credentialOf(library, service)
      const first = await credential.getToken(scope)
      return first.token === (await credential.getToken(scope)).token
    },
    peer: false,
    ours: true,
    onPurpose: "From five minutes before a token's end",
  },
  {
    name: 'the claims of a challenge bring a new token',
    see: async (library) => {
      const service = tokenService()
      const credential = credentialOf(library, service)
      const before = await credential.getToken(scope)
      const after = await credential.getToken(scope, { claims: '{"access_token":{"nbf":{"essential":true}}}' })
      return [service.requests.length, before.token !== after.token]
    },
    both: [2, true],
  },
  {
    name: 'the token of a challenge is the one that later calls get',
    see: async (library) => {
      const service = tokenService()
      const credential = credentialOf(library, service)
      await credential.getToken(scope)
      const after = await credential.getToken(scope, { claims: '{"access_token":{"nbf":{"essential":true}}}' })
      return (await credential.getToken(scope)).token === after.token
    },
    both: true,
  },
  {
    name: 'tokens that can be revoked are kept apart from others',
    see: async (library) => {
      const service = tokenService()
      const credential = credentialOf(library, service)
      for (const enableCae of [true, false, true, false]) await credential.getToken(scope, { enableCae })
      return service.requests.length
    },
    both: 2,
  },
  {
    name: 'two credentials share nothing',
    see: async (library) => {
      const service = tokenService()
      await credentialOf(library, service).getToken(scope)
      await credentialOf(library, service).getToken(scope)
      return service.requests.length
    },
    both: 2,
  },
  {
    name: 'an assertion is asked for once a token request',
    see: async ({ ClientAssertionCredential }) => {
      let asked = 0
      const assertion = async (): Promise<string> => `a.b.${++asked}`
      const options = { httpClient: tokenService() }
      const credential = new ClientAssertionCredential(tenantId, clientId, assertion, options)
      await credential.getToken(scope)
      await credential.getToken(scope)
      return asked
    },
    peer: 4,
    ours: 1,
    onPurpose: '`getAssertion` is called twice',
  },
  {
    name: 'a 429 is tried again, as its Retry-After says',
    see: async ({ ClientSecretCredential }) => {
      const service = tokenService({ status: 429, headers: { 'Retry-After': '0' }, body: {} })
      const options = { httpClient: service, retryOptions: { maxRetries: 2, retryDelayInMs: 1 } }
      await new ClientSecretCredential(tenantId, clientId, clientSecret, options).getToken(scope)
      return service.requests.length
    },
    both: 2,
  },
  {
    name: 'a 500 is tried again as often as maxRetries says',
    see: async ({ ClientSecretCredential }) => {
      const busy = { status: 500, body: {} }
      const service = tokenService(busy, busy, busy, busy)
      const options = { httpClient: service, retryOptions: { maxRetries: 2, retryDelayInMs: 1 } }
      await new ClientSecretCredential(tenantId, clientId, clientSecret, options).getToken(scope).catch(() => undefined)
      return service.requests.length
    },
    both: 3,
  },
  {
    name: 'a refusal is not tried again',
    see: async ({ ClientSecretCredential }) => {
      const service = tokenService(refusal('invalid_client', 7000215))
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient: service })
      await credential.getToken(scope).catch(() => undefined)
      return service.requests.length
    },
    both: 1,
  },
]
