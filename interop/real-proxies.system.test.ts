import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { type AccessToken, ClientSecretCredential, type ClientSecretCredentialOptions } from 'entrada'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { component, openssl, squid, tinyproxy } from './components.ts'
import { freePort } from './free-port.ts'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

// A name that the proxy alone knows, so that a request which goes past it reaches nobody.
const name = 'login.entrada.invalid'
const account = { username: 'ada@contoso', password: 'p:ss w/rd-ü' }

const isHere = [component(squid), component(tinyproxy), component(openssl)].every(Boolean)
const ends: (() => unknown)[] = []
let folder: string
let emulator: Emulator
/** Squid's ports: with accounts, and over TLS; then Tinyproxy's, whose upstream is Squid. */
let ports: { squid: number; open: number; tls: number; tinyproxy: number }

beforeAll(async () => {
  if (!isHere) return
  folder = mkdtempSync(join(tmpdir(), 'entrada-proxies-'))
  chmodSync(folder, 0o755)
  ends.push(() => rmSync(folder, { recursive: true, force: true }))
  emulator = await startTrustedEmulator({ hosts: [name] })
  ends.push(() => emulator.close())
  const [aSquid, anOpen, aTls, aTinyproxy] = (await Promise.all([1, 2, 3, 4].map(freePort))) as [
    number,
    number,
    number,
    number,
  ]
  ports = { squid: aSquid, open: anOpen, tls: aTls, tinyproxy: aTinyproxy }
  const at = (file: string): string => join(folder, file)
  writeFileSync(at('hosts'), `127.0.0.1 ${name}\n`)
  const hash = execFileSync('openssl', ['passwd', '-apr1', account.password], { encoding: 'utf8' }).trim()
  writeFileSync(at('accounts'), `${account.username}:${hash}\n`)
  execFileSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=proxy'],
    ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', at('proxy.key'), '-out', at('proxy.pem')],
  ])
  for (const file of ['proxy.key', 'accounts', 'hosts', 'proxy.pem']) chmodSync(at(file), 0o644)
  writeFileSync(
    at('squid.conf'),
    `http_port 127.0.0.1:${ports.squid} name=accounts
http_port 127.0.0.1:${ports.open} name=open
https_port 127.0.0.1:${ports.tls} name=tls tls-cert=${at('proxy.pem')} tls-key=${at('proxy.key')}
hosts_file ${at('hosts')}
auth_param basic program /usr/lib/squid/basic_ncsa_auth ${at('accounts')}
auth_param basic utf8 off
acl known proxy_auth REQUIRED
acl asksAccounts myportname accounts
acl asksTls myportname tls
http_access allow asksAccounts known
http_access deny asksAccounts
http_access allow localhost
http_access deny all
cache deny all
access_log none
cache_log ${at('squid.log')}
pid_filename none
shutdown_lifetime 0 seconds
coredump_dir ${folder}
`,
  )
  writeFileSync(
    at('tinyproxy.conf'),
    `Port ${ports.tinyproxy}\nListen 127.0.0.1\nTimeout 60\nAllow 127.0.0.1\nBasicAuth ada secret-pass\nUpstream http 127.0.0.1:${ports.open}\n`,
  )
  // Squid writes its log as the user that it becomes.
  writeFileSync(at('squid.log'), '')
  chmodSync(at('squid.log'), 0o666)
  start('/usr/sbin/squid', ['-N', '-f', at('squid.conf')])
  start('/usr/bin/tinyproxy', ['-d', '-c', at('tinyproxy.conf')])
  for (const port of Object.values(ports)) await listening(port)
}, 60_000)

afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

const ca = (): string => `${emulator.ca.pem}\n${execFileSync('cat', [join(folder, 'proxy.pem')], { encoding: 'utf8' })}`

/** Asks for a token through a proxy. */
async function ask(HTTPS_PROXY: string, options: ClientSecretCredentialOptions = {}): Promise<AccessToken> {
  const { tenantId, clientId, clientSecret } = applicationOf(emulator)
  await using credential = new ClientSecretCredential(tenantId, clientId, clientSecret, {
    authorityHost: `https://${name}:${new URL(emulator.url).port}`,
    tlsOptions: { ca: ca() },
    retryOptions: { maxRetries: 0 },
    host: { env: { HTTPS_PROXY } },
    ...options,
  })
  return await credential.getToken('https://vault.azure.net/.default')
}

const user = `${encodeURIComponent(account.username)}:${encodeURIComponent(account.password)}`

describe('Squid', () => {
  test('leads to Entra ID', async () => {
    expect((await ask(`http://127.0.0.1:${ports.open}`)).token).toBeTruthy()
  })

  test('with Basic authentication, by the address and by proxyOptions', async () => {
    expect((await ask(`http://${user}@127.0.0.1:${ports.squid}`)).token).toBeTruthy()
    expect((await ask('', { proxyOptions: { host: '127.0.0.1', port: ports.squid, ...account } })).token).toBeTruthy()
  })

  test.each(['', 'ada:wrong@'])('refuses whoever has no account (%j), which is not tried again', async (who) => {
    const retries: unknown[] = []
    const asking = ask(`http://${who}127.0.0.1:${ports.squid}`, {
      retryOptions: { maxRetries: 3 },
      onEvent: (event) => event.type === 'request-retried' && retries.push(event),
    })
    await expect(asking).rejects.toThrow(/the proxy refused the connection \(HTTP 407\)/)
    expect(retries).toEqual([])
  })

  test('over TLS, by the name of the proxy and by its address', async () => {
    expect((await ask(`https://localhost:${ports.tls}`)).token).toBeTruthy()
    expect((await ask(`https://127.0.0.1:${ports.tls}`)).token).toBeTruthy()
  })

  test('over TLS with a certificate that nobody vouches for gets nothing', async () => {
    const tlsOptions = { ca: emulator.ca.pem }
    await expect(ask(`https://localhost:${ports.tls}`, { tlsOptions })).rejects.toThrow(/SELF_SIGNED|self-signed/)
  })

  test('is asked for an IPv6 address in brackets', async () => {
    // Nobody is there: what tells is that Squid understood the address, and could not reach it.
    const authorityHost = 'https://[2001:db8::5]'
    await expect(ask(`http://127.0.0.1:${ports.open}`, { authorityHost })).rejects.toThrow(/HTTP 50[0-9]/)
  })
})

describe('Tinyproxy', () => {
  test('leads on to Squid, and so to Entra ID', async () => {
    expect((await ask(`http://ada:secret-pass@127.0.0.1:${ports.tinyproxy}`)).token).toBeTruthy()
  })

  test.each(['', 'ada:wrong@'])('refuses whoever has no account (%j)', async (who) => {
    const asking = ask(`http://${who}127.0.0.1:${ports.tinyproxy}`)
    await expect(asking).rejects.toThrow(/the proxy refused the connection \(HTTP 40[17]\)/)
  })
})

function start(program: string, args: readonly string[]): void {
  const child = spawn(program, args, { stdio: 'ignore' })
  ends.push(async () => {
    if (child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  })
}

/** Resolves when somebody listens. */
async function listening(port: number): Promise<void> {
  const end = performance.now() + 30_000
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (isThere === true) return
    if (performance.now() > end) throw new Error(`nobody listens on ${port}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
