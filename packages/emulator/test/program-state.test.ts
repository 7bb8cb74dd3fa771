import { X509Certificate } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { authorizePath, clientId, contosoSignsIn, redirectUri, tenantId } from './authorize-request.ts'
import { openBrowser } from './browser.ts'
import { secret } from './contoso.ts'
import { buildProgram, type Run } from './program.ts'
import { publicClientId } from './user-directory.ts'

const { folder, start, finish } = await buildProgram()

const directory = join(folder, 'directory.json')
const apps = contosoSignsIn.apps.map((app) => (app.name === 'web' ? { ...app, consent: 'required' } : app))
await writeFile(directory, JSON.stringify({ ...contosoSignsIn, apps }))

interface Place {
  run: Run
  url: string
  httpUrl: string
  /** Asks the token endpoint. */
  token(form: Record<string, string>): Promise<Record<string, unknown>>
  browser: ReturnType<typeof openBrowser>
}

async function startAt(...flags: readonly string[]): Promise<Place> {
  const run = start(...flags)
  const [, url = ''] = await run.until(/https +(https:\S+)/)
  const [, httpUrl = ''] = await run.until(/http +(http:\S+)/)
  await run.until('Ctrl+C stops it.')
  const token: Place['token'] = async (form) => {
    const body = new URLSearchParams({ client_id: clientId, client_secret: secret, ...form })
    const response = await fetch(`${httpUrl}/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body })
    return (await response.json()) as Record<string, unknown>
  }
  return { run, url, httpUrl, token, browser: openBrowser({ url: httpUrl, fetch: (...args) => fetch(...args) }) }
}

function redemption(code: string): Record<string, string> {
  return { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
}

test('a state folder outlasts the process, however that ends', async () => {
  const state = join(folder, 'state')
  const first = await startAt('--directory', directory, '--state', state)

  // Ada signs in and consents; all of her codes but one are redeemed, at the same time.
  await first.browser.open(authorizePath())
  await first.browser.submit({ action: 'password', username: 'ada@contoso.example', password: 'enchantress' })
  const consented = await first.browser.submit({ action: 'consent' })
  const redeemed = [consented.location?.searchParams.get('code') ?? '']
  const nextCode = async (): Promise<string> =>
    (await first.browser.open(authorizePath())).location?.searchParams.get('code') ?? ''
  while (redeemed.length < 10) redeemed.push(await nextCode())
  const code = await nextCode()
  // Someone is added on the emulator's own page, and a device waits.
  await first.browser.open('/')
  const added = { username: 'new@contoso.example', password: 'a-new-one', tenantId, secondFactor: 'required' }
  await first.browser.submit(added, {}, '/live/users')
  const device = await fetch(`${first.httpUrl}/${tenantId}/oauth2/v2.0/devicecode`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, scope: 'openid' }),
  })
  const { device_code: deviceCode } = (await device.json()) as { device_code: string }
  const [tokens = {}] = await Promise.all(redeemed.map((each) => first.token(redemption(each))))
  await first.run.stop('SIGKILL')

  const second = await startAt('--directory', directory, '--state', state)
  expect([second.url, second.httpUrl]).toEqual([first.url, first.httpUrl])
  const { keys } = (await (await fetch(`${second.httpUrl}/common/discovery/keys`)).json()) as {
    keys: { kid: string }[]
  }
  expect(keys.map(({ kid }) => kid)).toEqual([decodeProtectedHeader(String(tokens.access_token)).kid])
  for (const each of redeemed) {
    expect(await second.token(redemption(each))).toMatchObject({ error_codes: [54005] })
  }
  expect(await second.token(redemption(code))).toMatchObject({ token_type: 'Bearer' })
  const refresh = { grant_type: 'refresh_token', refresh_token: String(tokens.refresh_token) }
  expect(await second.token(refresh)).toMatchObject({ token_type: 'Bearer' })
  // Her browser is still signed in, and what she agreed to is not asked again.
  second.browser.cookie = first.browser.cookie
  const again = await second.browser.open(authorizePath({ prompt: 'none' }))
  expect(again.location?.searchParams.get('code')).toMatch(/^1\.AC/)
  const password = { grant_type: 'password', scope: 'openid', username: 'new@contoso.example', password: 'a-new-one' }
  expect(await second.token(password)).toMatchObject({ error_codes: [50076] })
  expect(await second.token({ grant_type: 'device_code', device_code: deviceCode })).toMatchObject({
    error: 'authorization_pending',
  })
  await second.run.stop()
})

test('a state folder has one emulator at a time, and nothing is changed by another', async () => {
  const state = join(folder, 'contended')
  const first = await startAt('--state', state)
  // What it has answered is on the disk.
  expect((await fetch(`${first.httpUrl}/readyz`)).status).toBe(200)
  const contents = (): Promise<string[]> =>
    Promise.all(['ca.pem', 'state.json'].map((name) => readFile(join(state, name), 'utf8')))
  const before = await contents()
  const { code, output, errors } = await finish('--state', state, '--port', '0', '--http-port', '0')
  expect([code, output]).toEqual([2, ''])
  expect(errors).toBe(
    `entrada-emulator: the state folder "${state}" is in use by another emulator. Stop that one, or name another folder.\n`,
  )
  expect((await contents()).join() === before.join()).toBe(true)
  await first.run.stop('SIGKILL')
  // Also by one whose start then fails.
  const { port } = new URL(first.url)
  expect((await finish('--state', state, '--port', port, '--http-port', port)).errors).toContain('EADDRINUSE')
  await (await startAt('--state', state)).run.stop()
})

test('an emulator whose start fails lets its folder go, in the same process too', async () => {
  const state = join(folder, 'released')
  await using other = await startEmulator()
  const httpPort = Number(new URL(other.httpUrl).port)
  await expect(startEmulator({ state, httpPort })).rejects.toThrow('EADDRINUSE')
  await using own = await startEmulator({ state })
  await expect(startEmulator({ state })).rejects.toThrow('is in use by another emulator')
  expect((await own.fetch(`${own.url}/readyz`)).status).toBe(200)
})

test('the authority and the generated secrets are the same after a restart', async () => {
  const state = join(folder, 'generated')
  const runs = []
  for (const _ of ['first', 'second']) {
    const { run } = await startAt('--state', state)
    const variables = ['AZURE_CLIENT_SECRET', 'AZURE_AUTHORITY_HOST', 'NODE_EXTRA_CA_CERTS'].map(run.variable)
    const [, password] = await run.until(/password (\S+)/)
    runs.push([...variables, password, await readFile(join(state, 'ca.pem'), 'utf8')])
    await run.stop()
  }
  expect(runs[1]).toEqual(runs[0])
  expect(runs[0]).toContain(join(state, 'ca-bundle.pem'))
  const modes = await Promise.all(
    [state, join(state, 'state.json')].map(async (path) => (await stat(path)).mode & 0o777),
  )
  expect(modes).toEqual([0o700, 0o600])
})

test('--ca makes its file once, and signs with what is in it from then on', async () => {
  const ca = join(folder, 'authority.pem')
  const pems = []
  for (const _ of ['first', 'second']) {
    const { run } = await startAt('--ca', ca)
    const [, path = ''] = await run.until(/CA +(\S+)/)
    pems.push(await readFile(path, 'utf8'))
    await run.stop()
  }
  expect(pems[1]).toBe(pems[0])
  expect(await readFile(ca, 'utf8')).toContain(pems[0])
  expect((await stat(ca)).mode & 0o777).toBe(0o600)
})

test('--certificate-for writes what another server needs, and not the key of the authority', async () => {
  const state = join(folder, 'shared')
  const { run } = await startAt('--state', state, '--certificate-for', 'storage', '--certificate-for', 'vault.internal')
  const certificates = join(state, 'certificates')
  const files = ['ca.pem', 'storage.key', 'storage.pem', 'vault.internal.key', 'vault.internal.pem']
  expect((await readdir(certificates)).sort()).toEqual(files)
  const [ca, pem] = await Promise.all(
    ['ca.pem', 'storage.pem'].map((name) => readFile(join(certificates, name), 'utf8')),
  )
  const certificate = new X509Certificate(pem ?? '')
  expect(certificate.verify(new X509Certificate(ca ?? '').publicKey)).toBe(true)
  expect(certificate.checkHost('storage')).toBe('storage')
  expect((await stat(join(certificates, 'storage.key'))).mode & 0o777).toBe(0o600)
  await run.stop()
})

test('a state that cannot be written is said once, and the emulator goes on', async () => {
  const state = join(folder, 'removed')
  const { run, httpUrl } = await startAt('--directory', directory, '--state', state)
  await rm(state, { recursive: true })
  for (const _ of ['first', 'second']) {
    // A code that waits for somebody is a part of the state.
    const body = new URLSearchParams({ client_id: publicClientId, scope: 'openid' })
    await (await fetch(`${httpUrl}/${tenantId}/oauth2/v2.0/devicecode`, { method: 'POST', body })).json()
  }
  await run.untilError(/state cannot be kept in "[^"]+state\.json" \(ENOENT\)\./)
  expect(await run.stop()).toEqual([0, null])
  expect(run.errors().match(/cannot be kept/g)).toHaveLength(1)
})

test.for([
  ['--state', 'state.json', 'not of this kind', 'is not the state of this version of the emulator. Remove it, or name'],
  ['--ca', '', '-----BEGIN CERTIFICATE-----\n', 'has no certificate with its private key. Write both into it'],
] as const)(
  '%s with something else is refused in words, and nothing is changed',
  async ([flag, name, text, message]) => {
    const place = join(folder, `odd${flag}`)
    const path = join(place, name)
    if (name !== '') await mkdir(place)
    await writeFile(path, text)
    const { code, output, errors } = await finish(flag, place)
    expect([code, output]).toEqual([2, ''])
    expect(errors).toMatch(/^entrada-emulator: [^\n]+\.\n$/)
    expect(errors).toContain(message)
    expect(await readFile(path, 'utf8')).toBe(text)
  },
)
