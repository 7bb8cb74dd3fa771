import type { GetTokenOptions, TokenCredential } from '@azure/identity'
import type { Library, Row } from './row.ts'
import { errorOf, nameOfError } from './seen.ts'
import {
  clientId,
  clientSecret,
  otherScope,
  otherTenantId,
  refusal,
  scope,
  tenantId,
  tokenService,
} from './token-service.ts'

/** A member that somebody else wrote: it tells what it was asked, and answers as it is told. */
function member(answer: (scope: string, options?: GetTokenOptions) => string | Error | null) {
  const asked: string[] = []
  return {
    asked,
    async getToken(scopes: string | string[], options?: GetTokenOptions) {
      asked.push(String(scopes))
      const token = answer(String(scopes), options)
      if (token instanceof Error) throw token
      return token === null ? null : { token, expiresOnTimestamp: Date.now() + 3600_000 }
    },
  }
}

/** A member that has this token for everything. */
function has(token: string) {
  return member(() => token)
}

/** A member that is never there. */
function absent(library: Library) {
  return member(() => unavailable(library))
}

function unavailable({ CredentialUnavailableError }: Library): Error {
  return new CredentialUnavailableError('not here')
}

async function tokenOf(chain: TokenCredential, asked = scope, options?: GetTokenOptions): Promise<string | undefined> {
  return (await chain.getToken(asked, options))?.token
}

/** A chain of credentials that the program lists. */
export const chain: readonly Row[] = [
  {
    name: 'the first member that has a token gives it',
    see: (library) => tokenOf(new library.ChainedTokenCredential(absent(library), has('second'))),
    both: 'second',
  },
  {
    name: 'members behind the one that has a token are not asked',
    see: async ({ ChainedTokenCredential }) => {
      const last = has('last')
      await tokenOf(new ChainedTokenCredential(has('first'), last))
      return last.asked
    },
    both: [],
  },
  {
    name: 'an error that is not "unavailable" stops the chain',
    see: async ({ ChainedTokenCredential }) => {
      const mine = new Error('mine')
      const last = has('last')
      const error = await errorOf(() =>
        tokenOf(
          new ChainedTokenCredential(
            member(() => mine),
            last,
          ),
        ),
      )
      return [error === (mine as unknown), last.asked]
    },
    both: [true, []],
  },
  {
    name: 'an AuthenticationError stops the chain',
    see: ({ ChainedTokenCredential, AuthenticationError }) =>
      nameOfError(() =>
        tokenOf(
          new ChainedTokenCredential(
            member(() => new AuthenticationError(400, 'no')),
            has('last'),
          ),
        ),
      ),
    both: 'AuthenticationError',
  },
  {
    name: 'an error that asks for a person does not stop the chain',
    see: ({ ChainedTokenCredential, AuthenticationRequiredError }) => {
      const asks = member(() => new AuthenticationRequiredError({ scopes: [scope] }))
      return tokenOf(new ChainedTokenCredential(asks, has('last')))
    },
    both: 'last',
  },
  {
    name: 'an error of any library with the name CredentialUnavailableError lets the chain go on',
    see: ({ ChainedTokenCredential }) => {
      const named = member(() => Object.assign(new Error('x'), { name: 'CredentialUnavailableError' }))
      return tokenOf(new ChainedTokenCredential(named, has('last')))
    },
    both: 'last',
  },
  {
    name: 'a member that answers null is passed over',
    see: ({ ChainedTokenCredential }) =>
      tokenOf(
        new ChainedTokenCredential(
          member(() => null),
          has('last'),
        ),
      ),
    both: 'last',
  },
  {
    name: 'nobody has a token',
    see: async (library) => {
      const error = await errorOf(() => {
        return tokenOf(new library.ChainedTokenCredential(absent(library), absent(library)))
      })
      return [error?.name, (error?.errors as Error[] | undefined)?.map(({ name }) => name)]
    },
    both: ['AggregateAuthenticationError', ['CredentialUnavailableError', 'CredentialUnavailableError']],
  },
  {
    name: 'the error of a chain says why each member had none',
    see: async (library) => {
      const error = await errorOf(() => tokenOf(new library.ChainedTokenCredential(absent(library))))
      return error?.message.includes('not here')
    },
    both: true,
  },
  {
    name: 'members that serve different scopes',
    see: async (library) => {
      const serves = (mine: string) => member((asked) => (asked === mine ? `for ${mine}` : unavailable(library)))
      const made = new library.ChainedTokenCredential(serves(scope), serves(otherScope))
      return [await tokenOf(made), await tokenOf(made, otherScope), await tokenOf(made)]
    },
    both: [`for ${scope}`, `for ${otherScope}`, `for ${scope}`],
  },
  {
    name: 'members that serve different tenants',
    see: async (library) => {
      const serves = (tenant: string) =>
        member((_, call) => (call?.tenantId === tenant ? tenant : unavailable(library)))
      const made = new library.ChainedTokenCredential(serves(tenantId), serves(otherTenantId))
      return [await tokenOf(made, scope, { tenantId }), await tokenOf(made, scope, { tenantId: otherTenantId })]
    },
    both: [tenantId, otherTenantId],
  },
  {
    name: 'a member that had tokens, and has none any more',
    see: async (library) => {
      let isThere = true
      const first = {
        async getToken() {
          if (!isThere) throw unavailable(library)
          return { token: 'first', expiresOnTimestamp: Date.now() - 1 }
        },
      }
      const made = new library.ChainedTokenCredential(first, has('second'))
      const before = await tokenOf(made)
      isThere = false
      return [before, await tokenOf(made)]
    },
    both: ['first', 'second'],
  },
  {
    name: 'a chain whose members were all absent asks them again',
    see: async (library) => {
      let isThere = false
      const made = new library.ChainedTokenCredential(member(() => (isThere ? 'back' : unavailable(library))))
      const before = await nameOfError(() => tokenOf(made))
      isThere = true
      return [before, await tokenOf(made)]
    },
    both: ['AggregateAuthenticationError', 'back'],
  },
  {
    name: 'a member in front of the one that had a token, once it is there',
    see: async (library) => {
      let isThere = false
      const first = member(() => (isThere ? 'first' : unavailable(library)))
      const made = new library.ChainedTokenCredential(first, has('second'))
      const before = await tokenOf(made)
      isThere = true
      return [before, await tokenOf(made)]
    },
    peer: ['second', 'first'],
    ours: ['second', 'second'],
    onPurpose: '`ChainedTokenCredential` asks its members in order on every call',
  },
  {
    name: 'a chain within a chain',
    see: (library) => {
      const inner = new library.ChainedTokenCredential(absent(library))
      const last = has('last')
      return nameOfError(() => tokenOf(new library.ChainedTokenCredential(inner, last)))
    },
    peer: 'AggregateAuthenticationError',
    ours: 'no error',
    onPurpose: '`AggregateAuthenticationError` and `AuthenticationRequiredError` extend `Error`',
  },
  {
    name: 'options of the call reach the members',
    see: async ({ ChainedTokenCredential }) => {
      let seen: GetTokenOptions | undefined
      const watching = member((_, options) => {
        seen = options
        return 'token'
      })
      await tokenOf(new ChainedTokenCredential(watching), scope, { tenantId, claims: '{}', enableCae: true })
      return [seen?.tenantId, seen?.claims, seen?.enableCae]
    },
    both: [tenantId, '{}', true],
  },
  {
    name: 'a wrong secret in a chain',
    see: ({ ChainedTokenCredential, ClientSecretCredential }) => {
      const httpClient = tokenService(refusal('invalid_client', 7000215))
      const refused = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient })
      return nameOfError(() => tokenOf(new ChainedTokenCredential(refused, has('last'))))
    },
    peer: 'no error',
    ours: 'AuthenticationError',
    onPurpose: 'A chain continues after a wrong secret',
  },
]
