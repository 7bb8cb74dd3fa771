import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { accessTokens, challenge, requireScope, type Verify } from '../src/index.ts'
import * as forExpress from '../src/middleware/express.ts'
import * as forFastify from '../src/middleware/fastify.ts'
import * as forFetch from '../src/middleware/fetch.ts'
import * as forHono from '../src/middleware/hono.ts'
import * as forNext from '../src/middleware/next.ts'
import * as forNode from '../src/middleware/node.ts'
import { apiId, makeKey, makeToken, now, shapes, tenantId } from './azure-tokens.ts'

const key = makeKey()
const resource = 'https://api.example/mcp'
const given = { audience: apiId, tenants: [tenantId], host: { now: () => now }, resource }
const verify = accessTokens({ ...given, keys: { keys: [key.jwk] } })
const withoutKeys = accessTokens({ ...given, fetch: () => Promise.reject(new Error('offline')) })
const token = makeToken(key, shapes.userV2)
const claims = { access_token: { acrs: { essential: true, value: 'c1' } } }

/** An API of one framework, with the routes `/me`, `/admin` (a scope too many), `/step-up` and `/broken`. */
type MakeApi = (
  verify: Verify,
) => Promise<{ ask(path: string, headers?: Record<string, string>): Promise<Response>; close(): unknown }>

async function listening(listener: RequestListener): ReturnType<MakeApi> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return served(server, async () => void server.close())
}

function served(server: Server, close: () => Promise<unknown>): Awaited<ReturnType<MakeApi>> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { close, ask: (path, headers = {}) => fetch(url + path, { headers: { connection: 'close', ...headers } }) }
}

const broken = (): never => {
  throw new Error('broken')
}
const admin = { requiredScopes: ['Admin'] }

const apis: Record<string, MakeApi> = {
  async express(verifier) {
    const app = express()
    const { accessToken, answerRejected, callerOf, protectedResource } = forExpress
    app.use(protectedResource(verifier))
    app.get('/me', accessToken(verifier), (request, response) => void response.send(callerOf(request).name))
    app.get('/admin', accessToken(verifier, admin), broken)
    app.get('/step-up', accessToken(verifier), async (request) => {
      throw challenge({ claims, caller: callerOf(request) })
    })
    app.get('/broken', accessToken(verifier), broken)
    app.get('/forgotten', (request, response) => void response.send(callerOf(request).name))
    app.use(answerRejected)
    app.use(((_error, _request, response, _next) => void response.sendStatus(500)) as express.ErrorRequestHandler)
    return listening(app)
  },
  async fastify(verifier) {
    const app = fastify()
    const { accessToken, callerOf } = forFastify
    app.get('/me', { onRequest: accessToken(verifier) }, (request) => callerOf(request).name)
    app.get('/admin', { onRequest: accessToken(verifier, admin) }, broken)
    app.get('/step-up', { onRequest: accessToken(verifier) }, async (request) => {
      throw challenge({ claims, caller: callerOf(request) })
    })
    app.get('/broken', { onRequest: accessToken(verifier) }, broken)
    app.get('/forgotten', (request) => callerOf(request).name)
    await app.listen({ host: '127.0.0.1', port: 0 })
    return served(app.server, () => app.close())
  },
  async hono(verifier) {
    const { accessToken, protectedResource } = forHono
    const app = new Hono()
      .use(protectedResource(verifier))
      .get('/me', accessToken(verifier), (context) => context.text(String(context.var.caller.name)))
      .get('/admin', accessToken(verifier, admin), broken)
      .get('/step-up', accessToken(verifier), (context) => {
        throw challenge({ claims, caller: context.var.caller })
      })
      .get('/broken', accessToken(verifier), (context) => {
        requireScope(context.var.caller, 'Files.Read')
        return context.text('broken', 500)
      })
    return { close: () => undefined, ask: async (path, headers = {}) => app.request(path, { headers }) }
  },
  async fetch(verifier) {
    const { withAccessToken, protectedResource } = forFetch
    const metadata = protectedResource(verifier)
    const routes: Record<string, (request: Request, info: string) => Promise<Response>> = {
      '/me': withAccessToken(verifier, (_, caller, info: string) => new Response(`${caller.name}${info}`)),
      '/admin': withAccessToken(verifier, broken, admin),
      '/step-up': withAccessToken(verifier, (_, caller) => {
        throw challenge({ claims, caller })
      }),
      '/broken': withAccessToken(verifier, broken),
    }
    return {
      close: () => undefined,
      ask: async (path, headers = {}) => {
        const request = new Request(`https://api.example${path}`, { headers })
        const other = routes[path]?.(request, '').catch(() => new Response(null, { status: 500 }))
        return metadata(request) ?? other ?? new Response(null, { status: 404 })
      },
    }
  },
  async next(verifier) {
    const { withAccessToken } = forNext
    type Context = { params: Promise<{ path: string }> }
    const GET = withAccessToken<Request, Context>(verifier, async (_, { caller, params }) => {
      const { path } = await params
      if (path === '/admin') requireScope(caller, 'Admin')
      if (path === '/step-up') throw challenge({ claims, caller })
      return path === '/me' ? new Response(caller.name) : broken()
    })
    return {
      close: () => undefined,
      ask: (path, headers = {}) =>
        GET(new Request(`https://api.example${path}`, { headers }), { params: Promise.resolve({ path }) }).catch(
          () => new Response(null, { status: 500 }),
        ),
    }
  },
  async node(verifier) {
    const me = forNode.withAccessToken(verifier, (request, response, caller) => {
      if (request.url === '/admin') requireScope(caller, 'Admin')
      if (request.url === '/step-up') throw challenge({ claims, caller })
      if (request.url === '/broken') broken()
      response.end(caller.name)
    })
    return listening((request, response) => me(request, response).catch(() => response.writeHead(500).end()))
  },
}

describe.each(Object.entries(apis))('an API of %s', (_, make) => {
  const bearer = { authorization: `Bearer ${token}` }

  test('knows a caller with a good token', async () => {
    const api = await make(verify)
    const response = await api.ask('/me', bearer)
    expect([response.status, await response.text()]).toEqual([200, 'Abe Lincoln'])
    await api.close()
  })

  test('answers others with a challenge and without a body', async () => {
    const api = await make(verify)
    for (const [headers, error] of [
      [{}, undefined],
      [{ authorization: 'Bearer x' }, 'invalid_token'],
    ] as const) {
      const response = await api.ask('/me', headers)
      expect(response.status).toBe(401)
      const header = response.headers.get('WWW-Authenticate') ?? ''
      expect(/error="(\w+)"/.exec(header)?.[1]).toBe(error)
      expect(header).toMatch('resource_metadata="https://api.example/.well-known/oauth-protected-resource/mcp"')
      expect(await response.text()).toBe('')
    }
    await api.close()
  })

  test('answers what a route demands besides, and what a handler throws', async () => {
    const api = await make(verify)
    const few = await api.ask('/admin', bearer)
    expect([few.status, few.headers.get('WWW-Authenticate')]).toEqual([
      403,
      expect.stringMatching(`scope="api://${apiId}/Admin"`),
    ])
    const stepUp = await api.ask('/step-up', bearer)
    expect([stepUp.status, stepUp.headers.get('WWW-Authenticate')]).toEqual([401, expect.stringMatching('claims="ey')])
    await api.close()
  })

  test('lets faults of the program be faults, and says 503 where keys are missing', async () => {
    const api = await make(verify)
    expect((await api.ask('/broken', bearer)).status).toBe(500)
    await api.close()
    const cold = await make(withoutKeys)
    const response = await cold.ask('/me', bearer)
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5'])
    await cold.close()
  })
})

describe('an API', () => {
  const bearer = { authorization: `Bearer ${token}` }
  const make = (name: string): ReturnType<MakeApi> => (apis[name] as MakeApi)(verify)

  test.each(['express', 'hono', 'fetch'])('of %s describes itself to whoever asks (RFC 9728)', async (name) => {
    const api = await make(name)
    const response = await api.ask('/.well-known/oauth-protected-resource/mcp')
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(await response.json()).toEqual({
      resource,
      authorization_servers: [`https://login.microsoftonline.com/${tenantId}/v2.0`],
      bearer_methods_supported: ['header'],
    })
    expect((await api.ask('/.well-known/oauth-protected-resource')).status).toBe(404)
    await api.close()
  })

  test.each(['express', 'fastify'])('of %s lets nobody in where a route forgot the middleware', async (name) => {
    const api = await make(name)
    expect((await api.ask('/forgotten', bearer)).status).toBe(500)
    await api.close()
  })
})

test('Express answers what a handler throws also without our error handler', async () => {
  const app = express()
  app.set('env', 'test')
  app.get('/', forExpress.accessToken(verify), (request) => requireScope(forExpress.callerOf(request), 'Admin'))
  const api = await listening(app)
  const response = await api.ask('/', { authorization: `Bearer ${token}` })
  expect([response.status, response.headers.get('WWW-Authenticate')]).toEqual([
    403,
    expect.stringMatching('insufficient_scope'),
  ])
  await api.close()
})

test('metadata need an address', () => {
  const { resource: _, ...without } = given
  expect(() => forExpress.protectedResource(accessTokens(without))).toThrow(/Set the option resource/)
})
