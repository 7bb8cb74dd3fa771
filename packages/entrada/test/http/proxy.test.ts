import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HttpFailure } from '../../src/http/failure.ts'
import { nodeTransport } from '../../src/http/node-transport.ts'
import { proxyFor } from '../../src/http/proxy.ts'
import { tunnelAgent } from '../../src/http/tunnel-agent.ts'
import { createWorld, failure, until } from '../world.ts'
import { send } from './exchanges.ts'
import { type Listening, serveTcp } from './servers.ts'

const login = 'https://login.microsoftonline.com/token'
const proxy = 'http://proxy.example:3128'
const forUrl = (url: string, env: Record<string, string>): string | undefined => proxyFor(new URL(url), undefined, env)

test.each<[string, Record<string, string>, string | undefined]>([
  ['nothing', {}, undefined],
  ['HTTPS_PROXY', { HTTPS_PROXY: proxy }, proxy],
  ['https_proxy', { https_proxy: proxy }, proxy],
  ['lower case before upper case', { https_proxy: proxy, HTTPS_PROXY: 'http://other:1' }, proxy],
  ['ALL_PROXY', { ALL_PROXY: proxy }, proxy],
  ['all_proxy', { all_proxy: proxy }, proxy],
  ['HTTPS_PROXY before ALL_PROXY', { HTTPS_PROXY: proxy, all_proxy: 'http://other:1' }, proxy],
  ['HTTP_PROXY, which is for http', { HTTP_PROXY: proxy }, undefined],
  ['a host without a scheme', { HTTPS_PROXY: 'proxy.example:3128' }, proxy],
  ['blanks around it', { HTTPS_PROXY: ` ${proxy} ` }, proxy],
  ['an empty text', { HTTPS_PROXY: '' }, undefined],
  ['an empty https_proxy, which is not set', { https_proxy: '', HTTPS_PROXY: proxy }, proxy],
  ['an empty HTTPS_PROXY before ALL_PROXY', { HTTPS_PROXY: '', ALL_PROXY: proxy }, proxy],
  ['a blank HTTPS_PROXY before ALL_PROXY', { HTTPS_PROXY: ' ', ALL_PROXY: proxy }, proxy],
  ['an empty all_proxy before ALL_PROXY', { https_proxy: '', HTTPS_PROXY: '', all_proxy: '', ALL_PROXY: proxy }, proxy],
  ['all_proxy before ALL_PROXY', { all_proxy: proxy, ALL_PROXY: 'http://other:1' }, proxy],
  ['HTTPS_PROXY before all_proxy', { HTTPS_PROXY: proxy, all_proxy: 'http://other:1' }, proxy],
  ['a user and a password', { HTTPS_PROXY: 'http://u:p@proxy.example:3128' }, 'http://u:p@proxy.example:3128'],
])('reads the environment: %s', (_, env, expected) => {
  expect(forUrl(login, env)).toBe(expected)
})

test.each<[string, string, string]>([
  ['quotation marks', '"http://proxy.example:3128"', 'HTTPS_PROXY is in quotation marks; remove them'],
  ['one quotation mark', "proxy.example:3128'", 'HTTPS_PROXY is in quotation marks; remove them'],
  ['socks', 'socks5://u:p@proxy.example', 'HTTPS_PROXY is not the address of an http or https proxy'],
  [
    'a password with a bare "%"',
    'http://u:100%@proxy.example',
    'HTTPS_PROXY has a bare "%" in its user name or password; write it as "%25"',
  ],
  [
    'a user name in Latin-1',
    'http://%e9@proxy.example',
    'HTTPS_PROXY has a user name or password that is not percent-encoded as UTF-8; write "é" as "%C3%A9"',
  ],
])('refuses %s, and does not repeat it', (_, value, message) => {
  expect(() => forUrl(login, { HTTPS_PROXY: value })).toThrow(new HttpFailure('proxy', message))
})

// Such an error would have had no listener, and ended the process.
test.each(['http://u:100%@127.0.0.1:1', 'http://u:p@127.0.0.1:1'])(
  'an unreachable proxy %s is an error of the request alone',
  async (address) => {
    const uncaught: unknown[] = []
    const note = (error: unknown): unknown => uncaught.push(error)
    process.on('uncaughtException', note)
    try {
      const { createConnection } = tunnelAgent(address, {}) as unknown as {
        createConnection(target: object, done: (error: Error | null) => void): void
      }
      const error = await new Promise((resolve) => createConnection({ host: 'login.example' }, resolve))
      expect(error).toMatchObject({ code: 'ECONNREFUSED' })
    } finally {
      process.off('uncaughtException', note)
    }
    expect(uncaught).toEqual([])
  },
)

test('TLS settings that Node refuses only then are an error of the request alone', async () => {
  await using opening = await serveTcp((socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n')))
  const { createConnection } = tunnelAgent(`http://127.0.0.1:${opening.port}`, {}) as unknown as {
    createConnection(target: object, done: (error: Error | null) => void): void
  }
  const target = { host: 'login.example', checkServerIdentity: 5 }
  const error = await new Promise((resolve) => createConnection(target, resolve))
  expect(error).toBeInstanceOf(Error)
})

test.each<[string, string, boolean]>([
  ['the host', 'login.microsoftonline.com', true],
  ['its domain', 'microsoftonline.com', true],
  ['its domain with a dot', '.microsoftonline.com', true],
  ['its domain with a star', '*.microsoftonline.com', true],
  ['its top-level domain', 'com', true],
  ['every host', '*', true],
  ['one of several', 'a.example, login.microsoftonline.com', true],
  ['one of several between blanks', 'a.example login.microsoftonline.com', true],
  ['upper case', 'LOGIN.MICROSOFTONLINE.COM', true],
  ['its port', 'login.microsoftonline.com:443', true],
  ['another port', 'login.microsoftonline.com:8443', false],
  ['a part of a label', 'softonline.com', false],
  ['a look-alike', 'xmicrosoftonline.com', false],
  ['a host below it', 'a.login.microsoftonline.com', false],
  ['nothing', '', false],
  ['commas alone', ',,,', false],
  ['a dot alone', '.', false],
])('NO_PROXY may name %s', (_, value, isExempt) => {
  for (const name of ['NO_PROXY', 'no_proxy']) {
    expect(forUrl(login, { HTTPS_PROXY: proxy, [name]: value })).toBe(isExempt ? undefined : proxy)
  }
})

test.each<[string, string, boolean]>([
  ['an address', '10.1.2.3', true],
  ['a part of an address', '2.3', false],
])('NO_PROXY may name %s', (_, value, isExempt) => {
  expect(forUrl('https://10.1.2.3/', { HTTPS_PROXY: proxy, NO_PROXY: value })).toBe(isExempt ? undefined : proxy)
})

test.each(['2001:db8::5', '[2001:db8::5]', '[2001:DB8::5]:443'])('NO_PROXY may name the IPv6 address %s', (value) => {
  expect(forUrl('https://[2001:db8::5]/', { HTTPS_PROXY: proxy, NO_PROXY: value })).toBeUndefined()
  expect(forUrl('https://[2001:db8::6]/', { HTTPS_PROXY: proxy, NO_PROXY: value })).toBe(proxy)
})

test.each([
  'https://localhost/',
  'https://localhost:8443/',
  'https://localhost./',
  'https://app.localhost/',
  'https://127.0.0.1/',
  'https://127.8.8.8/',
  'https://2130706433/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://169.254.169.254/',
  'https://[fe80::1]/',
  'http://169.254.169.254/metadata/identity/oauth2/token',
  'http://login.microsoftonline.com/',
])('%s never goes through a proxy, wherever one is configured', (url) => {
  const env = { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, ALL_PROXY: proxy, https_proxy: proxy }
  expect(proxyFor(new URL(url), undefined, env)).toBeUndefined()
  expect(proxyFor(new URL(url), { host: 'proxy.example', port: 3128 }, env)).toBeUndefined()
})

test('proxyOptions win over the environment, and NO_PROXY over both', () => {
  const options = { host: 'given.example', port: 8080 }
  expect(proxyFor(new URL(login), options, { HTTPS_PROXY: proxy })).toBe('http://given.example:8080/')
  expect(proxyFor(new URL(login), options, { NO_PROXY: 'microsoftonline.com' })).toBeUndefined()
})

test.each([
  ['proxy.example', 'http://proxy.example:8080/'],
  ['http://proxy.example', 'http://proxy.example:8080/'],
  ['https://proxy.example/', 'https://proxy.example:8080/'],
  ['[2001:db8::1]', 'http://[2001:db8::1]:8080/'],
])('proxyOptions.host may be %s', (host, expected) => {
  expect(proxyFor(new URL(login), { host, port: 8080 }, {})).toBe(expected)
})

test('a user and a password keep every character, and none of them leads to another host', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1 }), (username, password) => {
      const named = proxyFor(new URL(login), { host: 'proxy.example', port: 3128, username, password }, {})
      const url = new URL(named ?? '')
      expect(url.host).toBe('proxy.example:3128')
      expect([decodeURIComponent(url.username), decodeURIComponent(url.password)]).toEqual([username, password])
    }),
  )
})

describe('behind a proxy', () => {
  const name = 'login.entrada.test'

  /** A proxy on loopback that leads every CONNECT to the emulator, and keeps no answer back. */
  const proxyTo = (emulatorUrl: string): Promise<Listening> =>
    serveTcp(async (client) => {
      const [head] = (await once(client, 'data')) as [Buffer]
      expect(head.toString()).toMatch(/^CONNECT login\.entrada\.test:443 /)
      const upstream = connect(Number(new URL(emulatorUrl).port), '127.0.0.1')
      for (const socket of [client, upstream]) socket.on('error', () => undefined)
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(client).pipe(upstream)
      client.on('close', () => upstream.destroy())
    })

  test('the certificates of tlsOptions hold', async () => {
    const world = await createWorld({ hosts: [name] })
    await using proxied = await proxyTo(world.emulator.url)
    const proxyOptions = { host: '127.0.0.1', port: proxied.port }
    const trusting = nodeTransport({ tlsOptions: { ca: world.emulator.ca.pem }, proxyOptions, env: {} })
    expect((await send(`https://${name}/`, trusting.transport)).status).toBeLessThan(500)
    trusting.close()
    const strange = nodeTransport({ proxyOptions, env: {} })
    const error = await failure(send(`https://${name}/`, strange.transport))
    expect(error.message).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    strange.close()
    await world.close()
  })

  test('close() drops the connections of first requests that came together', async () => {
    const world = await createWorld({ hosts: [name] })
    await using proxied = await proxyTo(world.emulator.url)
    const { transport, close } = nodeTransport({
      tlsOptions: { ca: world.emulator.ca.pem },
      proxyOptions: { host: '127.0.0.1', port: proxied.port },
      env: {},
    })
    await Promise.all([send(`https://${name}/`, transport), send(`https://${name}/`, transport)])
    expect(proxied.open()).toBe(2)
    close()
    await until(() => proxied.open() === 0)
    await world.close()
  })

  test('an abort while the answer is awaited ends the connection, and nothing else', async () => {
    const world = await createWorld({ hosts: [name] })
    await using proxied = await proxyTo(world.emulator.url)
    const { transport, close } = nodeTransport({
      tlsOptions: { ca: world.emulator.ca.pem },
      proxyOptions: { host: '127.0.0.1', port: proxied.port },
      env: {},
    })
    world.emulator.faults.next({ path: /./, delay: 60_000 })
    const controller = new AbortController()
    const pending = failure(send(`https://${name}/`, transport, { signal: controller.signal }))
    await until(() => world.emulator.requests.length === 1)
    controller.abort()
    expect((await pending).name).toBe('AbortError')
    await until(() => proxied.open() === 0)
    expect((await send(`https://${name}/`, transport)).status).toBeLessThan(500)
    close()
    await world.close()
  })

  test('that never answers, a request is given up at the connect deadline, and the connection with it', async () => {
    await using silent = await serveTcp((socket) => socket.resume())
    const { transport, close } = nodeTransport({
      proxyOptions: { host: '127.0.0.1', port: silent.port },
      env: {},
      connectTimeoutMs: 40,
    })
    const error = await failure(send(`https://${name}/`, transport))
    expect(error.message).toBe('ETIMEDOUT: no connection within 0.04 s')
    await until(() => silent.open() === 0)
    close()
  })
})
