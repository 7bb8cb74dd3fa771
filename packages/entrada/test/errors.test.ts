import {
  AggregateAuthenticationError,
  AuthenticationError,
  AuthenticationRequiredError,
  ChainedTokenCredential,
  CredentialUnavailableError,
  type TokenCredential,
} from 'entrada'
import { describe, expect, test } from 'vitest'
import { failure } from './world.ts'

const problem = { who: 'VaultCredential', reason: 'VAULT_ADDR is not set.', remedy: 'Set it to the address.' }
const worded = 'VaultCredential: VAULT_ADDR is not set. Set it to the address.'

describe('CredentialUnavailableError', () => {
  test('made of a problem has its message composed, and keeps reason, remedy and cause', () => {
    const cause = new Error('ENOENT')
    const error = new CredentialUnavailableError(problem, { cause })
    expect(error.message).toBe(worded)
    expect(error).toMatchObject({ name: 'CredentialUnavailableError', reason: problem.reason, remedy: problem.remedy })
    expect(error.cause).toBe(cause)
  })

  test.each([
    ['without a remedy', { who: 'A', reason: 'it is not here' }, 'A: it is not here'],
    [
      'with a reason that has no full stop',
      { who: 'A', reason: 'it is not here', remedy: 'Go.' },
      'A: it is not here. Go.',
    ],
    ['with a reason that is a question', { who: 'A', reason: 'is it here?', remedy: 'Look.' }, 'A: is it here? Look.'],
  ])('made of a problem %s is one line', (_, given, message) => {
    expect(new CredentialUnavailableError(given).message).toBe(message)
  })

  test('made of a string is that string, as in @azure/identity, and has neither reason nor remedy', () => {
    const error = new CredentialUnavailableError('Custom: not here.')
    expect(error.message).toBe('Custom: not here.')
    expect('reason' in error || 'remedy' in error || 'cause' in error).toBe(false)
    expect(new CredentialUnavailableError().message).toBe('')
  })

  test('prints its message once: reason and remedy are not enumerable', () => {
    expect(Object.keys(new CredentialUnavailableError(problem))).toEqual(['name'])
  })
})

describe('AuthenticationError', () => {
  const body = { error: 'invalid_client', error_description: 'AADSTS7000215: wrong secret.', error_codes: [7000215] }

  test('with a problem has the message of that, and the response as it came', () => {
    const error = new AuthenticationError(401, body, problem)
    expect(error.message).toBe(worded)
    expect(error).toMatchObject({ statusCode: 401, reason: problem.reason, remedy: problem.remedy })
    expect(error.errorResponse).toMatchObject({ error: 'invalid_client', errorDescription: body.error_description })
  })

  test('with only a problem and a code describes the response by the message', () => {
    const { errorResponse } = new AuthenticationError(0, { error: 'network_error' }, problem)
    expect(errorResponse).toEqual({ error: 'network_error', errorDescription: worded })
  })

  test('without a problem is worded as in @azure/identity', () => {
    const error = new AuthenticationError(401, body)
    expect(error.message).toBe('invalid_client Status code: 401\nMore details:\nAADSTS7000215: wrong secret.,')
    expect('reason' in error || 'remedy' in error).toBe(false)
  })

  test.each([
    [400, 'broken', 'invalid_request', /broken/],
    [500, 'broken', 'unknown_error', /broken/],
    [500, undefined, 'unknown_error', /No details/],
    [500, null, 'unknown_error', /No details/],
    [400, JSON.stringify(body), 'invalid_client', /AADSTS7000215/],
    [401, '"broken"', 'unknown_error', /broken/],
    [401, '{}', 'unknown_error', /No details/],
  ])('of status %d reads the body %j', (status, given, code, description) => {
    const { errorResponse } = new AuthenticationError(status, given)
    expect(errorResponse.error).toBe(code)
    expect(errorResponse.errorDescription).toMatch(description)
  })
})

test.each([
  ['an object', (body: object) => body],
  ['text', (body: object) => JSON.stringify(body)],
])('AuthenticationError made of %s has the fields of the wire in the names of @azure/identity', (_, as) => {
  const body = { error: 'invalid_grant', error_codes: [70008], trace_id: 't', correlation_id: 'c', suberror: 's' }
  expect(new AuthenticationError(400, as(body)).errorResponse).toEqual({
    ...{ error: 'invalid_grant', errorDescription: 'No details are available.', errorCodes: [70008] },
    ...{ traceId: 't', correlationId: 'c', suberror: 's' },
  })
})

test('AggregateAuthenticationError made by a program has its errors in the message, as in @azure/identity', () => {
  const errors = [new CredentialUnavailableError('one'), new RangeError('two')]
  const { message, attempts } = new AggregateAuthenticationError(errors, 'All failed.')
  expect(message).toBe('All failed.\nCredentialUnavailableError: one\nRangeError: two')
  expect(attempts).toEqual([])
  expect(new AggregateAuthenticationError(errors).message).toBe('CredentialUnavailableError: one\nRangeError: two')
})

test('AuthenticationRequiredError takes a problem, or says in general what to do', () => {
  const scopes = ['https://graph.microsoft.com/.default']
  const error = new AuthenticationRequiredError({ ...problem, scopes, claims: '{}' })
  expect(error).toMatchObject({ message: worded, reason: problem.reason, remedy: problem.remedy, scopes, claims: '{}' })
  expect(new AuthenticationRequiredError({ scopes }).message).toMatch(/User interaction is required.*authenticate\(\)/)
  expect(new AuthenticationRequiredError({ scopes, message: 'Custom.' }).message).toBe('Custom.')
})

describe('the attempts of a chain', () => {
  const rejects = (error: unknown): TokenCredential => ({ getToken: () => Promise.reject(error) })
  const attemptsOf = async (...members: TokenCredential[]) => {
    const error = await failure(new ChainedTokenCredential(...members).getToken('scope'))
    return (error as AggregateAuthenticationError).attempts
  }

  test('take reason and remedy from an error of this library', async () => {
    const [attempt] = await attemptsOf(rejects(new CredentialUnavailableError(problem)))
    expect(attempt).toMatchObject({ outcome: 'unavailable', reason: problem.reason, remedy: problem.remedy })
  })

  test('take them from the refusal that stopped the chain, too', async () => {
    const refusal = new AuthenticationError(401, { error: 'invalid_client' }, problem)
    const attempts = await attemptsOf(rejects(new CredentialUnavailableError(problem)), rejects(refusal))
    expect(attempts[1]).toMatchObject({
      outcome: 'refused',
      reason: problem.reason,
      remedy: problem.remedy,
      error: refusal,
    })
    expect(attempts).toHaveLength(2)
  })

  test.each(['CredentialUnavailableError', 'AggregateAuthenticationError'])(
    'take the whole message of a %s of another library as the reason, and no remedy',
    async (name) => {
      const message = 'Other: first line. Do this.\nTo troubleshoot, visit https://aka.ms/x.'
      const [attempt] = await attemptsOf(rejects(Object.assign(new Error(message), { name })))
      expect(attempt).toMatchObject({ outcome: 'unavailable', reason: message })
      expect(attempt).not.toHaveProperty('remedy')
    },
  )

  test('of a member that gives null say so', async () => {
    const [attempt] = await attemptsOf({ getToken: async () => null })
    expect(attempt).toMatchObject({ outcome: 'unavailable', reason: 'getToken returned null.' })
    expect(attempt?.error?.message).toMatch(/: getToken returned null\.$/)
  })

  test('do not keep an error from being printed as JSON', async () => {
    const error = await failure(
      new ChainedTokenCredential(rejects(new CredentialUnavailableError(problem))).getToken('x'),
    )
    expect(error).toBeInstanceOf(AggregateAuthenticationError)
    expect(() => JSON.stringify(error)).not.toThrow()
  })
})
