import { channel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import {
  AuthenticationError,
  ChainedTokenCredential,
  ClientAssertionCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  OnBehalfOfCredential,
  type TokenCredentialOptions,
} from 'entrada'
import { describe, expect, test } from 'vitest'
import { requestRedaction } from '../../src/http/request-secrets.ts'
import { clientId, failure, scope, tenantId, until } from '../world.ts'

const secret = 'Sup3r+S3cret/Välue&1'
const writings = [secret, encodeURIComponent(secret), new URLSearchParams({ '': secret }).toString().slice(1)]

/** Transports whose errors hold the request, as those of the field do. */
const transports: Record<string, TokenCredentialOptions> = {
  'httpClient with the request in its error': {
    httpClient: {
      sendRequest: async (request) => {
        throw Object.assign(new Error('socket hang up'), { name: 'RestError', code: 'ECONNRESET', request })
      },
    },
  },
  'fetch with config.data': {
    fetch: async (_, { body, headers }) => {
      throw Object.assign(new Error('Network Error'), { config: { data: body, headers } })
    },
  },
  'fetch with the body in its message': {
    fetch: async (url, { body, headers }) => {
      throw new Error(`failed to POST ${url} ${body} ${JSON.stringify(headers)}`)
    },
  },
  'fetch with the decoded form in its message': {
    fetch: async (_, { body }) => {
      throw new Error(inspect(Object.fromEntries(new URLSearchParams(body))))
    },
  },
  'fetch with a cause of a cause': {
    fetch: async (_, { body }) => {
      throw new Error('failed', { cause: new Error('why', { cause: { body } }) })
    },
  },
  'fetch with an aggregate': {
    fetch: async (_, { body }) => {
      throw new AggregateError([new Error(`one ${body}`), Object.assign(new Error('two'), { body })], 'all failed')
    },
  },
  'fetch that throws a string': {
    fetch: (_, { body }) => {
      throw `no: ${body}`
    },
  },
  'a body that breaks with the request in its error': {
    fetch: async (_, { body }) => ({
      status: 200,
      headers: { get: () => undefined },
      text: async () => {
        throw Object.assign(new Error('terminated'), { request: body })
      },
    }),
  },
}

describe.each(Object.entries(transports))('%s', (_, transport) => {
  test('shows no secret in the error, in an event or on the diagnostics channel', async () => {
    const heard: unknown[] = []
    const hear = (event: unknown): unknown => heard.push(event)
    channel('entrada').subscribe(hear)
    const retryOptions = { maxRetries: 1, retryDelayInMs: 1 }
    const options = { ...transport, retryOptions, onEvent: (event: unknown) => heard.push(event) }
    const credentials = [
      new ClientSecretCredential(tenantId, clientId, secret, options),
      new OnBehalfOfCredential({ tenantId, clientId, clientSecret: secret, userAssertionToken: secret, ...options }),
      new ManagedIdentityCredential({
        ...options,
        host: { env: { IDENTITY_ENDPOINT: 'http://127.0.0.1:1/', IDENTITY_HEADER: secret.replace('ä', 'a') } },
      }),
    ]
    for (const credential of credentials) {
      const error = await failure(credential.getToken(scope))
      const shown = inspect([error, heard], { depth: 20, showHidden: true, getters: true })
      for (const written of [...writings, secret.replace('ä', 'a')]) expect(shown).not.toContain(written)
      expect(heard.length).toBeGreaterThan(0)
    }
    channel('entrada').unsubscribe(hear)
  })
})

test('what tells what happened stays: code, system call, host name and port', async () => {
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND login.example'), {
    ...{ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'login.example', port: 443 },
  })
  const fetch = async (): Promise<never> => {
    throw cause
  }
  const credential = new ClientSecretCredential(tenantId, clientId, secret, { fetch, retryOptions: { maxRetries: 0 } })
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error.message).toContain('getaddrinfo ENOTFOUND login.example')
  expect(error.cause).not.toBe(cause)
  expect({ ...(error.cause as object) }).toEqual({
    ...{ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'login.example', port: 443 },
  })
})

test('an error of the caller’s own callback is the same object in the rejection, and a copy in events', async () => {
  const own = Object.assign(new Error('vault is sealed'), { code: 'SEALED', vault: { key: secret } })
  const events: { type: string; error?: unknown }[] = []
  const getAssertion = async (): Promise<never> => {
    throw own
  }
  const credential = new ClientAssertionCredential(tenantId, clientId, getAssertion, {
    onEvent: (event) => events.push(event),
  })
  const error = await failure(credential.getToken(scope))
  expect(error === own || error.cause === own).toBe(true)
  await until(() => events.length === 1)
  expect(events[0]).toMatchObject({ type: 'token-failed' })
  expect(inspect(events, { depth: 20 })).toContain('vault is sealed')
  expect(inspect(events, { depth: 20 })).not.toContain(secret)
})

test('an error of a chain’s foreign member is the same object in the rejection, and a copy in events', async () => {
  const own = Object.assign(new Error('no luck'), { name: 'CredentialUnavailableError', secret })
  const foreign = {
    getToken: async (): Promise<never> => {
      throw own
    },
  }
  const events: unknown[] = []
  const chain = new ChainedTokenCredential({ getToken: foreign.getToken }, foreign)
  const hear = (event: unknown): unknown => events.push(event)
  channel('entrada').subscribe(hear)
  const error = (await failure(chain.getToken(scope))) as Error & { errors: unknown[] }
  expect(error.errors).toEqual([own, own])
  expect(error.errors[0]).toBe(own)
  await until(() => events.length === 2)
  channel('entrada').unsubscribe(hear)
  expect(inspect(events, { depth: 20 })).not.toContain(secret)
})

test('protocol words and short values stay readable', () => {
  const body = 'grant_type=client_credentials&client_id=abc&client_secret=s&scope=openid'
  const redact = requestRedaction({
    body,
    headers: { Authorization: 'Bearer T0ken-value', Accept: 'application/json' },
  })
  expect(redact('self-signed certificate; client_credentials openid application/json')).toBe(
    'self-signed certificate; client_credentials openid application/json',
  )
  expect(redact('Bearer T0ken-value')).toBe('Bearer ***')
})
