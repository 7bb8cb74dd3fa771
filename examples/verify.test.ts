import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startTrustedEmulator } from '../interop/trusted-emulator.ts'
import { codeFor } from '../packages/entrada/test/sign-in/person.ts'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
import { cleanEnvironment } from '../testing/environment.mjs'
import { type GraphStandIn, startGraph } from './graph-stand-in.ts'
import { startExample } from './running-example.ts'

const folder = await temporaryFolderOf('examples')
afterAll(folder.remove)
const ada = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
const charles = { objectId: '00000000-0000-4000-8000-00000000bab0', username: 'charles@contoso.example' }
const mcpClient = '33333333-3333-4333-8333-333333333333'
const tenantId = '11111111-1111-4111-8111-111111111111'
const apiId = '22222222-2222-4222-8222-222222222222'
const emulator = await startTrustedEmulator({
  directory: {
    tenants: [{ id: tenantId }],
    apps: [
      { name: 'api', clientId: apiId, tenantId, secrets: [{ value: 'a secret' }] },
      {
        ...{ name: 'mcp-client', clientId: mcpClient, tenantId, publicClient: true, secrets: [{ value: 'a secret' }] },
        ...{ redirectUris: ['http://localhost/callback'], roles: ['Tools.Call.All'] },
      },
    ],
  },
})
afterAll(() => emulator.close())
const env = cleanEnvironment(emulator.env('api'))

describe.each(['hono/server.mjs', 'express/server.mjs', 'fastify/server.mjs'])('%s', (example) => {
  const call = async (url: string, token: string) => fetch(url, { headers: { Authorization: `Bearer ${token}` } })

  test('asks Graph for each of its users, with one exchange each', async () => {
    await using graph = await startGraph()
    await using api = await startApi(graph)
    const tokens = await Promise.all([ada, charles].map((user) => emulator.userToken({ user, app: 'api' })))
    emulator.requests.clear()
    for (const token of [...tokens, ...tokens]) {
      expect(await (await call(api.url, token)).json()).toEqual({ displayName: 'Ada Lovelace' })
    }
    const askedFor = graph.tokens.map((token) => decodeJwt(token).upn)
    expect(askedFor).toEqual([ada, charles, ada, charles].map(({ username }) => username))
    expect(emulator.requests.filter(({ form }) => form.assertion !== undefined)).toHaveLength(2)
    expect(emulator.requests.filter(({ path }) => path.endsWith('/keys'))).toHaveLength(1)
  })

  test('passes the challenge of Conditional Access on to its caller, who comes back with a second factor', async () => {
    await using graph = await startGraph()
    await using api = await startApi(graph)
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    emulator.updateApp('api', { conditionalAccess: { code: 50076, claims } })
    try {
      const refused = await call(api.url, await emulator.userToken({ user: ada, app: 'api' }))
      expect(refused.status).toBe(401)
      expect(refused.headers.get('WWW-Authenticate')).toMatch('error="insufficient_claims"')
      const [, sent = ''] = /claims="([^"]+)"/.exec(refused.headers.get('WWW-Authenticate') ?? '') ?? []
      expect(atob(sent)).toBe(claims)

      const again = await emulator.userToken({ user: ada, app: 'api', amr: ['pwd', 'mfa'] })
      expect((await call(api.url, again)).status).toBe(200)
    } finally {
      emulator.updateApp('api', { conditionalAccess: undefined })
    }
  })

  test('refuses a caller whose token does not verify, or permits nothing, without asking anybody', async () => {
    await using graph = await startGraph()
    await using api = await startApi(graph)
    emulator.requests.clear()
    const good = await emulator.userToken({ user: ada, app: 'api' })
    const answers: unknown[] = []
    for (const bad of [
      '',
      'nonsense',
      `${good.slice(0, -8)}AAAAAAAA`,
      await emulator.userToken({ user: ada, app: 'api', scope: 'x' }),
    ]) {
      const { status, headers } = await call(api.url, bad)
      answers.push([status, /error="(\w+)"/.exec(headers.get('WWW-Authenticate') ?? '')?.[1]])
    }
    expect(answers).toEqual([
      [401, undefined],
      [401, 'invalid_token'],
      [401, 'invalid_token'],
      [403, 'insufficient_scope'],
    ])
    expect(emulator.requests.filter(({ form }) => form.assertion !== undefined)).toHaveLength(0)
    expect(graph.tokens).toHaveLength(0)
  })

  async function startApi(graph: GraphStandIn): Promise<AsyncDisposable & { url: string }> {
    const api = await startExample(example, folder.path, { ...env, PORT: '0', GRAPH_ENDPOINT: graph.url })
    const [, url = ''] = /^Listening on (\S+)$/.exec(await api.nextLine()) ?? []
    return {
      url,
      async [Symbol.asyncDispose]() {
        api.kill('SIGTERM')
        expect(await api.finished()).toMatchObject({ code: 0, errors: '' })
      },
    }
  }
})

describe('mcp-server/, with the SDK of the Model Context Protocol on both sides', () => {
  const redirectUrl = 'http://localhost/callback'

  test('a client without a token finds out how to get one, and its user is known to the tool', async () => {
    await using server = await startServer()
    const provider = personAtTheBrowser()
    const first = connect(server.url, provider)
    await expect(first.client.connect(first.transport)).rejects.toThrow(UnauthorizedError)

    // What the client learned: from the challenge the scope, from the metadata the tenant's endpoint.
    const page = provider.opened as URL
    expect(page.origin + page.pathname).toBe(`${emulator.url}/${tenantId}/oauth2/v2.0/authorize`)
    expect(page.searchParams.get('scope')).toBe(`api://${apiId}/access_as_user`)
    await first.transport.finishAuth(codeFor(page.href, emulator, ada))

    const { client, transport } = connect(server.url, provider)
    await client.connect(transport)
    const { content } = await client.callTool({ name: 'whoami' })
    expect(content).toEqual([{ type: 'text', text: 'You are ada@contoso.example' }])
    await client.close()
  })

  test('a client that calls for itself gets no tool, for the tools are for users', async () => {
    await using server = await startServer()
    const given = { clientId: mcpClient, clientSecret: 'a secret', scope: `api://${apiId}/.default` }
    const provider = new ClientCredentialsProvider({ ...given, expectedIssuer: `${emulator.url}/${tenantId}/v2.0` })
    Object.assign(provider, { validateResourceURL: async () => undefined })
    const { client, transport } = connect(server.url, provider)
    await expect(client.connect(transport)).rejects.toThrow()
    await client.close()
  })

  test('the program is fifteen lines beside its imports', async () => {
    const source = await readFile(new URL('mcp-server/server.mjs', import.meta.url), 'utf8')
    const lines = source.split('\n').filter((line) => !/^(?:import .*|\/\/.*)?$/.test(line))
    expect(lines.length).toBeLessThanOrEqual(15)
  })

  /** A user's client: registered with Entra ID beforehand, as Entra ID registers none on the fly. */
  function personAtTheBrowser(): OAuthClientProvider & { opened: URL | undefined } {
    const kept: { tokens?: never; verifier?: string } = {}
    return {
      opened: undefined,
      redirectUrl,
      clientMetadata: { redirect_uris: [redirectUrl] },
      clientInformation: () => ({ client_id: mcpClient, issuer: `${emulator.url}/${tenantId}/v2.0` }),
      tokens: () => kept.tokens,
      saveTokens: (tokens) => void Object.assign(kept, { tokens }),
      saveCodeVerifier: (verifier) => void Object.assign(kept, { verifier }),
      codeVerifier: () => kept.verifier ?? '',
      redirectToAuthorization(url) {
        this.opened = url
      },
      // Entra ID knows an API by its App ID URI, and refuses another name of it in `resource`.
      validateResourceURL: async () => undefined,
    }
  }

  function connect(url: string, authProvider: OAuthClientProvider) {
    const client = new Client({ name: 'test', version: '1.0.0' })
    return { client, transport: new StreamableHTTPClientTransport(new URL(url), { authProvider }) }
  }

  async function startServer(): Promise<AsyncDisposable & { url: string }> {
    const PORT = String(await freePort())
    const server = await startExample('mcp-server/server.mjs', folder.path, { ...env, PORT })
    const [, url = ''] = /^Listening on (\S+)$/.exec(await server.nextLine()) ?? []
    return {
      url,
      async [Symbol.asyncDispose]() {
        server.kill('SIGTERM')
        await server.finished()
      },
    }
  }

  /** The address of a server is part of its metadata, so it has to be known before it starts. */
  async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    return port
  }
})
