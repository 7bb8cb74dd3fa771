import {
  AggregateAuthenticationError,
  ChainedTokenCredential,
  CredentialUnavailableError,
  DefaultAzureCredential,
  type DefaultAzureCredentialOptions,
  type GetTokenOptions,
  type TokenCredential,
} from 'entrada'
import { describe, expect, test, vi } from 'vitest'
import type { Transport } from '../../src/http/transport.ts'
import { serveHttp } from '../http/servers.ts'
import { withoutMachine } from '../without-machine.ts'
import { failure, until } from '../world.ts'
import {
  clientId,
  create,
  fakeFiles,
  type Reply,
  resource,
  type Sent,
  standIn,
  start,
  tokenBody,
  variables,
} from './stand-in.ts'

const scope = `${resource}/.default`
const probeUrl = 'http://169.254.169.254/metadata/identity/oauth2/token'
const isProbe = ({ headers }: Sent): boolean => headers.Metadata === undefined

/** The default chain with managed identity in it, and a member before it that has nothing. */
function chain(fetch: ReturnType<typeof standIn>['fetch'], more: object = {}, env: Record<string, string> = {}) {
  let now = start
  const host = { env, now: () => now, sleep: async () => undefined, files: fakeFiles(), platform: 'linux' }
  const credential = new DefaultAzureCredential({
    ...withoutMachine,
    excludeManagedIdentityCredential: false,
    fetch,
    host,
    ...more,
  })
  const advance = (milliseconds: number): void => {
    now += milliseconds
  }
  return { credential, advance }
}

const badRequest: Reply = {
  status: 400,
  body: { error: 'invalid_request', error_description: 'Required metadata header not specified' },
}

/** After how many milliseconds a probe that nobody answers is given up. */
async function probeTime(
  open: (fetch: Transport) => TokenCredential,
  call: GetTokenOptions | undefined,
): Promise<number> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const signals: AbortSignal[] = []
    const fetch: Transport = (_, { signal }) => {
      signals.push(signal)
      return new Promise(() => undefined)
    }
    const credential = open(fetch)
    // The caller may have given up before: what counts here is how long the probe goes on.
    const asked = Promise.resolve(credential.getToken(scope, call)).catch(() => undefined)
    while (signals.length === 0) await turns()
    let milliseconds = 0
    while (signals[0]?.aborted !== true) {
      vi.advanceTimersByTime(100)
      milliseconds += 100
      await turns()
    }
    await asked
    return milliseconds
  } finally {
    vi.useRealTimers()
  }
}

/** What is due is done: events of the loop take their turns. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Answers the probe, and gives tokens. */
const machine = (probe: Reply = badRequest, body = tokenBody()): ReturnType<typeof standIn> =>
  standIn((sent) => (isProbe(sent) ? probe : { body }))

describe('the probe', () => {
  test('is one request without the header, before the first token, and no more once somebody has answered', async () => {
    const { fetch, sent } = machine()
    const { credential } = chain(fetch)
    expect(await credential.getTokenInfo(scope)).toMatchObject({ credential: 'ManagedIdentityCredential' })
    expect(sent).toEqual([
      { method: 'GET', url: probeUrl, headers: {} },
      expect.objectContaining({ headers: { Metadata: 'true' } }),
    ])
    await credential.getToken('https://vault.azure.net/.default').catch(() => undefined)
    await credential.explain(scope)
    expect(sent.filter(isProbe)).toHaveLength(1)
    await credential.close()
  })

  test('is not sent where there is no other member', async () => {
    for (const more of [
      { excludeEnvironmentCredential: true, excludeWorkloadIdentityCredential: true },
      {
        host: { env: { AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential' }, now: () => start, files: fakeFiles() },
        excludeManagedIdentityCredential: undefined,
        ...Object.fromEntries(Object.keys(withoutMachine).map((name) => [name, undefined])),
      },
    ]) {
      const { fetch, sent } = machine()
      const { credential } = chain(fetch, more)
      await credential.getToken(scope)
      expect(sent.filter(isProbe)).toEqual([])
      expect(sent).toHaveLength(1)
      await credential.close()
    }
  })

  test('is not sent outside a chain, nor by a chain of one', async () => {
    const { fetch, sent } = machine()
    await using alone = create({}, { fetch })
    await alone.getToken(scope)
    await using one = new ChainedTokenCredential(create({}, { fetch }))
    await one.getToken(scope)
    expect(sent.filter(isProbe)).toEqual([])
  })

  test('is sent within a chain of the caller’s own, and in a chain within a chain', async () => {
    const none = { getToken: async () => null }
    for (const wrap of [(member: never) => member, (member: never) => new ChainedTokenCredential(member)]) {
      const { fetch, sent } = machine()
      await using credential = new ChainedTokenCredential(none, wrap(create({}, { fetch }) as never))
      await credential.getToken(scope)
      expect(sent.filter(isProbe)).toHaveLength(1)
    }
  })

  test('is not sent where the environment names the address, nor to any other host', async () => {
    for (const env of [
      { AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://127.0.0.1:9999' },
      variables['app-service'],
      variables['cloud-shell'],
      variables['machine-learning'],
      variables['service-fabric'],
    ]) {
      const { fetch, sent } = standIn()
      const { credential } = chain(fetch, {}, env)
      await credential.getToken(scope)
      expect(sent).toHaveLength(1)
      await credential.close()
    }
  })

  test.each<[string, Reply]>([
    ['400 with JSON', badRequest],
    ['400 with words, as a stand-in gives', { status: 400, body: 'metadata header is missing' }],
    ['404', { status: 404 }],
    ['410', { status: 410 }],
    ['429 with JSON', { status: 429, body: { error: 'throttled' } }],
    ['500 with JSON', { status: 500, body: { error: 'internal' } }],
    ['403 with JSON', { status: 403, body: { error: 'forbidden' } }],
    ['405 without a body', { status: 405 }],
  ])('that is answered with %s has found it', async (_, probe) => {
    const { fetch } = machine(probe)
    const { credential } = chain(fetch)
    expect((await credential.getToken(scope)).token).toBe('the-token')
    await credential.close()
  })

  test.each<[string, Reply]>([
    [
      'Docker Desktop, which has no way there',
      {
        status: 403,
        body: 'connecting to 169.254.169.254:80: dial tcp: connect: A socket operation was attempted to an unreachable network.',
      },
    ],
    ['Docker Desktop in JSON', { status: 403, body: { error: 'Network is Unreachable' } }],
    ['a captive portal', { status: 200, body: '<!doctype html><title>Sign in to Wi-Fi</title>' }],
    ['a firewall’s page', { status: 403, body: '<html><body>Blocked</body></html>' }],
    ['a firewall’s words', { status: 403, body: 'Blocked by policy' }],
    ['a redirect to a portal', { status: 302, headers: { location: 'http://portal.example/' } }],
    [
      'the metadata service of AWS',
      { status: 401, body: '<?xml version="1.0"?><html><title>401 - Unauthorized</title></html>' },
    ],
    [
      'the metadata service of AWS, first version',
      { status: 404, body: '<?xml version="1.0"?><html><title>404 - Not Found</title></html>' },
    ],
    ['the metadata service of GCP', { status: 403, body: '<!DOCTYPE html>\n<title>Error 403 (Forbidden)!!1</title>' }],
    ['the metadata service of GCP, with good words', { status: 200, body: 'computeMetadata/\ninstance/' }],
    ['nothing with a good status', { status: 200, body: '' }],
    ['the metadata service of OpenStack', { status: 404, body: '404 Not Found: the resource could not be found' }],
  ])('that is answered by %s has not', async (_, probe) => {
    const { fetch, sent } = standIn(probe)
    const { credential } = chain(fetch)
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(AggregateAuthenticationError)
    expect(error.message).toMatch(
      /ManagedIdentityCredential: .* Run on Azure with a managed identity, or use another credential here\./,
    )
    // Nothing at all may be a moment of weakness: that is asked once more.
    expect(sent).toHaveLength(probe.body === '' ? 2 : 1)
    await credential.close()
  })

  test('that nobody answers is given up at once, without a retry, and not made again for half a minute', async () => {
    let probes = 0
    const refuse = (): never => {
      probes++
      throw Object.assign(new Error('connect EHOSTUNREACH 169.254.169.254:80'), { code: 'EHOSTUNREACH' })
    }
    const { credential, advance } = chain(refuse)
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(AggregateAuthenticationError)
    expect(error.message).toContain(
      'ManagedIdentityCredential: IMDS at 169.254.169.254 could not be reached: connect EHOSTUNREACH',
    )
    expect(probes).toBe(1)
    advance(29_999)
    await failure(credential.getToken(scope))
    expect(probes).toBe(1)
    await credential.explain(scope)
    expect(probes).toBe(2)
    advance(60_001)
    await failure(credential.getToken(scope))
    expect(probes).toBe(3)
    await credential.close()
  })

  test('is one for a hundred callers', async () => {
    const { fetch, sent } = machine()
    const { credential } = chain(fetch)
    await Promise.all(Array.from({ length: 100 }, () => credential.getToken(scope)))
    expect(sent).toHaveLength(2)
    await credential.close()
  })

  test.each<[number, string, DefaultAzureCredentialOptions, GetTokenOptions | undefined]>([
    [1000, 'where nobody says otherwise', {}, undefined],
    [1000, 'where both say 0', { managedIdentityProbeTimeoutInMs: 0 }, { requestOptions: { timeout: 0 } }],
    [5000, 'as the caller does', {}, { requestOptions: { timeout: 5000 } }],
    [300, 'as an impatient caller does', {}, { requestOptions: { timeout: 300 } }],
    [10_000, 'at most, however patient the caller is', {}, { requestOptions: { timeout: 3600_000 } }],
    [3000, 'as the chain’s option says', { managedIdentityProbeTimeoutInMs: 3000 }, undefined],
    [
      2000,
      'by the option, not the caller',
      { managedIdentityProbeTimeoutInMs: 2000 },
      { requestOptions: { timeout: 9000 } },
    ],
    [20_000, 'by the option, however long', { managedIdentityProbeTimeoutInMs: 20_000 }, undefined],
  ])('waits %i ms for an answer %s', async (milliseconds, _, options, call) => {
    expect(await probeTime((fetch) => chain(fetch, options).credential, call)).toBe(milliseconds)
  })

  test('waits as the caller does in a chain of one’s own, and in a chain within a chain', async () => {
    const none = { getToken: async () => null }
    const own = (fetch: Transport): TokenCredential => new ChainedTokenCredential(none, create({}, { fetch }))
    const call = { requestOptions: { timeout: 4000 } }
    expect(await probeTime(own, call)).toBe(4000)
    expect(await probeTime((fetch) => new ChainedTokenCredential(none, own(fetch)), call)).toBe(4000)
  })

  test('is as patient as the first of the callers', async () => {
    const times = [undefined, 4000].map((timeout) => ({ requestOptions: timeout === undefined ? {} : { timeout } }))
    const both = (fetch: Transport): TokenCredential => {
      const { credential } = chain(fetch)
      return { getToken: (scopes) => Promise.race(times.map((call) => credential.getToken(scopes, call))) }
    }
    expect(await probeTime(both, undefined)).toBe(1000)
  })

  test.each(['-1', Number.NaN, -1, {}])('managedIdentityProbeTimeoutInMs of %j is a TypeError', (value) => {
    const { fetch } = machine()
    expect(() => chain(fetch, { managedIdentityProbeTimeoutInMs: value })).toThrow(
      /options\.managedIdentityProbeTimeoutInMs is .*; it must be a non-negative number of milliseconds/,
    )
  })

  test('that failed is not made again for half a minute by a clock that nobody sets', async () => {
    let wall = start
    let steady = 0
    let probes = 0
    const fetch = (): never => {
      probes++
      throw Object.assign(new Error('connect EHOSTUNREACH'), { code: 'EHOSTUNREACH' })
    }
    const host = { env: {}, now: () => wall, monotonic: () => steady, files: fakeFiles(), platform: 'linux' }
    const { credential } = chain(fetch, { host })
    await failure(credential.getToken(scope))
    wall += 3 * 3600_000
    await failure(credential.getToken(scope))
    expect(probes).toBe(1)
    wall -= 6 * 3600_000
    steady += 30_000
    await failure(credential.getToken(scope))
    expect(probes).toBe(2)
    await credential.close()
  })

  test.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])(
    'that is cut off (%s) has found somebody: a guard who misses the header',
    async (code) => {
      const { fetch, sent } = standIn((request) => {
        if (isProbe(request)) throw Object.assign(new Error('cut'), { code })
        return { body: tokenBody() }
      })
      const { credential } = chain(fetch)
      expect((await credential.getToken(scope)).token).toBe('the-token')
      expect(sent).toHaveLength(2)
      await credential.close()
    },
  )

  test('that is answered with nothing once is made again', async () => {
    const replies = [{ body: '' }, badRequest, { body: '' }, { body: tokenBody() }]
    const { fetch, sent } = standIn(...replies)
    const { credential } = chain(fetch)
    expect((await credential.getToken(scope)).token).toBe('the-token')
    expect(sent).toHaveLength(4)
    await credential.close()
  })

  test('of a server that drips, or sends ten megabytes, ends the same', async () => {
    await using dripping = await serveHttp((_, response) => {
      response.writeHead(200)
      response.write('{')
    })
    await using endless = await serveHttp((_, response) => {
      response.on('error', () => undefined)
      response.end('x'.repeat(10 * 1024 * 1024))
    })
    for (const [server, words] of [
      [dripping, /no answer from 127\.0\.0\.1:\d+ within 1 s/],
      [endless, /larger than 1048576 bytes/],
    ] as const) {
      const { probeImds } = await import('../../src/managed-identity/imds-probe.ts')
      const { openHttp } = await import('../../src/http/http.ts')
      const { hostOf } = await import('../../src/runtime/host.ts')
      const http = openHttp({}, hostOf({ env: {} }), () => undefined)
      const signal = new AbortController().signal
      const error = await failure(
        probeImds(server.url, 'Who', { http, emit: () => undefined, signal, timeoutMs: 1000 }),
      )
      expect(error).toBeInstanceOf(CredentialUnavailableError)
      expect(error.message).toMatch(words)
      http.close()
    }
  })
})

describe('retries', () => {
  /** The pauses before a good answer, or before giving up. */
  async function pauses(
    replies: Reply[],
    retryOptions?: object,
  ): Promise<{ slept: number[]; sent: number; error?: Error }> {
    const slept: number[] = []
    const { fetch, sent } = standIn(...replies)
    const host = { sleep: async (milliseconds: number) => void slept.push(milliseconds) }
    await using credential = create({}, { fetch, host, ...(retryOptions && { retryOptions }) })
    const outcome = await credential.getToken(scope).catch((error: Error) => error)
    return { slept, sent: sent.length, ...(outcome instanceof Error && { error: outcome }) }
  }

  test.each([404, 410, 429, 500, 501, 502, 503, 504, 599])('are five for %i', async (status) => {
    const { slept, sent, error } = await pauses([{ status }])
    expect(sent).toBe(6)
    expect(slept).toHaveLength(5)
    expect(error).toMatchObject({ name: 'AuthenticationError', statusCode: status })
  })

  test.each([400, 401, 403, 405, 408, 409])('are none for %i', async (status) => {
    expect(await pauses([{ status, body: { error: 'no' } }])).toMatchObject({ sent: 1, slept: [] })
  })

  test('end with the first good answer', async () => {
    expect(await pauses([{ status: 404 }, { status: 429 }, { status: 503 }, { body: tokenBody() }])).toMatchObject({
      sent: 4,
    })
  })

  test.each([undefined, '0', '1', '5'])(
    'of 410 go on for 70 seconds at the least, with Retry-After %s',
    async (retryAfter) => {
      const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
      const { slept } = await pauses([{ status: 410, headers }])
      expect(slept.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(70_000)
    },
  )

  test('wait for as long as Retry-After says, and not at all if that is too long', async () => {
    expect((await pauses([{ status: 429, headers: { 'retry-after': '7' } }, { body: tokenBody() }])).slept).toEqual([
      7000,
    ])
    expect((await pauses([{ status: 410, headers: { 'retry-after': '40' } }, { body: tokenBody() }])).slept).toEqual([
      40_000,
    ])
    expect(await pauses([{ status: 429, headers: { 'retry-after': '600' } }])).toMatchObject({
      slept: [],
      sent: 1,
      error: { retryAfterInMs: 600_000 },
    })
  })

  test('are as many as the caller says', async () => {
    expect((await pauses([{ status: 404 }], { maxRetries: 0 })).sent).toBe(1)
    expect((await pauses([{ status: 404 }], { maxRetries: 2 })).sent).toBe(3)
  })
})

describe('at most five requests', () => {
  /** Requests that are held until they are let go. */
  function held() {
    const waiting: (() => void)[] = []
    let most = 0
    let open = 0
    const { fetch, sent } = standIn(async () => {
      most = Math.max(most, ++open)
      await new Promise<void>((resolve) => waiting.push(resolve))
      open--
      return { body: tokenBody({ resource: undefined }) }
    })
    return { fetch, sent, waiting, most: () => most }
  }

  test('run at a time, over all instances with the same transport', async () => {
    const { fetch, waiting, most } = held()
    const credentials = Array.from({ length: 4 }, () => create({}, { fetch }))
    const asking = credentials.flatMap((credential) =>
      [1, 2, 3, 4].map((each) => credential.getToken(`api://${each}/.default`)),
    )
    for (let done = 0; done < 16; done++) {
      await until(() => waiting.length > 0)
      waiting.shift()?.()
    }
    expect(await Promise.all(asking)).toHaveLength(16)
    expect(most()).toBe(5)
    await Promise.all(credentials.map((credential) => credential.close()))
  })

  test('are of one transport: another is not held up', async () => {
    const [one, other] = [held(), held()]
    await using first = create({}, { fetch: one.fetch })
    await using second = create({}, { fetch: other.fetch })
    const asking = Array.from({ length: 6 }, (_, each) => first.getToken(`api://${each}/.default`))
    const others = second.getToken(scope)
    await until(() => one.waiting.length === 5 && other.waiting.length === 1)
    other.waiting[0]?.()
    await others
    for (let done = 0; done < 6; done++) {
      await until(() => one.waiting.length > 0)
      one.waiting.shift()?.()
    }
    await Promise.all(asking)
  })

  test('leave their turn to others when their callers leave, waiting or under way', async () => {
    const { fetch, waiting, sent } = held()
    await using credential = create({}, { fetch })
    const leaving = new AbortController()
    const left = Array.from({ length: 8 }, (_, each) =>
      failure(credential.getToken(`api://${each}/.default`, { abortSignal: leaving.signal })),
    )
    await until(() => waiting.length === 5)
    leaving.abort()
    expect(new Set((await Promise.all(left)).map(({ name }) => name))).toEqual(new Set(['AbortError']))
    const next = credential.getToken(scope)
    await until(() => sent.length === 6)
    waiting[5]?.()
    expect((await next).token).toBe('the-token')
    expect(sent).toHaveLength(6)
  })

  test('hold nobody up elsewhere: other hosts have no such limit', async () => {
    const { fetch, waiting } = held()
    await using credential = create(variables['app-service'], { fetch })
    const asking = Array.from({ length: 8 }, (_, each) => credential.getToken(`api://${each}/.default`))
    await until(() => waiting.length === 8)
    for (const go of waiting) go()
    await Promise.all(asking)
  })
})

describe('an answer of IMDS', () => {
  test('without such an identity makes the credential unavailable, in its own words', async () => {
    const { fetch } = standIn({
      status: 400,
      body: { error: 'invalid_request', error_description: 'Identity not found' },
    })
    await using credential = create({}, { fetch, clientId })
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toBe(
      'ManagedIdentityCredential: IMDS has no such identity (HTTP 400): Identity not found. Assign the identity to this machine, and check clientId, objectId or resourceId.',
    )
  })

  test.each<[string, Reply]>([
    ['a page with a good status', { body: '<html>' }],
    ['a page with a bad status', { status: 404, body: '<html>' }],
    ['JSON without a token', { body: {} }],
    ['JSON of another metadata service', { body: { instanceId: 'i-1', region: 'us-east-1', accountId: '1' } }],
    ['ten megabytes', { body: 'x'.repeat(10 * 1024 * 1024) }],
    ['nothing', { body: '' }],
    ['a redirect', { status: 307, headers: { location: 'http://identity.example' } }],
    ['that the network is unreachable', { status: 403, body: 'the network is unreachable' }],
  ])('that is %s is none of a host of managed identities, and a chain goes on', async (_, reply) => {
    const { fetch } = standIn(reply)
    const last = { getToken: async () => ({ token: 'of the last', expiresOnTimestamp: start + 3600_000 }) }
    await using credential = create({}, { fetch, retryOptions: { maxRetries: 0 } })
    expect(await failure(credential.getToken(scope))).toBeInstanceOf(CredentialUnavailableError)
    await using chained = new ChainedTokenCredential(create({}, { fetch, retryOptions: { maxRetries: 0 } }), last)
    expect((await chained.getToken(scope)).token).toBe('of the last')
  })
})
