import { accessTokens, TokenRejected } from '@entrada/verify'
import { type Ability, abilitiesOf, check, failure, type Given } from './ability.ts'

/** What a web API does with the tokens that it is called with. */
export const verification: readonly Ability[] = abilitiesOf('Incoming tokens (`@entrada/verify`)', {
  'A token, with the keys that the authority serves': (given) => verifies(given, {}),
  'A token, with keys that are given': async (given) => verifies(given, { keys: await keysOf(given) }),
  async 'A token in a `Request`'(given) {
    const headers = { authorization: `Bearer ${given.userToken}` }
    await verifies(given, { keys: await keysOf(given) }, new Request('https://api.example/', { headers }))
  },
  async 'A forged token is refused'(given) {
    const [head = '', body = ''] = given.userToken.split('.')
    const claims = { ...claimsOf(given), scp: 'Everything' }
    const otherBody = btoa(JSON.stringify(claims)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
    check(otherBody !== body, 'the forgery is the token itself')
    const forged = given.userToken.replace(`${head}.${body}`, `${head}.${otherBody}`)
    const error = await failure(verifies(given, { keys: await keysOf(given) }, forged))
    check(error instanceof TokenRejected && error.code === 'signature', `${error.name}: ${error.message}`)
  },
})

type Options = Partial<Parameters<typeof accessTokens>[0]>

/** Rejects unless the token, or the request that carries it, is taken for what it is. */
async function verifies(given: Given, options: Options, input: string | Request = given.userToken): Promise<void> {
  const { tenantId, authorityHost } = given
  const { aud, oid } = claimsOf(given)
  const verify = accessTokens({ audience: aud, tenants: [tenantId], clouds: authorityHost, ...options })
  const caller = await verify(input)
  check(caller.tenantId === tenantId && caller.objectId === oid, 'it is taken for somebody else')
}

/** The authority's keys, as a program would have them in a file. */
async function keysOf({ authorityHost, tenantId }: Given): Promise<NonNullable<Options['keys']>> {
  const answer = await fetch(`${authorityHost}/${tenantId}/discovery/v2.0/keys`)
  return answer.json() as Promise<NonNullable<Options['keys']>>
}

/** What the user's token says. */
function claimsOf({ userToken }: Given): { aud: string; oid: string } {
  const [, body = ''] = userToken.split('.')
  return JSON.parse(atob(body.replaceAll('-', '+').replaceAll('_', '/')))
}
