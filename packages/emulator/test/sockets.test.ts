import { KeyObject, webcrypto, X509Certificate } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { connect } from 'node:tls'
import { afterAll, describe, expect, test } from 'vitest'
import { createCertificateAuthority, startEmulator } from '../src/index.ts'
import { signCertificate } from '../src/pki/certificate.ts'
import { clientId, contoso, secret, tenantId } from './contoso.ts'

const ca = await createCertificateAuthority()
const emulator = await startEmulator({ directory: contoso, ca, hosts: ['login.microsoftonline.com'] })
afterAll(() => emulator.close())

const path = `/${tenantId}/oauth2/v2.0/token`
const form = new URLSearchParams({
  grant_type: 'client_credentials',
  client_id: clientId,
  client_secret: secret,
  scope: 'https://storage.azure.com/.default',
}).toString()
const post = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }

interface Received {
  status: number | undefined
  body: string
}

/** Node's own client, trusting only the emulator's authority. */
function send(url: string, options: RequestOptions = {}, body = ''): Promise<Received> {
  const start = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const receive = async (message: IncomingMessage): Promise<void> => {
      message.setEncoding('utf8')
      let text = ''
      for await (const chunk of message) text += chunk
      resolve({ status: message.statusCode, body: text })
    }
    const sending = start(url, { ca: ca.certificate, agent: false, ...options }, (message) => {
      receive(message).catch(reject)
    })
    sending.on('error', reject)
    sending.end(body)
  })
}

describe('over sockets', () => {
  test.for(['https', 'http'])('a token comes by %s', async (scheme) => {
    const base = scheme === 'https' ? emulator.url : emulator.httpUrl
    const { status, body } = await send(base + path, post, form)
    expect(status).toBe(200)
    expect(JSON.parse(body)).toHaveProperty('access_token')
  })

  test('metadata follows the scheme', async () => {
    const { body } = await send(`${emulator.httpUrl}/common/v2.0/.well-known/openid-configuration`)
    expect(JSON.parse(body).token_endpoint).toBe(`${emulator.httpUrl}/common/oauth2/v2.0/token`)
  })

  test.for(['evil.example', 'a b', 'localhost/@evil.example'])('the Host %j gets 421', async (host) => {
    expect((await send(emulator.httpUrl, { headers: { host } })).status).toBe(421)
  })

  test('two Hosts get 421, whichever of them is ours', async () => {
    const headers = ['host', 'localhost', 'host', 'evil.example']
    expect((await send(emulator.httpUrl, { headers })).status).toBe(421)
  })

  test.for(['TRACE', 'PURGE'])('%s, which nothing here takes, gets 405', async (method) => {
    expect((await send(emulator.httpUrl, { method })).status).toBe(405)
  })

  test('an address with another host inside is not followed there', async () => {
    const { status } = await send(emulator.httpUrl, { path: 'http://evil.example/x' })
    expect(status).toBe(421)
  })

  test('HEAD has no body', async () => {
    expect(await send(emulator.httpUrl, { method: 'HEAD' })).toEqual({ status: 200, body: '' })
  })

  test('a body above 1 MiB gets 413', async () => {
    const { status } = await send(emulator.url + path, post, `${form}&x=${'y'.repeat(2 ** 20)}`)
    expect(status).toBe(413)
  })

  test('a form with more fields than any client sends gets 413, and is kept nowhere', async () => {
    const fields = Array.from({ length: 257 }, (_, index) => `f${index}=`)
    expect((await send(emulator.url + path, post, fields.join('&'))).status).toBe(413)
    expect(emulator.requests.at(-1)?.form).toEqual({})
    expect((await send(emulator.url + path, post, `${form}&${fields.slice(5).join('&')}`)).status).toBe(200)
  })
})

describe('faults reach the socket', () => {
  test('drop closes it without an answer', async () => {
    emulator.faults.next({ drop: true })
    await expect(send(emulator.url + path, post, form)).rejects.toThrow('socket hang up')
  })

  test.for(['https', 'http'])('truncate breaks off half-way, by %s', async (scheme) => {
    emulator.faults.next({ truncate: true })
    const base = scheme === 'https' ? emulator.url : emulator.httpUrl
    await expect(send(base + path, post, form)).rejects.toThrow('aborted')
  })

  test('truncate works on an empty body too', async () => {
    emulator.faults.next({ truncate: true, body: '' })
    await expect(send(emulator.httpUrl + path, post, form)).rejects.toThrow('aborted')
  })
})

describe('the server’s certificate', () => {
  test('is the one of the given authority, for loopback and the listed hosts', async () => {
    const socket = connect({
      port: Number(new URL(emulator.url).port),
      host: '127.0.0.1',
      servername: 'localhost',
      ca: ca.certificate,
    })
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
    const certificate = new X509Certificate(socket.getPeerCertificate().raw)
    socket.destroy()
    expect(certificate.subjectAltName).toBe(
      'DNS:localhost, DNS:*.localhost, DNS:login.microsoftonline.com, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    )
    expect(certificate.verify(new X509Certificate(ca.certificate).publicKey)).toBe(true)
    expect(emulator.ca.pem).toBe(ca.certificate)
  })

  test('may be signed by an RSA authority', async () => {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048 }
    const keys = await webcrypto.subtle.generateKey({ ...algorithm, publicExponent: new Uint8Array([1, 0, 1]) }, true, [
      'sign',
      'verify',
    ])
    const { pem: certificate } = await signCertificate({
      commonName: 'entrada RSA test CA – do not trust',
      publicKey: keys.publicKey,
      issuer: { key: keys.privateKey },
      purpose: 'authority',
    })
    const privateKey = KeyObject.from(keys.privateKey).export({ type: 'pkcs1', format: 'pem' }).toString()
    await using other = await startEmulator({ ca: { certificate, privateKey } })
    expect(await send(other.url, { ca: certificate })).toMatchObject({ status: 200 })
  })

  test('is not trusted by anyone else', async () => {
    const other = await createCertificateAuthority()
    await expect(send(emulator.url, { ca: other.certificate })).rejects.toThrow('certificate')
  })

  test('comes from an authority that says it is not to be trusted', () => {
    const { subject, ca: isAuthority } = new X509Certificate(ca.certificate)
    expect(subject).toBe('CN=entrada emulator test CA – do not trust')
    expect(isAuthority).toBe(true)
  })
})

test('a second Host is refused behind two thousand other headers, too', async () => {
  const { hostname, port, host } = new URL(emulator.httpUrl)
  const socket = connectPlain(Number(port), hostname)
  const head = [`GET / HTTP/1.1`, `Host: ${host}`, ...Array(2001).fill('a:b'), 'Host: evil.example']
  socket.write(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n`)
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += chunk
  expect(text.split('\r\n')[0]).toMatch(/^HTTP\/1\.1 421 /)
})
