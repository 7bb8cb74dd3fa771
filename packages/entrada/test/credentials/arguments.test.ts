import { inspect } from 'node:util'
import {
  ClientSecretCredential,
  type ClientSecretCredentialOptions,
  CredentialUnavailableError,
  DefaultAzureCredential,
  EnvironmentCredential,
} from 'entrada'
import { describe, expect, test, vi } from 'vitest'
import { clientId, failure, recognisableSecret, scope, tenantId, until } from '../world.ts'
import { thrown } from './thrown.ts'

type Arguments = [tenantId: unknown, clientId: unknown, clientSecret: unknown]
const construct = ([tenant, client, secret]: Arguments): unknown =>
  new ClientSecretCredential(tenant as string, client as string, secret as string)

describe('ClientSecretCredential', () => {
  test.each<[string, Arguments]>([
    ['tenantId', [undefined, clientId, recognisableSecret]],
    ['tenantId', [null, clientId, recognisableSecret]],
    ['tenantId', ['', clientId, recognisableSecret]],
    ['clientId', [tenantId, undefined, recognisableSecret]],
    ['clientId', [tenantId, '', recognisableSecret]],
    ['clientSecret', [tenantId, clientId, undefined]],
    ['clientSecret', [tenantId, clientId, '']],
    ['tenantId', [undefined, undefined, undefined]],
  ])('says in the official words that %s is missing', (missing, given) => {
    const error = thrown(() => construct(given))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message.startsWith(`ClientSecretCredential: ${missing} is a required parameter. `)).toBe(true)
    expect(error.message).toContain('https://aka.ms/azsdk/js/identity/serviceprincipalauthentication/troubleshoot')
  })

  test.each<[string, Arguments, RegExp]>([
    ['a tenant that is a number', [5, clientId, recognisableSecret], /tenantId is of type number/],
    ['a tenant that is a path', ['../x', clientId, recognisableSecret], /tenantId "..\/x" cannot be a tenant/],
    ['a tenant with a line break', [`${tenantId}\n`, clientId, recognisableSecret], /tenantId begins or ends with/],
    ['a client that is an object', [tenantId, {}, recognisableSecret], /clientId is of type object/],
    ['a client with a blank before it', [tenantId, ` ${clientId}`, recognisableSecret], /clientId begins or ends/],
    ['a secret that is a number', [tenantId, clientId, 5], /clientSecret is of type number/],
    ['a secret in a list', [tenantId, clientId, [recognisableSecret]], /clientSecret is of type object/],
    ['a secret with a line break', [tenantId, clientId, `${recognisableSecret}\n`], /clientSecret begins or ends/],
    ['a secret with a NUL', [tenantId, clientId, `${recognisableSecret}\0x`], /clientSecret .*control character/],
  ])('refuses %s, and does not repeat the secret', (_, given, reason) => {
    const error = thrown(() => construct(given))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(reason)
    expect(error.message).toMatch(/^ClientSecretCredential: /)
    expect(inspect(error)).not.toContain(recognisableSecret)
  })
})

const proxyPassword = 'Pr0xy-pa55word'

describe('an option of the wrong kind is one error before any I/O that names it and what it must be', () => {
  const fetch = vi.fn()
  const table: [string, unknown, RegExp][] = [
    ['authorityHost', 5, /authorityHost is 5; it must be a non-empty string/],
    ['authorityHost', '', /authorityHost is ""; it must be a non-empty string/],
    ['authorityHost', null, /authorityHost is null/],
    ['fetch', 'fetch', /fetch is "fetch"; it must be a function/],
    ['httpClient', {}, /httpClient is an object; it must be an object with the method sendRequest/],
    ['httpClient', () => undefined, /httpClient is a function; it must be an object with the method sendRequest/],
    ['retryOptions', 3, /retryOptions is 3; it must be an object/],
    ['retryOptions', { maxRetries: -1 }, /retryOptions\.maxRetries is -1; it must be a non-negative integer/],
    ['retryOptions', { maxRetries: 1.5 }, /maxRetries is 1\.5/],
    ['retryOptions', { maxRetries: '3' }, /maxRetries is "3"/],
    ['retryOptions', { maxRetries: Number.POSITIVE_INFINITY }, /maxRetries is Infinity/],
    [
      'retryOptions',
      { retryDelayInMs: Number.NaN },
      /retryDelayInMs is NaN; it must be a non-negative number of milliseconds/,
    ],
    ['retryOptions', { maxRetryDelayInMs: -1 }, /maxRetryDelayInMs is -1/],
    ['proxyOptions', 'http://proxy:1', /proxyOptions is .*; it must be an object/],
    ['proxyOptions', {}, /proxyOptions\.host/],
    ['proxyOptions', { host: 'proxy' }, /proxyOptions\.port/],
    ['proxyOptions', { port: 3128 }, /proxyOptions\.host/],
    ['proxyOptions', { host: 'proxy', port: '3128' }, /proxyOptions\.port is "3128"; it must be a port/],
    ['proxyOptions', { host: 'proxy', port: 0 }, /proxyOptions\.port is 0/],
    ['proxyOptions', { host: 'proxy', port: 65_536 }, /proxyOptions\.port is 65536/],
    [
      'proxyOptions',
      { host: `http://me:${proxyPassword}@proxy`, port: 1 },
      /proxyOptions\.host is given; it must be a host/,
    ],
    ['proxyOptions', { host: 'socks5://proxy', port: 1 }, /proxyOptions\.host is given; it must be a host/],
    ['proxyOptions', { host: '::1', port: 1 }, /proxyOptions\.host is given; it must be a host/],
    ['proxyOptions', { host: 'a b', port: 1 }, /proxyOptions\.host is given/],
    [
      'proxyOptions',
      { host: 'proxy', port: 1, password: 5 },
      /proxyOptions\.password is 5; it must be a non-empty string/,
    ],
    ['tlsOptions', 'ca', /tlsOptions is "ca"; it must be an object/],
    ['userAgentOptions', { userAgentPrefix: 'a\r\nX-Evil: 1' }, /userAgentPrefix is .*printable ASCII/],
    ['userAgentOptions', { userAgentPrefix: '' }, /userAgentPrefix/],
    [
      'telemetryOptions',
      { clientRequestIdHeaderName: 'a: b' },
      /clientRequestIdHeaderName is "a: b"; it must be the name of a header/,
    ],
    [
      'loggingOptions',
      { allowLoggingAccountIdentifiers: 'yes' },
      /allowLoggingAccountIdentifiers is "yes"; it must be true or false/,
    ],
    ['allowInsecureConnection', 'true', /allowInsecureConnection is "true"/],
    ['allowedResponseOrigins', 'https://a.example', /allowedResponseOrigins is .*a list of origins/],
    ['allowedResponseOrigins', ['gateway'], /allowedResponseOrigins is a list; it must be a list of origins/],
    ['disableInstanceDiscovery', 1, /disableInstanceDiscovery is 1/],
    ['onEvent', {}, /onEvent is an object; it must be a function/],
    ['tokenStore', {}, /tokenStore is an object; it must be an object with the methods get, set, delete, list/],
    ['tokenCachePersistenceOptions', true, /tokenCachePersistenceOptions is true; it must be an object/],
    ['tokenCachePersistenceOptions', { enabled: 'yes' }, /enabled is "yes"/],
    ['additionallyAllowedTenants', '*', /additionallyAllowedTenants is "\*"; it must be a list/],
    ['additionallyAllowedTenants', ['a/b'], /additionallyAllowedTenants is a list; it must be a list of tenants/],
    ['additionallyAllowedTenants', [5], /additionallyAllowedTenants is a list/],
    ['host', 'host', /host is "host"/],
  ]
  const makers: [string, (options: never) => unknown][] = [
    [
      'ClientSecretCredential',
      (options) => new ClientSecretCredential(tenantId, clientId, recognisableSecret, options),
    ],
    ['EnvironmentCredential', (options) => new EnvironmentCredential(options)],
    ['DefaultAzureCredential', (options) => new DefaultAzureCredential(options)],
  ]
  describe.each(makers)('%s', (name, make) => {
    test.each(table)('%s: %j', (option, value, reason) => {
      const error = thrown(() => make({ fetch, [option]: value } as never))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(new RegExp(`^${name}: options\\.${option}`))
      expect(error.message).toMatch(reason)
      expect(inspect(error)).not.toContain(proxyPassword)
      expect(fetch).not.toHaveBeenCalled()
    })

    test.each([['text'], [5], [null], [true]])('the options themselves: %j', (options) => {
      expect(() => make(options as never)).toThrow(new RegExp(`^${name}: options is .*must be an object`))
    })

    test('undefined stands for the default, whichever option it is', async () => {
      const names = [...new Set(table.map(([option]) => option))]
      make({ ...Object.fromEntries(names.map((option) => [option, undefined])) } as never)
    })
  })
})

test.each<[string, Record<string, string>]>([
  ['HTTPS_PROXY', { HTTPS_PROXY: `http://me:${proxyPassword}@[proxy` }],
  ['https_proxy', { https_proxy: `me:${proxyPassword}@proxy:port` }],
  ['ALL_PROXY', { ALL_PROXY: `socks5://me:${proxyPassword}@proxy:1080` }],
])('a proxy that can’t be used is one error before any I/O that names %s and not its password', async (name, env) => {
  await using credential = new ClientSecretCredential(tenantId, clientId, recognisableSecret, {
    host: { env, sleep: () => Promise.reject(new Error('it must not try again')) },
  })
  const error = await failure(credential.getToken(scope))
  expect(error).toMatchObject({ name: 'AuthenticationError', statusCode: 0, errorResponse: { error: 'network_error' } })
  expect(error.message).toMatch(
    new RegExp(
      `^ClientSecretCredential: .* could not be reached: ${name} is not the address of an http or https proxy`,
    ),
  )
  expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(proxyPassword)
})

test('a retry option that is undefined is the default', async () => {
  let sends = 0
  const retryOptions = { maxRetries: undefined, retryDelayInMs: undefined, maxRetryDelayInMs: undefined }
  await using credential = new ClientSecretCredential(tenantId, clientId, recognisableSecret, {
    retryOptions: retryOptions as unknown as NonNullable<ClientSecretCredentialOptions['retryOptions']>,
    fetch: () => {
      if (++sends > 10) throw new TypeError('it never stops')
      return new Response('', { status: 503 })
    },
    host: { env: {}, sleep: async (milliseconds) => expect(milliseconds).toBeGreaterThan(0) },
  })
  await failure(credential.getToken(scope))
  expect(sends).toBe(4)
})

test.each(['agent', 'additionalPolicies', 'redirectOptions'])(
  'the option %s has no effect and one warning',
  async (option) => {
    const events: unknown[] = []
    const options = { [option]: [], onEvent: (event: unknown) => events.push(event) }
    new ClientSecretCredential(tenantId, clientId, recognisableSecret, options)
    await until(() => events.length > 0)
    expect(events).toEqual([
      {
        type: 'warning',
        credential: 'ClientSecretCredential',
        message: expect.stringContaining(`option ${option} has no effect`),
      },
    ])
  },
)
