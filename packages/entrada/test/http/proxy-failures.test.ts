import { ClientSecretCredential } from 'entrada'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { clientId, failure, recognisableSecret, scope, tenantId } from '../world.ts'
import { type Listening, serveTcp } from './servers.ts'

afterEach(() => vi.unstubAllGlobals())

/** The message and the number of tries of a credential whose proxy is named by a variable. */
async function refusedBy(proxy: string, options: object = {}, name = 'HTTPS_PROXY') {
  const env = { [name]: proxy }
  const pauses: number[] = []
  const host = { env, sleep: async (milliseconds: number) => void pauses.push(milliseconds) }
  await using credential = new ClientSecretCredential(tenantId, clientId, recognisableSecret, { host, ...options })
  const { message } = await failure(credential.getToken(scope))
  return { message, retries: pauses.length }
}

const answering = (head: string): Promise<Listening> =>
  serveTcp((socket) => socket.once('data', () => socket.end(head)))
const through = (place: string, why: string): RegExp =>
  new RegExp(`login\\.microsoftonline\\.com could not be reached through the proxy ${place}: ${why}\\. Check `)

describe('on Node, a failure names the proxy', () => {
  test('that refuses, and what to check there', async () => {
    await using proxy = await answering('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    const { message, retries } = await refusedBy(`http://me:hidden@127.0.0.1:${proxy.port}`)
    expect(message).toMatch(through(`127.0.0.1:${proxy.port}`, '.*the proxy refused the connection \\(HTTP 407\\)'))
    expect(message).toContain('Check HTTPS_PROXY or proxyOptions: the user name, the password')
    expect(message).not.toMatch(/hidden|me@/)
    expect(retries).toBe(0)
  })

  test('that is not there, which the code of the connection does not say', async () => {
    const { message, retries } = await refusedBy('http://127.0.0.1:1')
    expect(message).toMatch(through('127.0.0.1:1', 'connect ECONNREFUSED 127.0.0.1:1'))
    expect(message).toContain('Check the proxy (HTTPS_PROXY or proxyOptions), the network')
    expect(retries).toBe(3)
  })

  test('that proxyOptions name', async () => {
    const { message } = await refusedBy('', { proxyOptions: { host: '127.0.0.1', port: 1 } })
    expect(message).toMatch(through('127.0.0.1:1', '.*ECONNREFUSED.*'))
  })

  test('unless the request went past it', async () => {
    const { message } = await refusedBy('http://127.0.0.1:1', { authorityHost: 'https://127.0.0.1:2' })
    expect(message).toContain('127.0.0.1:2 could not be reached: connect ECONNREFUSED 127.0.0.1:2. Check the network')
  })
})

describe.each(['Deno/2.9.6', 'Bun/1.4.5'])('on %s, whose fetch connects to the proxy, a failure', (runtime) => {
  const failing = (error: Error): void => {
    vi.stubGlobal('navigator', { userAgent: runtime })
    vi.stubGlobal('fetch', () => Promise.reject(error))
  }
  const bun407 = Object.assign(new Error('Proxy refused to open a tunnel: 407 Proxy Authentication Required'), {
    code: 'ERR_PROXY_TUNNEL',
  })
  const bun502 = Object.assign(new Error('Proxy refused to open a tunnel: 502 Bad Gateway'), {
    code: 'ERR_PROXY_TUNNEL',
  })
  const deno407 = new TypeError('error sending request', { cause: new Error('proxy authentication required') })

  test.each([bun407, deno407])('names a proxy that refuses, and is not tried again', async (error) => {
    failing(error)
    const { message, retries } = await refusedBy('http://me:hidden@proxy.example:3128')
    expect(message).toMatch(through('proxy.example:3128', '.*'))
    expect(message).toContain('Check HTTPS_PROXY or proxyOptions: the user name, the password')
    expect(message).not.toContain('hidden')
    expect(retries).toBe(0)
  })

  test('names a proxy that is not there, without advice about an argument of fetch', async () => {
    const advice = ' For more information, pass `verbose: true` in the second argument to fetch()'
    failing(Object.assign(new Error(`Unable to connect.${advice}`), { code: 'ECONNREFUSED' }))
    const { message, retries } = await refusedBy('http://proxy.example:3128', {}, 'https_proxy')
    expect(message).toMatch(through('proxy.example:3128', 'ECONNREFUSED: Unable to connect'))
    expect(retries).toBe(3)
  })

  test('of a gateway may pass', async () => {
    failing(bun502)
    expect(await refusedBy('http://proxy.example:3128')).toMatchObject({ retries: 3 })
  })

  test('says what is wrong with the variable', async () => {
    failing(new Error('UnsupportedProxyProtocol'))
    const { message } = await refusedBy('socks5://proxy.example')
    expect(message).toContain('HTTPS_PROXY is not the address of an http or https proxy. Correct the variable')
  })

  test('without a proxy is as it was', async () => {
    failing(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))
    const { message } = await refusedBy('')
    expect(message).toContain('login.microsoftonline.com could not be reached: ECONNREFUSED: no. Check the network')
  })
})
