import { inspect } from 'node:util'
import { ClientAssertionCredential, type ClientAssertionCredentialOptions, CredentialUnavailableError } from 'entrada'
import { expect, test } from 'vitest'
import { clientId, failure, scope, tenantId } from '../world.ts'
import { thrown } from './thrown.ts'

/** A credential whose assertions come from `make`, and what it sends; the server answers what `answer` says. */
function asserting(make: () => unknown, options: ClientAssertionCredentialOptions = {}) {
  const sent: (string | null)[] = []
  let calls = 0
  const getAssertion = () => {
    calls++
    return make() as string
  }
  const credential = new ClientAssertionCredential(tenantId, clientId, getAssertion, {
    fetch: (_, { body }) => {
      sent.push(new URLSearchParams(body).get('client_assertion'))
      return Response.json({ access_token: `token-${sent.length}`, expires_in: 3600 })
    },
    ...options,
    host: { env: {}, sleep: async () => undefined, ...options.host },
  })
  return { credential, sent, calls: () => calls }
}

test('the callback runs once a token request, however many wait, and never for a cached token', async () => {
  let made = 0
  const { credential, sent, calls } = asserting(async () => `assertion-${++made}`)
  await Promise.all(Array.from({ length: 50 }, () => credential.getToken(scope)))
  for (let call = 0; call < 50; call++) await credential.getToken(scope)
  await credential.getTokenInfo([scope])
  expect([calls(), sent]).toEqual([1, ['assertion-1']])
  await credential.getToken(scope, { claims: '{}' })
  await credential.getToken('https://other.example/.default')
  expect(sent).toEqual(['assertion-1', 'assertion-2', 'assertion-3'])
})

test('a token that is refreshed behind the callers’ backs asks the callback again', async () => {
  let now = Date.UTC(2030, 0, 1)
  const { credential, calls } = asserting(() => 'assertion', { host: { now: () => now } })
  await credential.getToken(scope)
  now += 3_500_000
  await credential.getToken(scope)
  await new Promise((resolve) => setImmediate(resolve))
  expect(calls()).toBe(2)
})

test('a request that is retried sends the assertion it has', async () => {
  let requests = 0
  const { credential, calls } = asserting(() => 'assertion', {
    fetch: () =>
      ++requests < 3 ? new Response('', { status: 503 }) : Response.json({ access_token: 'token', expires_in: 3600 }),
  })
  await credential.getToken(scope)
  expect([calls(), requests]).toEqual([1, 3])
})

class VaultError extends Error {
  readonly code = 'E_VAULT'
}

test.each<[string, unknown, boolean]>([
  ['an error of its own class', new VaultError('the vault is sealed'), true],
  ['an error of its own class, at once', new VaultError('the vault is sealed'), false],
  ['CredentialUnavailableError', new CredentialUnavailableError('not here'), true],
  ['a frozen error', Object.freeze(new Error('frozen')), true],
  ['an AbortError', Object.assign(new Error('aborted by the vault'), { name: 'AbortError' }), true],
  ['a text', 'no error', true],
  ['undefined', undefined, true],
])('what the callback throws comes out unchanged: %s', async (_, error, isAsync) => {
  const { credential, sent } = asserting(() => {
    if (!isAsync) throw error
    return Promise.reject(error)
  })
  for (let call = 1; call < 3; call++) {
    const caught = await credential.getToken(scope).then(
      () => 'nothing',
      (reason: unknown) => reason,
    )
    expect(caught).toBe(error)
  }
  expect(sent).toEqual([])
})

test.each<[string, unknown, RegExp]>([
  ['an empty text', '', /an empty string/],
  ['blanks', ' \n', /an empty string/],
  ['undefined', undefined, /a value of type undefined/],
  ['null', null, /a value of type object/],
  ['a number', 7, /a value of type number/],
  ['an object', { assertion: 'ey-secret' }, /a value of type object/],
])('a callback that gives %s is named, and nothing is sent', async (_, value, reason) => {
  const { credential, sent } = asserting(() => value)
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(/^ClientAssertionCredential: getAssertion returned /)
  expect(error.message).toMatch(reason)
  expect(inspect(error)).not.toContain('ey-secret')
  expect(sent).toEqual([])
})

test('white space around an assertion, of a file say, is not part of it', async () => {
  const { credential, sent } = asserting(() => '\n the-assertion\r\n')
  await credential.getToken(scope)
  expect(sent).toEqual(['the-assertion'])
})

test('a caller who leaves while the callback works is rejected at once', async () => {
  const { credential, sent } = asserting(() => new Promise(() => undefined))
  const controller = new AbortController()
  const left = failure(credential.getToken(scope, { abortSignal: controller.signal }))
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  expect((await left).name).toBe('AbortError')
  expect(sent).toEqual([])
})

test.each<[string, unknown, boolean]>([
  ['nothing', undefined, true],
  ['null', null, true],
  ['a number', 7, false],
])('the constructor refuses %s for a callback', (_, getAssertion, isMissing) => {
  const error = thrown(() => new ClientAssertionCredential(tenantId, clientId, getAssertion as never))
  expect(error).toBeInstanceOf(isMissing ? CredentialUnavailableError : TypeError)
  expect(error.message).toMatch(/^ClientAssertionCredential: getAssertion is /)
})

test('the constructor refuses the assertion itself in place of the callback, without repeating it', () => {
  const error = thrown(() => new ClientAssertionCredential(tenantId, clientId, 'ey-secret' as never))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(/getAssertion is of type string; it must be a function/)
  expect(inspect(error)).not.toContain('ey-secret')
})
