import {
  type AccessToken,
  AggregateAuthenticationError,
  type Attempt,
  AuthenticationError,
  ChainedTokenCredential,
  ClientSecretCredential,
  CredentialUnavailableError,
  type GetTokenOptions,
  type TokenCredential,
} from 'entrada'
import { describe, expect, test, vi } from 'vitest'
import { clientId, failure, scope, tenantId, until } from '../world.ts'
import { thrown } from './thrown.ts'

type Behaviour = (scopes: string | string[], options?: GetTokenOptions) => Promise<AccessToken | null>

/** A credential that somebody else wrote: it has a `getToken`, and a name by its class. */
class Foreign implements TokenCredential {
  readonly calls: GetTokenOptions[] = []
  behave: Behaviour
  constructor(behave: Behaviour) {
    this.behave = behave
  }
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null> {
    this.calls.push(options ?? {})
    return this.behave(scopes, options)
  }
}
class Second extends Foreign {}
class Third extends Foreign {}

const token = (value: string): AccessToken => ({ token: value, expiresOnTimestamp: Date.now() + 3_600_000 })
const gives = (value: string) => async (): Promise<AccessToken> => token(value)
const rejects = (error: unknown) => async (): Promise<never> => {
  throw error
}
/** An error of another library, known by its name alone. */
const named = (name: string, message = 'not here'): Error => Object.assign(new Error(message), { name })
const hangs = (): Promise<never> => new Promise(() => undefined)

/** Rejects when its caller aborts. */
const waits: Behaviour = (_, options) =>
  new Promise((__, reject) => {
    options?.abortSignal?.addEventListener('abort', () => reject(named('AbortError', 'aborted')))
  })

test.each<[string, unknown[]]>([
  ['no member', []],
  ['undefined', [undefined]],
  ['null', [new Foreign(gives('a')), null]],
  ['an object without getToken', [{}]],
  ['a text', ['credential']],
  ['a list of credentials', [[new Foreign(gives('a'))]]],
])('a chain of %s is refused', (_, members) => {
  const error = thrown(() => new ChainedTokenCredential(...(members as TokenCredential[])))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(/^ChainedTokenCredential: .*Pass /)
})

describe('a round', () => {
  test.each(['CredentialUnavailableError', 'AggregateAuthenticationError', 'AuthenticationRequiredError'])(
    'goes on after a foreign %s, which it knows by its name',
    async (name) => {
      const chain = new ChainedTokenCredential(new Foreign(rejects(named(name))), new Second(gives('second')))
      expect((await chain.getToken(scope)).token).toBe('second')
      expect(chain.selected).toBe('Second')
      expect((await chain.getTokenInfo(scope)).credential).toBe('Second')
    },
  )

  test('takes a token that comes without a promise', async () => {
    const token = { token: 'at once', expiresOnTimestamp: Date.now() + 3_600_000 }
    const chain = new ChainedTokenCredential(new Foreign((() => token) as never))
    expect((await chain.getToken(scope)).token).toBe('at once')
  })

  test('goes on after a member that gives null', async () => {
    const chain = new ChainedTokenCredential(new Foreign(async () => null), new Second(gives('second')))
    expect((await chain.getToken(scope)).token).toBe('second')
  })

  test('goes on to a member of another library that can prove possession', async () => {
    const proofOfPossessionOptions = {
      nonce: 'nonce',
      resourceRequestMethod: 'GET',
      resourceRequestUrl: 'https://resource.example/',
    } as const
    const theirs = new Foreign(gives('proof'))
    const chain = new ChainedTokenCredential(new ClientSecretCredential(tenantId, clientId, 'secret'), theirs)
    expect((await chain.getToken(scope, { proofOfPossessionOptions })).token).toBe('proof')
    expect(theirs.calls).toMatchObject([{ proofOfPossessionOptions }])
  })

  test('stops at a refusal, with the attempts before it', async () => {
    const third = new Third(gives('third'))
    const refused = new AuthenticationError(401, { error: 'invalid_client' })
    const chain = new ChainedTokenCredential(
      new Foreign(rejects(named('CredentialUnavailableError', 'no tool'))),
      new Second(rejects(refused)),
      third,
    )
    const error = (await failure(chain.getToken(scope))) as AuthenticationError
    expect(error).toBe(refused)
    expect(error.attempts?.map(({ credential, outcome, reason }) => [credential, outcome, reason])).toEqual([
      ['Foreign', 'unavailable', 'no tool'],
      ['Second', 'refused', refused.message],
    ])
    expect(JSON.stringify(error)).not.toContain('attempts')
    expect(third.calls).toEqual([])
  })

  test.each<[string, unknown]>([
    ['a plain error', new Error('bug')],
    ['a text', 'bug'],
    ['undefined', undefined],
    ['a TypeError', new TypeError('bug')],
    ['an abort', named('AbortError')],
  ])('stops at %s', async (_, thing) => {
    const second = new Second(gives('second'))
    const chain = new ChainedTokenCredential(new Foreign(rejects(thing)), second)
    const error = await failure(chain.getToken(scope))
    expect(error).toBeInstanceOf(Error)
    if (thing instanceof Error) expect(error).toBe(thing)
    expect(second.calls).toEqual([])
  })

  test('stops at a member that throws before it promises', async () => {
    const bug = new Error('bug')
    const chain = new ChainedTokenCredential({
      getToken() {
        throw bug
      },
    })
    expect(await failure(chain.getToken(scope))).toBe(bug)
  })

  test('ends, when nobody has a token, with every reason and remedy, and can be tried again', async () => {
    const remedy = 'Install it.'
    const missing = new CredentialUnavailableError({ who: 'Foreign', reason: 'no tool was found.', remedy })
    const first = new Foreign(rejects(missing))
    const chain = new ChainedTokenCredential(first, new Second(async () => null))
    const error = (await failure(chain.getToken(scope))) as AggregateAuthenticationError
    expect(error).toBeInstanceOf(AggregateAuthenticationError)
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.name).toBe('AggregateAuthenticationError')
    expect(error.message).toBe(
      'ChainedTokenCredential: no credential in the chain can be used here.\n  Foreign: no tool was found. Install it.\n  Second: getToken returned null.',
    )
    expect(error.errors[0]).toBe(missing)
    expect(error.attempts).toMatchObject([
      { credential: 'Foreign', outcome: 'unavailable', error: missing, reason: 'no tool was found.', remedy },
      { credential: 'Second', outcome: 'unavailable' },
    ])
    first.behave = gives('now')
    expect((await chain.getToken(scope)).token).toBe('now')
  })

  test('goes through chains in chains, and names the one that won within', async () => {
    const inner = new ChainedTokenCredential(new Foreign(async () => null), new Second(gives('second')))
    const empty = new ChainedTokenCredential(new Foreign(async () => null))
    const chain = new ChainedTokenCredential(empty, inner)
    expect((await chain.getTokenInfo(scope)).credential).toBe('Second')
    expect(chain.selected).toBe('Second')
  })

  test('hands no member a time-out, and each a signal', async () => {
    const first = new Foreign(gives('a'))
    await new ChainedTokenCredential(first).getToken(scope, { requestOptions: { timeout: 5000 }, tenantId: 't' })
    expect(first.calls).toEqual([{ tenantId: 't', abortSignal: expect.any(AbortSignal) }])
  })
})

describe('the winner', () => {
  test('is kept for the same call while its token is valid, even if other members have become available', async () => {
    const first = new Foreign(rejects(named('CredentialUnavailableError')))
    const chain = new ChainedTokenCredential(first, new Second(gives('second')))
    await chain.getToken(scope)
    first.behave = gives('first')
    expect((await chain.getToken([scope])).token).toBe('second')
    expect((await chain.getTokenInfo(scope)).credential).toBe('Second')
    expect(first.calls).toHaveLength(1)
  })

  test.each<[string, string, GetTokenOptions]>([
    ['another scope', 'another', {}],
    ['another tenant', scope, { tenantId: 'fabrikam.example' }],
    ['a token that can be revoked', scope, { enableCae: true }],
  ])('for %s is found separately, and replaces no other', async (_, scopes, options) => {
    const first = new Foreign(rejects(named('CredentialUnavailableError')))
    const chain = new ChainedTokenCredential(first, new Second(gives('second')))
    await chain.getToken(scope)
    first.behave = gives('first')
    expect((await chain.getToken(scopes, options)).token).toBe('first')
    expect((await chain.getTokenInfo(scopes, options)).credential).toBe('Foreign')
    expect((await chain.getToken(scope)).token).toBe('second')
  })

  test('whose token is over is one of the members again', async () => {
    const first = new Foreign(rejects(named('CredentialUnavailableError')))
    const second = new Second(async () => ({ token: 'over', expiresOnTimestamp: Date.now() }))
    const chain = new ChainedTokenCredential(first, second)
    await chain.getToken(scope)
    first.behave = gives('first')
    expect((await chain.getToken(scope)).token).toBe('first')
    expect(second.calls).toHaveLength(1)
  })

  test('that is not available any more gives way to the others, and is not asked twice', async () => {
    const first = new Foreign(gives('first'))
    const chain = new ChainedTokenCredential(first, new Second(gives('second')))
    await chain.getToken(scope)
    first.behave = rejects(named('CredentialUnavailableError', 'gone'))
    expect((await chain.getToken(scope)).token).toBe('second')
    expect(first.calls).toHaveLength(2)
    expect(chain.selected).toBe('Second')
  })

  test('that is refused later is the end of that call', async () => {
    const first = new Foreign(gives('first'))
    const chain = new ChainedTokenCredential(first, new Second(gives('second')))
    await chain.getToken(scope)
    const refused = new AuthenticationError(401, { error: 'invalid_client' })
    first.behave = rejects(refused)
    expect(await failure(chain.getToken(scope))).toBe(refused)
  })

  test.each([[null], [undefined]])('that gives %s later is passed over, and is not an answer', async (nothing) => {
    const first = new Foreign(gives('first'))
    const chain = new ChainedTokenCredential(first)
    await chain.getToken(scope)
    first.behave = async () => nothing as null
    expect((await failure(chain.getToken(scope))).message).toContain('Foreign: getToken returned null.')
  })

  test('of this library answers from its memory, past those ahead of it', async () => {
    const first = new Foreign(rejects(named('CredentialUnavailableError')))
    const options = { fetch: async () => Response.json({ access_token: 'ours', expires_in: 3600 }) }
    const ours = new ClientSecretCredential(tenantId, clientId, 'secret', options)
    const chain = new ChainedTokenCredential(first, ours)
    const { token } = await chain.getToken(scope)
    expect(chain.getToken([scope])).toBe(ours.getToken(scope))
    expect([token, first.calls.length]).toEqual(['ours', 1])
  })

  test('whose getToken somebody watches is called each time', async () => {
    const options = { fetch: async () => Response.json({ access_token: 'ours', expires_in: 3600 }) }
    const ours = new ClientSecretCredential(tenantId, clientId, 'secret', options)
    const spy = vi.spyOn(ours, 'getToken')
    const chain = new ChainedTokenCredential(ours)
    for (let call = 0; call < 3; call++) await chain.getToken(scope)
    expect(spy).toHaveBeenCalledTimes(3)
  })

  test('that takes no notice of a signal keeps no caller who aborts', async () => {
    const first = new Foreign(gives('first'))
    const chain = new ChainedTokenCredential(first)
    await chain.getToken(scope)
    first.behave = hangs
    const controller = new AbortController()
    const pending = failure(chain.getToken(scope, { abortSignal: controller.signal }))
    controller.abort()
    expect((await pending).name).toBe('AbortError')
  })

  test('gets what the caller asked for', async () => {
    const first = new Foreign(gives('first'))
    const chain = new ChainedTokenCredential(first)
    await chain.getToken(scope)
    await chain.getToken(scope, { claims: '{}', enableCae: true })
    expect(first.calls[1]).toMatchObject({ claims: '{}', enableCae: true })
  })
})

describe('the first round', () => {
  test('is the only one: those who come meanwhile, for other scopes too, use its winner', async () => {
    let land: (access: AccessToken) => void = () => undefined
    const first = new Foreign(
      () =>
        new Promise((resolve) => {
          land = resolve
        }),
    )
    const chain = new ChainedTokenCredential(first, new Second(gives('second')))
    const one = chain.getToken('a')
    const other = chain.getToken('b')
    await until(() => first.calls.length === 1)
    first.behave = gives('b')
    land(token('a'))
    expect([(await one).token, (await other).token]).toEqual(['a', 'b'])
  })

  test('that fails is not the end for those who wait with other scopes', async () => {
    const first = new Foreign(async (scopes) => {
      if (scopes === 'a') throw named('CredentialUnavailableError', 'not for a')
      return token('b')
    })
    const chain = new ChainedTokenCredential(first)
    const one = failure(chain.getToken('a'))
    const other = chain.getToken('b')
    expect((await one).message).toContain('not for a')
    expect((await other).token).toBe('b')
  })

  test.each<[string, Behaviour]>([
    ['that ends with the abort', waits],
    ['that takes no notice', hangs],
  ])('that is aborted in a member %s holds up nobody else', async (_, behave) => {
    const first = new Foreign(behave)
    const chain = new ChainedTokenCredential(first)
    const controller = new AbortController()
    const left = failure(chain.getToken('a', { abortSignal: controller.signal }))
    const stayed = chain.getToken('b')
    await until(() => first.calls.length === 1)
    first.behave = gives('b')
    controller.abort()
    expect((await left).name).toBe('AbortError')
    expect((await stayed).token).toBe('b')
  })

  test('that is aborted asks no further member', async () => {
    let fail: (error: Error) => void = () => undefined
    const first = new Foreign(
      () =>
        new Promise((_, reject) => {
          fail = reject
        }),
    )
    const second = new Second(gives('second'))
    const chain = new ChainedTokenCredential(first, second)
    const controller = new AbortController()
    const left = failure(chain.getToken(scope, { abortSignal: controller.signal }))
    await until(() => first.calls.length === 1)
    controller.abort()
    fail(named('CredentialUnavailableError'))
    expect((await left).name).toBe('AbortError')
    await new Promise((resolve) => setImmediate(resolve))
    expect(second.calls).toEqual([])
    expect(chain.selected).toBeUndefined()
  })

  test('of one caller who leaves goes on for another who asks the same', async () => {
    let land: (access: AccessToken) => void = () => undefined
    const first = new Foreign(
      () =>
        new Promise((resolve) => {
          land = resolve
        }),
    )
    const chain = new ChainedTokenCredential(first)
    const controller = new AbortController()
    const left = failure(chain.getToken(scope, { abortSignal: controller.signal }))
    const stayed = chain.getToken(scope)
    await until(() => first.calls.length === 1)
    controller.abort()
    land(token('a'))
    expect((await left).name).toBe('AbortError')
    expect((await stayed).token).toBe('a')
    expect(first.calls).toHaveLength(1)
  })
})

describe('explain()', () => {
  const outcomes = (attempts: readonly Attempt[]): unknown[] =>
    attempts.map(({ credential, outcome }) => [credential, outcome])

  test('tries every member again, whichever won before, up to the one with a token', async () => {
    const first = new Foreign(async () => null)
    const chain = new ChainedTokenCredential(first, new Second(gives('second')), new Third(gives('third')))
    await chain.getToken(scope)
    const explanation = await chain.explain(scope)
    expect(explanation).toMatchObject({ credential: 'Second' })
    expect(outcomes(explanation.attempts)).toEqual([
      ['Foreign', 'unavailable'],
      ['Second', 'token'],
    ])
    first.behave = gives('first')
    expect((await chain.explain(scope)).credential).toBe('Foreign')
    expect((await chain.getToken(scope)).token).toBe('second')
  })

  test.each<[string, Behaviour, string, string]>([
    ['unavailable', rejects(named('CredentialUnavailableError')), 'AggregateAuthenticationError', 'unavailable'],
    ['refused', rejects(new AuthenticationError(401, 'no')), 'AuthenticationError', 'refused'],
  ])('never rejects: %s', async (_, behave, name, outcome) => {
    const { error, attempts, credential } = await new ChainedTokenCredential(new Foreign(behave)).explain(scope)
    expect([error?.name, credential]).toEqual([name, undefined])
    expect(outcomes(attempts)).toEqual([['Foreign', outcome]])
  })

  test.each<[string, unknown, GetTokenOptions]>([
    ['no scope', undefined, {}],
    ['an aborted signal', scope, { abortSignal: AbortSignal.abort() }],
    ['a bad tenant', scope, { tenantId: '../x' }],
  ])('never rejects: %s', async (_, scopes, options) => {
    const { error, attempts } = await new ChainedTokenCredential(new Foreign(gives('a'))).explain(
      scopes as string,
      options,
    )
    expect(error).toBeInstanceOf(Error)
    expect(attempts).toEqual([])
  })

  test('never rejects: a member that throws something other than an Error', async () => {
    const { error } = await new ChainedTokenCredential(new Foreign(rejects(null))).explain(scope)
    expect(error).toBeInstanceOf(Error)
  })

  test('never rejects: after close()', async () => {
    const chain = new ChainedTokenCredential(new Foreign(gives('a')))
    await chain.close()
    expect((await chain.explain(scope)).error?.message).toMatch(/is closed/)
  })
})

describe('close()', () => {
  test('closes the members that can be closed', async () => {
    const ours = new ClientSecretCredential(tenantId, clientId, 'secret')
    await new ChainedTokenCredential(new Foreign(gives('a')), ours).close()
    expect((await failure(ours.getToken(scope))).message).toMatch(/is closed/)
  })

  test('resolves although a member that somebody else wrote takes no notice', async () => {
    const first = new Foreign(hangs)
    const chain = new ChainedTokenCredential(first)
    const pending = failure(chain.getToken(scope))
    await until(() => first.calls.length === 1)
    await chain.close()
    expect((await pending).message).toMatch(/^ChainedTokenCredential is closed/)
  })
})
