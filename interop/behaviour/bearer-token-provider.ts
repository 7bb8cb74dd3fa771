import type { GetTokenOptions } from '@azure/identity'
import type { Row } from './row.ts'
import { errorOf } from './seen.ts'
import { clientId, clientSecret, scope, tenantId, tokenService } from './token-service.ts'

/** A credential that somebody else wrote. */
function counting(lifeInMs = 3600_000) {
  const calls: [string | string[], GetTokenOptions | undefined][] = []
  return {
    calls,
    async getToken(scopes: string | string[], options?: GetTokenOptions) {
      calls.push([scopes, options])
      return { token: `token-${calls.length}`, expiresOnTimestamp: Date.now() + lifeInMs }
    },
  }
}

/** `getBearerTokenProvider`, which OpenAI's client takes. */
export const bearerTokenProvider: readonly Row[] = [
  {
    name: 'it resolves to the bare token',
    see: ({ getBearerTokenProvider }) => getBearerTokenProvider(counting(), scope)(),
    both: 'token-1',
  },
  {
    name: 'it keeps the token',
    see: async ({ getBearerTokenProvider }) => {
      const provider = getBearerTokenProvider(counting(), scope)
      return [await provider(), await provider()]
    },
    both: ['token-1', 'token-1'],
  },
  {
    name: 'callers who come at once share one token request',
    see: async ({ getBearerTokenProvider }) => {
      const credential = counting()
      const provider = getBearerTokenProvider(credential, scope)
      await Promise.all([provider(), provider(), provider()])
      return credential.calls.length
    },
    both: 1,
  },
  {
    name: 'a token that is over is asked for again',
    see: async ({ getBearerTokenProvider }) => {
      const provider = getBearerTokenProvider(counting(-1), scope)
      return [await provider(), await provider()]
    },
    both: ['token-1', 'token-2'],
  },
  {
    name: 'the scopes reach the credential',
    see: async ({ getBearerTokenProvider }) => {
      const credential = counting()
      await getBearerTokenProvider(credential, [scope])()
      return credential.calls.map(([scopes]) => [scopes].flat())
    },
    both: [[scope]],
  },
  {
    name: 'the error of the credential is the provider’s',
    see: async ({ getBearerTokenProvider }) => {
      const mine = new Error('mine')
      const error = await errorOf(getBearerTokenProvider({ getToken: () => Promise.reject(mine) }, scope))
      return error === (mine as unknown)
    },
    both: true,
  },
  {
    name: 'the token is one that can be revoked before its end',
    see: async ({ getBearerTokenProvider }) => {
      const credential = counting()
      await getBearerTokenProvider(credential, scope)()
      return credential.calls[0]?.[1]?.enableCae === true
    },
    peer: true,
    ours: false,
    onPurpose: '`getBearerTokenProvider` asks with `enableCae`',
  },
  {
    name: 'the library’s own credentials fit',
    see: async ({ getBearerTokenProvider, ClientSecretCredential }) => {
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient: tokenService() })
      return (await getBearerTokenProvider(credential, scope)()).startsWith('token-')
    },
    both: true,
  },
]
