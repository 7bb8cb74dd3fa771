import { type AccessToken, type GetTokenOptions, getBearerTokenProvider, type TokenCredential } from 'entrada'
import { describe, expect, test } from 'vitest'
import { createStoredWorld } from '../cache/stored-world.ts'
import { failure, scope, until } from '../world.ts'
import { thrown } from './thrown.ts'

/** Somebody else's credential, which asks its source each time. */
function foreign(
  behave: (options?: GetTokenOptions) => Promise<AccessToken | null>,
): TokenCredential & { calls: unknown[] } {
  const calls: unknown[] = []
  return {
    calls,
    getToken(scopes, options) {
      calls.push(scopes)
      return behave(options)
    },
  }
}
const fresh = (): Promise<AccessToken> =>
  Promise.resolve({ token: 'theirs', expiresOnTimestamp: Date.now() + 3_600_000 })

test('gives the bare token of a credential of ours, from its cache', async () => {
  const world = createStoredWorld()
  await using credential = world.credential()
  const provide = getBearerTokenProvider(credential, scope)
  expect([await provide(), await provide()]).toEqual(['token-1', 'token-1'])
  expect(world.sent).toHaveLength(1)
})

describe('somebody else’s credential', () => {
  test('gets a cache of its own, and one call for all who wait', async () => {
    const credential = foreign(fresh)
    const provide = getBearerTokenProvider(credential, scope)
    expect(new Set(await Promise.all(Array.from({ length: 20 }, provide)))).toEqual(new Set(['theirs']))
    await provide()
    expect(credential.calls).toEqual([[scope]])
  })

  test('is asked again for what has expired', async () => {
    const credential = foreign(async () => ({ token: 'old', expiresOnTimestamp: Date.now() - 1 }))
    const provide = getBearerTokenProvider(credential, [scope])
    await provide()
    await provide()
    expect(credential.calls).toHaveLength(2)
  })

  test('that gives null is an error that says so, and is asked again', async () => {
    const provide = getBearerTokenProvider(
      foreign(async () => null),
      scope,
    )
    for (let call = 0; call < 2; call++) {
      expect(await failure(provide())).toMatchObject({
        name: 'CredentialUnavailableError',
        message: 'getBearerTokenProvider: getToken of the credential returned null. Check why it has no token.',
      })
    }
  })

  test('has its own error passed on', async () => {
    const error = new Error('theirs')
    expect(
      await failure(
        getBearerTokenProvider(
          foreign(() => Promise.reject(error)),
          scope,
        )(),
      ),
    ).toBe(error)
  })

  test('rejects at once if the signal is aborted, before or during the call, cached token or not', async () => {
    const controller = new AbortController()
    const credential = foreign(fresh)
    const provide = getBearerTokenProvider(credential, scope, { abortSignal: controller.signal })
    await provide()
    controller.abort()
    expect((await failure(provide())).name).toBe('AbortError')

    const leaver = new AbortController()
    const silent = foreign(() => new Promise(() => undefined))
    const waiting = failure(getBearerTokenProvider(silent, scope, { abortSignal: leaver.signal })())
    await until(() => silent.calls.length === 1)
    leaver.abort()
    expect((await waiting).name).toBe('AbortError')
  })
})

test.each<[string, unknown, unknown, RegExp]>([
  ['no credential', undefined, scope, /the first argument has no getToken/],
  ['null', null, scope, /the first argument has no getToken/],
  ['a token', 'token', scope, /the first argument has no getToken/],
  ['no scope', foreign(fresh), undefined, /getToken needs a scope/],
  ['an empty list', foreign(fresh), [], /getToken needs a scope/],
  ['an empty scope', foreign(fresh), '', /scope is empty/],
])('%s is refused at once', (_, credential, scopes, reason) => {
  const error = thrown(() => getBearerTokenProvider(credential as TokenCredential, scopes as string))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(/^getBearerTokenProvider: /)
  expect(error.message).toMatch(reason)
})

test('a list that the caller changes later changes nothing', async () => {
  const credential = foreign(fresh)
  const scopes = ['a']
  const provide = getBearerTokenProvider(credential, scopes)
  scopes.push('b')
  await provide()
  expect(credential.calls).toEqual([['a']])
})
