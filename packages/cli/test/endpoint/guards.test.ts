import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { boundedServer, usualBounds } from '../../src/endpoint/bounded-server.ts'
import { listenAt } from '../../src/endpoint/listening.ts'
import { startForTest } from './started.ts'

const resource = 'https://vault.azure.net'

test.for([
  ['Origin', 'null'],
  ['Sec-Fetch-Site', 'none'],
  ['X-Forwarded-For', '127.0.0.1'],
  ['X-Forwarded-Host', 'localhost'],
  ['X-Forwarded-Proto', 'http'],
  ['X-Real-IP', '127.0.0.1'],
  ['Forwarded', 'for=127.0.0.1'],
  ['Via', '1.1 proxy'],
] as const)('a request with %s is refused, with the secret too', async ([header, value]) => {
  const { askAppService, asked } = await startForTest()
  const { status, body, headers } = await askAppService({ [header]: value })
  expect(status).toBe(403)
  expect(JSON.stringify(body)).toContain(`the request has the header ${header.toLowerCase()}.`)
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  expect(asked).toEqual([])
})

test('what says that a proxy sent a request is seen behind a hundred other headers', async () => {
  const { askAppService, asked } = await startForTest()
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`x-${index}`, 'a']))
  expect((await askAppService({ ...many, 'X-Forwarded-For': '127.0.0.1' })).status).toBe(403)
  expect((await askAppService({ ...many, Host: 'evil.example' })).status).toBe(403)
  expect(asked).toEqual([])
})

test('a question mark is a part of what is asked for', async () => {
  const { ask, secret, asked } = await startForTest()
  const target = '/msi/token?api-version=2019-08-01&resource=api://shop?a'
  expect((await ask({ target, headers: { 'x-identity-header': secret } })).status).toBe(200)
  expect(JSON.stringify(asked)).toContain('api://shop?a/.default')
})

test('Node’s own fetch is no browser', async () => {
  const { port, secret } = await startForTest()
  const url = `http://127.0.0.1:${port}/msi/token?api-version=2019-08-01&resource=${resource}`
  const response = await fetch(url, { headers: { 'x-identity-header': secret } })
  expect(response.status).toBe(200)
})

test.for(['evil.example', 'localhost', 'localhost.evil.example', '127.0.0.1:1', '169.254.169.254', ''])(
  'the host name %j is not answered (DNS rebinding)',
  async (host) => {
    const { askAppService, asked } = await startForTest()
    expect((await askAppService({ Host: host })).status).toBe(403)
    expect(asked).toEqual([])
  },
)

test('the names of loopback are answered, and those that were given', async () => {
  const { port, askAppService } = await startForTest({ hosts: ['Host.Docker.Internal'] })
  for (const name of ['localhost', 'LOCALHOST', '[::1]', 'host.docker.internal']) {
    expect((await askAppService({ Host: `${name}:${port}` })).status).toBe(200)
  }
})

test('an address in the request line, which would stand above Host, is refused', async () => {
  const { port, ask, secret } = await startForTest()
  const target = `http://127.0.0.1:${port}/msi/token?api-version=2019-08-01&resource=${resource}`
  expect((await ask({ target, headers: { 'x-identity-header': secret } })).status).toBe(400)
})

test.for(['OPTIONS', 'POST', 'HEAD', 'PUT'])('%s is not how tokens are asked for', async (method) => {
  const { ask, secret, asked } = await startForTest()
  const target = `/msi/token?api-version=2019-08-01&resource=${resource}`
  expect((await ask({ method, target, headers: { 'x-identity-header': secret } })).status).toBe(405)
  expect(asked).toEqual([])
})

test.for([
  ['missing', undefined],
  ['empty', ''],
  ['wrong', '0'.repeat(64)],
  ['too long', 'x'.repeat(4000)],
] as const)('a secret that is %s gets nothing', async ([, secret]) => {
  const { ask, asked, audited } = await startForTest()
  const target = `/msi/token?api-version=2019-08-01&resource=${resource}`
  expect((await ask({ target, headers: secret === undefined ? {} : { 'x-identity-header': secret } })).status).toBe(403)
  expect(asked).toEqual([])
  expect(audited).toMatchObject([{ status: 403, reason: expect.stringMatching(/^The secret is (missing|wrong)\.$/) }])
})

test('the secret twice is not the secret', async () => {
  const { port, secret } = await startForTest()
  const socket = connect(port ?? 0, '127.0.0.1')
  const header = `x-identity-header: ${secret}\r\n`
  const target = `/msi/token?api-version=2019-08-01&resource=${resource}`
  socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${header}${header}\r\n`)
  expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 403/)
})

test('part of the secret and the secret with something after it are wrong in the path', async () => {
  const { ask, secret, asked } = await startForTest({
    secretless: ['imds'],
    world: { peerUser: async () => undefined },
  })
  for (const wrong of [`${secret.slice(0, 63)}g`, secret.slice(0, 63), `${secret}0`, '0'.repeat(64)]) {
    const target = `/${wrong}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${resource}`
    expect([403, 404]).toContain((await ask({ target, headers: { Metadata: 'true' } })).status)
  }
  expect(asked).toEqual([])
})

test.for([
  {
    family: 'imds',
    method: 'GET',
    target: `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${resource}`,
  },
  { family: 'cloud-shell', method: 'POST', target: '/oauth2/token' },
])('$family, whose clients send no secret, is off unless it is asked for', async ({ family, method, target }) => {
  const { ask, secret, asked } = await startForTest()
  for (const path of [target, `/${secret}${target}`]) {
    const { status, body } = await ask({ method, target: path, headers: { Metadata: 'true' } })
    expect(status).toBe(404)
    expect(JSON.stringify(body)).toContain(`--for ${family} allows them`)
  }
  expect(asked).toEqual([])
})

const withoutSecret = {
  target: `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${resource}`,
  headers: { Metadata: 'true' },
}

test('a client without a secret that runs as this user is answered', async ({ skip }) => {
  if (process.platform !== 'linux') skip('Only Linux tells the user of a connection.')
  const { ask } = await startForTest({ secretless: ['imds'] })
  expect((await ask(withoutSecret)).status).toBe(200)
})

test('one that runs as another user is refused', async ({ skip }) => {
  if (process.platform !== 'linux') skip('Only Linux tells the user of a connection.')
  const { ask, asked } = await startForTest({
    secretless: ['imds'],
    world: { ownUser: () => (process.getuid?.() ?? 0) + 1 },
  })
  const { status, body } = await ask(withoutSecret)
  expect(status).toBe(403)
  expect(body.error_description).toMatch(
    /the client runs as another user \(id \d+\)\. Use the whole address, with the secret in it\.$/,
  )
  expect(asked).toEqual([])
})

test.for([
  ['the table does not have the connection', { peerUser: async () => undefined }],
  ['there are no user ids', { ownUser: () => undefined }],
] as const)('one whose user cannot be told is refused: %s', async ([, world]) => {
  const { ask } = await startForTest({ secretless: ['imds'], world })
  const { status, body } = await ask(withoutSecret)
  expect(status).toBe(403)
  expect(body.error_description).toMatch(/which user the client runs as cannot be told here/)
})

test('only scopes of the list are given', async () => {
  const { askAppService, asked, audited } = await startForTest({ allowScopes: ['https://Vault.azure.net/.default'] })
  const ofResource = (name: string) => askAppService({}, `api-version=2019-08-01&resource=${name}`)
  for (const name of [resource, `${resource}/`, `${resource}/.default`])
    expect((await ofResource(name)).status).toBe(200)
  asked.length = 0
  const refused = await ofResource('https://management.azure.com')
  expect(refused).toMatchObject({
    status: 403,
    body: { message: 'https://management.azure.com is not on the list of this endpoint. --allow-scope adds it.' },
  })
  expect((await ofResource(`${resource}.evil.example`)).status).toBe(403)
  expect(asked).toEqual([])
  expect(audited.at(-2)).toMatchObject({ resource: 'https://management.azure.com', status: 403 })
})

test('the list holds for assertions too', async () => {
  const { ask, secret } = await startForTest({
    allowScopes: [resource],
    assertion: async () => ({ token: 'assertion', expiresOnTimestamp: 0 }),
  })
  expect((await ask({ target: '/oidc/token?audience=a', headers: { authorization: `Bearer ${secret}` } })).status).toBe(
    403,
  )
})

test('more requests than the limit are told to come again, and the limit is one of time', async () => {
  let clock = 0
  const { askAppService, asked } = await startForTest({
    limit: { perSecond: 1, burst: 2, concurrent: 9 },
    world: { monotonic: () => clock },
  })
  const statuses = [await askAppService(), await askAppService(), await askAppService()].map(({ status }) => status)
  expect(statuses).toEqual([200, 200, 429])
  clock = 999
  const refused = await askAppService()
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1'])
  clock = 1000
  expect((await askAppService()).status).toBe(200)
  expect(asked.length).toBe(3)
})

test('no more than so many are answered at a time, and a client that leaves frees its place', async () => {
  const { promise: isAsked, resolve: note } = deferred()
  const { promise: hasLeft, resolve: leave } = deferred()
  let count = 0
  const { port, secret, askAppService } = await startForTest({
    limit: { perSecond: 100, burst: 100, concurrent: 1 },
    getToken: async (_scope, { abortSignal } = {}) => {
      if (++count > 1) return { token: 'second', expiresOnTimestamp: 0 }
      note()
      await new Promise<void>((resolve) => abortSignal?.addEventListener('abort', () => resolve()))
      leave()
      throw new Error('aborted')
    },
  })
  const first = connect(port ?? 0, '127.0.0.1')
  const target = `/msi/token?api-version=2019-08-01&resource=${resource}`
  first.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nx-identity-header: ${secret}\r\n\r\n`)
  await isAsked
  expect((await askAppService()).status).toBe(429)
  first.destroy()
  await hasLeft
  expect((await askAppService()).body.access_token).toBe('second')
})

test('a client that was refused for its secret takes nothing from the others’ limit', async () => {
  const { askAppService } = await startForTest({
    limit: { perSecond: 1, burst: 1, concurrent: 1 },
    world: { monotonic: () => 0 },
  })
  for (let count = 0; count < 50; count++) await askAppService({ 'X-IDENTITY-HEADER': 'wrong' })
  expect((await askAppService()).status).toBe(200)
})

test.for([
  ['a head that is too long', `GET / HTTP/1.1\r\nHost: x\r\nx-long: ${'x'.repeat(9000)}\r\n\r\n`, /^HTTP\/1\.1 431/],
  [
    'a body that is too long',
    `POST /oauth2/token HTTP/1.1\r\nHost: HOST\r\nContent-Length: 9000\r\n\r\n${'x'.repeat(9000)}`,
    /^HTTP\/1\.1 413/,
  ],
  ['a head that does not end', 'GET / HTTP/1.1\r\nHost: x\r\n', /^HTTP\/1\.1 408/],
  [
    'a body that does not come',
    'POST /oauth2/token HTTP/1.1\r\nHost: HOST\r\nContent-Length: 9\r\n\r\n',
    /^HTTP\/1\.1 408|^$/,
  ],
  ['what is no HTTP', 'EHLO x\r\n\r\n', /^HTTP\/1\.1 400/],
] as const)('%s ends the connection', async ([, text, expected]) => {
  const { port } = await startForTest({ bounds: { headTime: 100, requestTime: 200 } })
  const socket = connect(port ?? 0, '127.0.0.1')
  socket.write(text.replace('HOST', `127.0.0.1:${port}`))
  expect(await textOf(socket)).toMatch(expected)
})

test('a client that does not read its response loses the connection', async () => {
  const { promise: isClosed, resolve } = deferred()
  const server = boundedServer({ ...usualBounds, responseTime: 50 }, (request, response) => {
    request.socket.once('close', () => resolve())
    // More than the system's buffers hold.
    response.end(Buffer.alloc(32 * 1024 * 1024))
  })
  onTestFinished(() => void server.close())
  const port = await listenAt(server, { address: '127.0.0.1', port: 0 })
  const socket = connect(port ?? 0, '127.0.0.1')
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await isClosed
  socket.destroy()
})

test('silent connections do not keep anybody out', async () => {
  const { port, askAppService } = await startForTest({ bounds: { connections: 8 } })
  const silent = Array.from({ length: 20 }, () => connect(port ?? 0, '127.0.0.1'))
  await Promise.all(silent.map((socket) => once(socket, 'connect')))
  for (let count = 0; count < 20; count++) expect((await askAppService()).status).toBe(200)
  for (const socket of silent) socket.destroy()
})

async function textOf(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  socket.on('error', () => undefined)
  await once(socket, 'close')
  return text
}

function deferred(): { promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
