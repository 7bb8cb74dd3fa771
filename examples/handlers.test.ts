import { HttpRequest, type HttpResponseInit, InvocationContext } from '@azure/functions'
import { decodeJwt } from 'jose'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startGraph } from './graph-stand-in.ts'
import { startTenant } from './running-recipes.ts'

const { emulator } = await startTenant()
const ada = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }

// Their platforms start the modules with this environment.
const graph = await startGraph()
afterAll(() => graph[Symbol.asyncDispose]())
for (const [name, value] of Object.entries(emulator.env('shop'))) vi.stubEnv(name, value)
vi.stubEnv('GRAPH_ENDPOINT', graph.url)
const { GET } = await import('./next/app/me/route.js')
const { me } = await import('./azure-functions/src/functions/me.mjs')

describe.each([
  ['next/', (headers: Record<string, string>) => GET(new Request('https://shop.example/me', { headers }), context)],
  ['azure-functions/', (headers: Record<string, string>) => invoked(headers)],
])('%s', (_, call) => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

  test('calls Graph as its caller', async () => {
    const response = await call(bearer(await emulator.userToken({ user: ada, app: 'shop' })))
    expect(await response.json()).toEqual({ displayName: 'Ada Lovelace' })
    expect(decodeJwt(graph.tokens.at(-1) ?? '').upn).toBe(ada.username)
  })

  test('answers a caller without a token, and Graph hears nothing of it', async () => {
    const before = graph.tokens.length
    const response = await call({})
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(graph.tokens).toHaveLength(before)
  })

  test('passes the challenge of Conditional Access on to its caller', async () => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    emulator.updateApp('shop', { conditionalAccess: { code: 50076, claims } })
    onTestFinished(() => emulator.updateApp('shop', { conditionalAccess: undefined }))
    const charles = { objectId: '00000000-0000-4000-8000-00000000bab0', username: 'charles@contoso.example' }
    const response = await call(bearer(await emulator.userToken({ user: charles, app: 'shop' })))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch('error="insufficient_claims"')
  })
})

const context = { params: Promise.resolve({}) }

/** As the host of Azure Functions invokes the function, and turns its result into a response. */
async function invoked(headers: Record<string, string>): Promise<Response> {
  const request = new HttpRequest({ url: 'https://shop.example/api/me', method: 'GET', headers })
  const result = (await me(request, new InvocationContext())) as HttpResponseInit
  const init = { status: result.status ?? 200, headers: new Headers(result.headers as Record<string, string>) }
  return result.jsonBody === undefined
    ? new Response(String(result.body ?? ''), init)
    : Response.json(result.jsonBody, init)
}
