import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HttpAnswer } from '../../src/http/exchange.ts'
import { HttpFailure } from '../../src/http/failure.ts'
import { backoff, defaultRetryPolicy, type RetryPolicy, withRetry } from '../../src/http/retry.ts'
import { hostOf } from '../../src/runtime/host.ts'
import { failure } from '../world.ts'

type Outcome = number | HttpFailure | { status: number; retryAfterMs: number }

/** Sends with these outcomes, the last of them again and again; tells the pauses and the events. */
async function run(outcomes: readonly Outcome[], policy: Partial<RetryPolicy> = {}) {
  const pauses: number[] = []
  const retries: object[] = []
  let sends = 0
  const result = await withRetry(
    async () => {
      const outcome = outcomes[Math.min(sends++, outcomes.length - 1)] as Outcome
      if (outcome instanceof HttpFailure) throw outcome
      const { status, retryAfterMs } =
        typeof outcome === 'number' ? { status: outcome, retryAfterMs: undefined } : outcome
      return { status, text: '', header: () => undefined, sentAt: 0, sentMoment: 0, retryAfterMs } satisfies HttpAnswer
    },
    {
      policy: { ...defaultRetryPolicy, ...policy },
      signal: new AbortController().signal,
      sleep: async (milliseconds) => void pauses.push(milliseconds),
      onRetry: (retry) => retries.push(retry),
    },
  ).catch((error: unknown) => error)
  return { result: result as HttpAnswer & Error, sends, pauses, retries }
}

const failed = (code: string): HttpFailure =>
  new HttpFailure('network', code, Object.assign(new Error('connect'), { code }))

test.each([408, 429, 500, 502, 503, 504])('asks four times in all when the answer is %i', async (status) => {
  const { result, sends, pauses, retries } = await run([status])
  expect(result.status).toBe(status)
  expect(sends).toBe(4)
  expect(pauses).toHaveLength(3)
  expect(retries).toEqual(pauses.map((delayInMs, index) => ({ attempt: index + 1, delayInMs, statusCode: status })))
})

test.each([200, 204, 400, 401, 403, 404, 410, 501, 505])('takes %i as it is', async (status) => {
  expect(await run([status])).toMatchObject({ result: { status }, sends: 1, pauses: [] })
})

test.each([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'HPE_INVALID_CONSTANT',
])('tries again after %s, and gives up with it', async (code) => {
  const error = failed(code)
  expect(await run([error])).toMatchObject({ result: error, sends: 4 })
  expect(await run([error, 200])).toMatchObject({ result: { status: 200 }, sends: 2 })
})

test.each([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'EPROTO',
])('does not try again after %s, wrapped or not', async (code) => {
  expect(await run([failed(code)])).toMatchObject({ sends: 1, pauses: [] })
  const wrapped = new HttpFailure('network', code, new TypeError('fetch failed', { cause: failed(code).cause }))
  expect(await run([wrapped])).toMatchObject({ sends: 1 })
})

test('tries again after a time-out, and not after a redirect or an answer that is too large', async () => {
  expect((await run([new HttpFailure('timeout', '')])).sends).toBe(4)
  expect((await run([new HttpFailure('redirect', '')])).sends).toBe(1)
  expect((await run([new HttpFailure('too-large', '')])).sends).toBe(1)
})

test('passes on at once whatever is not a network failure', async () => {
  const error = new TypeError('a mistake')
  const send = (): Promise<HttpAnswer> => Promise.reject(error)
  const options = {
    policy: defaultRetryPolicy,
    signal: new AbortController().signal,
    sleep: () => Promise.reject(new Error('must not sleep')),
    onRetry: () => undefined,
  }
  expect(await failure(withRetry(send, options))).toBe(error)
})

test('sleeps for as long as the server asks', async () => {
  const { pauses } = await run([{ status: 429, retryAfterMs: 7000 }, { status: 503, retryAfterMs: 0 }, 200])
  expect(pauses).toEqual([7000, 0])
})

test('fails at once when the server asks for more than the longest pause, and not when it asks for just that', async () => {
  expect(await run([{ status: 429, retryAfterMs: 64_001 }])).toMatchObject({ result: { status: 429 }, sends: 1 })
  expect((await run([{ status: 429, retryAfterMs: 64_000 }])).sends).toBe(4)
  expect((await run([{ status: 429, retryAfterMs: Number.POSITIVE_INFINITY }])).sends).toBe(1)
  expect((await run([{ status: 429, retryAfterMs: 11 }], { maxRetryDelayInMs: 10 })).sends).toBe(1)
})

test('an abort during a pause ends the retries at once', async () => {
  const controller = new AbortController()
  let sends = 0
  const pending = withRetry(
    async () => {
      sends++
      return { status: 503, text: '', header: () => undefined, sentAt: 0, sentMoment: 0, retryAfterMs: 60_000 }
    },
    {
      policy: defaultRetryPolicy,
      signal: controller.signal,
      sleep: hostOf(undefined).sleep,
      onRetry: () => setImmediate(() => controller.abort(new Error('enough'))),
    },
  )
  expect((await failure(pending)).message).toBe('enough')
  expect(sends).toBe(1)
})

test('an abort just before a pause ends the retries too', async () => {
  const controller = new AbortController()
  const pending = withRetry(
    async () => ({ status: 503, text: '', header: () => undefined, sentAt: 0, sentMoment: 0, retryAfterMs: 60_000 }),
    {
      policy: defaultRetryPolicy,
      signal: controller.signal,
      sleep: hostOf(undefined).sleep,
      onRetry: () => controller.abort(new Error('enough')),
    },
  )
  expect((await failure(pending)).message).toBe('enough')
})

test('doubles the pause from the first one, a fifth more or less, up to the longest', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 0, max: 100_000 }),
      (attempt, random, retryDelayInMs, maxRetryDelayInMs) => {
        const pause = backoff(attempt, { maxRetries: 3, retryDelayInMs, maxRetryDelayInMs }, () => random)
        const middle = retryDelayInMs * 2 ** (attempt - 1)
        expect(pause).toBeLessThanOrEqual(maxRetryDelayInMs)
        expect(pause).toBeGreaterThanOrEqual(Math.min(0.8 * middle, maxRetryDelayInMs))
        expect(pause).toBeLessThanOrEqual(1.2 * middle)
      },
    ),
  )
  expect([0, 0.5].map((random) => backoff(1, defaultRetryPolicy, () => random))).toEqual([640, 800])
  expect([1, 2, 3].map((attempt) => backoff(attempt, defaultRetryPolicy, () => 0.5))).toEqual([800, 1600, 3200])
})

test('makes no retry when none is allowed', async () => {
  expect((await run([503], { maxRetries: 0 })).sends).toBe(1)
})

test.each<[string, Error & { code?: string }]>([
  ['an unknown issuer (OpenSSL)', Object.assign(new Error('x'), { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' })],
  ['an unknown issuer (Deno)', new TypeError('client error (Connect): invalid peer certificate: UnknownIssuer')],
  ['an unknown issuer (Bun)', Object.assign(new Error('x'), { code: 'UNKNOWN_CERTIFICATE_VERIFICATION_ERROR' })],
  ['a revoked certificate', Object.assign(new Error('x'), { code: 'CERT_REVOKED' })],
  ['permission denied by the system', Object.assign(new Error('connect EACCES'), { code: 'EACCES' })],
  ['permission denied by a firewall', Object.assign(new Error('connect EPERM'), { code: 'EPERM' })],
  ['permission denied by Deno', Object.assign(new Error('Requires net access to "x"'), { name: 'NotCapable' })],
  ['permission denied by Node', Object.assign(new Error('x'), { code: 'ERR_ACCESS_DENIED' })],
  ['no fetch', new TypeError('globalThis.fetch is not a function')],
  ['a URL that makes no sense', Object.assign(new TypeError('x'), { code: 'ERR_INVALID_URL' })],
])('what cannot pass is final: %s, by itself and as the cause of a cause', async (_, cause) => {
  for (const given of [cause, new TypeError('fetch failed', { cause: new Error('inner', { cause }) })]) {
    expect(await run([new HttpFailure('network', 'no', given)])).toMatchObject({ sends: 1, pauses: [] })
  }
})
