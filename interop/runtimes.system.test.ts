import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { serveHttp } from '../packages/entrada/test/http/servers.ts'
import { cleanEnvironment } from '../testing/environment.mjs'
import { bun, component, deno } from './components.ts'
import { startConnectProxy } from './connect-proxy.ts'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

// Deno and Bun: their global fetch obeys HTTP_PROXY and HTTPS_PROXY in whatever it sends.
for (const runtime of [deno, bun]) component(runtime)
;[component(deno), component(bun)].every(Boolean)
const program = fileURLToPath(new URL('runtimes/get-token.mjs', import.meta.url))
const publicCloud = 'login.microsoftonline.com'

describe.each([
  ['Deno', deno.present[0] ?? '', ['run', '-A', '--no-lock', program]],
  ['Bun', bun.present[0] ?? '', [program]],
])('%s', (_, runtime, args) => {
  const run = async (env: Record<string, string>): Promise<string> => {
    // Deno would look for a newer version.
    const { stdout } = await promisify(execFile)(runtime, args, {
      env: cleanEnvironment({ DENO_NO_UPDATE_CHECK: '1', ...env }),
      timeout: 60_000,
    })
    return stdout.trim()
  }

  test.each(['127.0.0.1', 'localhost'])(
    'sends the secret of a managed identity to %s and to no proxy',
    async (name) => {
      const headers: unknown[] = []
      await using host = await serveHttp((request, response) => {
        headers.push(request.headers['x-identity-header'])
        response.end(JSON.stringify({ access_token: 'the-token', expires_in: 3600, token_type: 'Bearer' }))
      })
      await using proxy = await serveHttp((__, response) =>
        response.end('{"access_token":"of the proxy","expires_in":1}'),
      )
      const token = await run({
        ...everyProxy(proxy.port),
        IDENTITY_ENDPOINT: host.url.replace('127.0.0.1', name),
        IDENTITY_HEADER: 'header',
      })
      expect(token).toBe('the-token')
      expect(headers).toEqual(['header'])
      expect(proxy.connections()).toBe(0)
    },
  )

  test('takes an authority that tlsOptions name, and a proxy that proxyOptions name', async () => {
    await using emulator = await startTrustedEmulator({ hosts: [publicCloud] })
    await using proxy = await startConnectProxy({ [`${publicCloud}:443`]: Number(new URL(emulator.url).port) })
    const { tenantId, clientId, clientSecret } = applicationOf(emulator)
    const token = await run({
      ...{ AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret },
      TEST_CA: emulator.ca.pem,
      TEST_PROXY_PORT: String(proxy.port),
    })
    expect(token.split('.')).toHaveLength(3)
    expect(proxy.connects.map(({ target }) => target)).toEqual([`${publicCloud}:443`])
    expect(emulator.requests).toHaveLength(1)
  })
})

function everyProxy(port: number): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()])
  return Object.fromEntries(names.map((name) => [name, `http://127.0.0.1:${port}`]))
}
