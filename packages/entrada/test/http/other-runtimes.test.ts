import { afterEach, expect, test, vi } from 'vitest'
import { openTransport } from '../../src/http/client.ts'
import { type Listening, serveHttp } from './servers.ts'

afterEach(() => vi.unstubAllGlobals())

const init = { method: 'GET', headers: {}, redirect: 'manual', signal: new AbortController().signal } as const

/** Deno and Bun, whose `fetch` obeys the variables of proxies, and Cloudflare's runtime, which has no other connections. */
async function sentByFetch(runtime: string, url: string, options: object = {}, env = {}): Promise<boolean> {
  const fetch = vi.fn(async () => new Response('by fetch'))
  vi.stubGlobal('fetch', fetch)
  vi.stubGlobal('navigator', { userAgent: runtime })
  const { transport, close } = openTransport(options, env, () => undefined)
  try {
    await (async () => transport(url, init))().catch(() => undefined)
    return fetch.mock.calls.length > 0
  } finally {
    close()
  }
}

test.each(['Deno/2.9.6', 'Bun/1.4.5'])(
  '%s asks by fetch nobody who must not be asked through a proxy',
  async (runtime) => {
    await using server: Listening = await serveHttp((_, response) => response.end('by node:http'))
    expect(await sentByFetch(runtime, server.url)).toBe(false)
    expect(server.connections()).toBe(1)
    for (const host of ['127.0.0.1', '[::1]', 'localhost', 'host.docker.internal', 'no-such-name-here']) {
      for (const name of ['https_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) {
        const env = { [name]: 'http://127.0.0.1:1' }
        expect(await sentByFetch(runtime, `https://${host}:1/`, {}, env), host).toBe(false)
      }
      // Deno's TLS sockets take the permission `sys`, and where no proxy is named there is nothing to go round.
      expect(await sentByFetch(runtime, `https://${host}:1/`), host).toBe(true)
    }
    expect(await sentByFetch(runtime, 'http://entra.invalid/')).toBe(false)
    expect(await sentByFetch(runtime, 'https://login.microsoftonline.com/')).toBe(true)
  },
)

test.each(['Deno/2.9.6', 'Bun/1.4.5'])(
  '%s asks by fetch nobody whom NO_PROXY names, in any form that its own fetch may not know',
  async (runtime) => {
    const proxied = { HTTPS_PROXY: 'http://127.0.0.1:1' }
    for (const NO_PROXY of ['198.51.100.0/24', '198.51.100.*', '198.51.100.1-198.51.100.9', '*:9']) {
      const options = { connectTimeoutMs: 1 }
      expect(await sentByFetch(runtime, 'https://198.51.100.7:9/', options, { ...proxied, NO_PROXY })).toBe(false)
      expect(await sentByFetch(runtime, 'https://198.51.101.7:8/', options, { ...proxied, NO_PROXY })).toBe(true)
      expect(await sentByFetch(runtime, 'https://198.51.100.7:9/', options, { NO_PROXY })).toBe(true)
    }
  },
)

test.each(['Deno/2.9.6', 'Bun/1.4.5'])(
  '%s takes tlsOptions and proxyOptions, and warns of neither',
  async (runtime) => {
    const proxyOptions = { host: '127.0.0.1', port: 1 }
    expect(await sentByFetch(runtime, 'https://entra.invalid/', { proxyOptions })).toBe(false)
    expect(await sentByFetch(runtime, 'https://entra.invalid/', { tlsOptions: {} })).toBe(false)
    const warn = vi.fn()
    openTransport({ proxyOptions, tlsOptions: {} }, {}, warn).close()
    expect(warn).not.toHaveBeenCalled()
  },
)

test('Cloudflare’s runtime uses only fetch, and warns of what that cannot do', async () => {
  expect(await sentByFetch('Cloudflare-Workers', 'http://127.0.0.1:1/')).toBe(true)
  const warn = vi.fn()
  openTransport({ proxyOptions: { host: '127.0.0.1', port: 1 } }, {}, warn).close()
  expect(warn.mock.calls).toEqual([[expect.stringContaining('proxyOptions has no effect')]])
})
