import { inspect } from 'node:util'
import * as entrada from 'entrada'
import { describe, expect, test, vi } from 'vitest'
import { noFiles } from '../no-files.ts'
import { withoutMachine } from '../without-machine.ts'
import { clientId, failure, recognisableSecret, scope, tenantId } from '../world.ts'
import { thrown } from './thrown.ts'

const fetch = vi.fn()
const options = { fetch, host: { env: {}, files: noFiles } }

const credentials: readonly { getToken: entrada.EntradaCredential['getToken']; name: string }[] = [
  new entrada.ClientSecretCredential(tenantId, clientId, 'secret', options),
  new entrada.ClientAssertionCredential(tenantId, clientId, () => 'assertion', options),
  new entrada.CertificateCredential(tenantId, clientId, 'app.pem', options),
  new entrada.UsernamePasswordCredential(tenantId, clientId, 'ada', 'password', options),
  new entrada.OnBehalfOfCredential({ ...options, tenantId, clientId, clientSecret: 's', userAssertionToken: 'token' }),
  new entrada.ManagedIdentityCredential(options),
  new entrada.AzureCliCredential(options),
  new entrada.DeviceCodeCredential(options),
  new entrada.EnvironmentCredential(options),
  new entrada.ChainedTokenCredential(new entrada.EnvironmentCredential(options)),
  new entrada.DefaultAzureCredential({ ...options, ...withoutMachine }),
]

function fail(): never {
  throw new Error('a getter of the caller')
}
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic

describe.each(credentials)('$name', (credential) => {
  test.each<[string, unknown, unknown]>([
    [
      'options with a getter that throws',
      scope,
      Object.defineProperty({}, 'tenantId', { get: fail, enumerable: true }),
    ],
    ['options that are a Proxy that throws', scope, new Proxy({}, { get: fail, ownKeys: fail })],
    ['options that are a revoked Proxy', scope, revoked()],
    ['scopes that are a revoked Proxy', revoked(), undefined],
    ['a scope that is a symbol', Symbol(recognisableSecret), undefined],
    ['a scope that is a revoked Proxy', [revoked()], {}],
    ['claims that are a symbol', scope, { claims: Symbol(recognisableSecret) }],
    ['claims without a text', scope, { claims: Object.create(null) }],
    ['a tenant that is a symbol', scope, { tenantId: Symbol(recognisableSecret) }],
    ['a tenant that is a revoked Proxy', scope, { tenantId: revoked() }],
    ['a signal that is a revoked Proxy', scope, { abortSignal: revoked() }],
    ['a time-out behind a getter that throws', scope, { requestOptions: new Proxy({}, { get: fail }) }],
  ])('%s: rejects with one TypeError before any I/O', async (_, scopes, given) => {
    const error = await failure(credential.getToken(scopes as string, given as object))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(new RegExp(`^${credential.name}: `))
    expect(inspect(error)).not.toContain(recognisableSecret)
    expect(fetch).not.toHaveBeenCalled()
  })
})

test.each([
  ['a BigInt', 5n],
  ['a cycle', cyclic],
])('a chain says that it cannot pass on %s', async (_, value) => {
  const chain = new entrada.ChainedTokenCredential(new entrada.EnvironmentCredential(options))
  const error = await failure(chain.getToken(scope, { proofOfPossessionOptions: value } as object))
  expect(error.message).toMatch(/^ChainedTokenCredential: an argument of getToken cannot be read/)
})

test('a tracing context that is none opens no span', async () => {
  const answer = (): Response => Response.json({ access_token: 'T', token_type: 'Bearer', expires_in: 3600 })
  for (const tracingContext of [Number.NaN, 0, '', false, 'context']) {
    const credential = new entrada.ClientSecretCredential(tenantId, clientId, 's', { ...options, fetch: answer })
    expect((await credential.getToken(scope, { tracingOptions: { tracingContext } } as object)).token).toBe('T')
  }
})

describe('an option of a constructor', () => {
  const create = (given: object) => () =>
    new entrada.ClientSecretCredential(tenantId, clientId, 'secret', { ...options, ...given })

  test.each([
    ['retryOptions', revoked()],
    ['retryOptions', Object.defineProperty({}, 'maxRetries', { get: fail, enumerable: true })],
    ['httpClient', new Proxy({}, { get: fail })],
    ['tokenStore', revoked()],
    ['additionallyAllowedTenants', revoked()],
    ['allowedResponseOrigins', [Symbol(recognisableSecret)]],
    ['allowedResponseOrigins', [Object.create(null)]],
    ['onEvent', Symbol(recognisableSecret)],
  ])('%s that cannot be read is named, and what it holds is not told', (name, value) => {
    const error = thrown(create({ [name]: value }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(new RegExp(`^ClientSecretCredential: options\\.${name} `))
    expect(inspect(error)).not.toContain(recognisableSecret)
  })

  test('with half a megabyte makes no message of that length', async () => {
    const long = 'a.'.repeat(250_000)
    const away = create({ authorityHost: long, fetch: fail, retryOptions: { maxRetries: 0 } })()
    expect((await failure(away.getToken(scope))).message.length).toBeLessThan(1000)
    const answer = (): Response => Response.json({ access_token: 'T', token_type: 'Bearer', expires_in: 3600 })
    const expected = { ...options, fetch: answer, expect: { username: long } }
    const credential = new entrada.UsernamePasswordCredential(tenantId, clientId, 'ada', 'password', expected)
    expect((await failure(credential.getToken(scope))).message.length).toBeLessThan(1000)
  })

  test('requiredEnvVars is not looked for in Object.prototype', () => {
    for (const requiredEnvVars of ['__proto__', 'constructor'] as never[]) {
      expect(() => new entrada.DefaultAzureCredential({ ...options, requiredEnvVars })).toThrow(
        /Required environment variable/,
      )
    }
  })
})
