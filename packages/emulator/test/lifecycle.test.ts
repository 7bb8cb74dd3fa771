import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createCertificateAuthority, type EmulatorOptions, startEmulator } from '../src/index.ts'
import { contoso } from './contoso.ts'
import { requestToken } from './token-request.ts'

describe('it does not start', () => {
  const loopbackOnly = 'is not a loopback address, and anyone who reaches the emulator gets tokens. Use 127.0.0.1'

  test.for<[EmulatorOptions, string]>([
    [{ hostname: '0.0.0.0' }, loopbackOnly],
    [{ hostname: '::' }, loopbackOnly],
    [{ hostname: '' }, loopbackOnly],
    [{ hostname: 'example.com' }, loopbackOnly],
    [{ port: 70_000 }, 'port 70000 is not a port. Use 0 to 65535'],
    [{ httpPort: 1.5 }, 'httpPort 1.5 is not a port.'],
    [{ hosts: ['https://x.example'] }, 'hosts contains "https://x.example", which is not a host name.'],
    [{ issuer: 'x' as 'local' }, `issuer "x" is unknown. Use 'local' or 'public-cloud'.`],
    [{ tokenLifetimeSeconds: -1 }, 'tokenLifetimeSeconds -1 is not a number of seconds.'],
    [{ ca: { certificate: 'x', privateKey: 'y' } }, 'ca is not a PEM certificate with its PEM private key.'],
  ])('with %j', async ([options, message]) => {
    const error = await startEmulator(options).catch((refused: unknown) => refused)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(`startEmulator: ${message.startsWith('is not a') ? 'hostname' : message}`)
    expect(String(error)).toContain(message)
  })

  test('with the key of another authority', async () => {
    const [one, two] = await Promise.all([createCertificateAuthority(), createCertificateAuthority()])
    const ca = { certificate: one.certificate, privateKey: two.privateKey }
    await expect(startEmulator({ ca })).rejects.toThrow('or ca.privateKey is not its key')
  })

  test('with a key of a kind that TLS clients do not take', async () => {
    const { certificate } = await createCertificateAuthority()
    const { privateKey } = generateKeyPairSync('ed25519')
    const ca = { certificate, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
    await expect(startEmulator({ ca })).rejects.toThrow('ca.privateKey is of type "ed25519". Use an RSA or EC key')
  })

  test('on a port that is taken, and leaves nothing behind', async () => {
    await using first = await startEmulator()
    const httpPort = Number(new URL(first.httpUrl).port)
    const sockets = openServers()
    await expect(startEmulator({ httpPort })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${httpPort} (EADDRINUSE). Choose another port, or 0 for a free one.`,
    )
    await expect.poll(openServers).toBe(sockets)
  })
})

test('it listens beyond loopback when that is allowed', async () => {
  await using emulator = await startEmulator({ hostname: '0.0.0.0', allowNonLoopback: true })
  expect(emulator.url).toMatch(/^https:\/\/localhost:\d+$/)
})

test('it does not change the options it is given', async () => {
  const options: EmulatorOptions = Object.freeze({ directory: deepFrozen(structuredClone(contoso)), hosts: [] })
  await using emulator = await startEmulator(options)
  expect((await requestToken(emulator)).status).toBe(200)
})

test('its CA file holds only its CA, for this user alone, and goes with it', async () => {
  const emulator = await startEmulator()
  const { path, pem } = emulator.ca
  expect(readFileSync(path, 'utf8')).toBe(pem)
  expect(pem.match(/BEGIN/g)).toHaveLength(1)
  expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700])
  await emulator.close()
  expect(existsSync(dirname(path))).toBe(false)
})

test('closing twice is closing once, and no handle is left', async () => {
  const before = openServers()
  const emulator = await startEmulator({ directory: contoso })
  const response = await fetch(emulator.httpUrl)
  expect(response.status).toBe(200)
  await Promise.all([emulator.close(), emulator.close()])
  await emulator.close()
  expect(openServers()).toBe(before)
  await expect(fetch(emulator.httpUrl)).rejects.toThrow('fetch failed')
})

test('fetch works detached', async () => {
  await using emulator = await startEmulator()
  const { fetch: detached } = emulator
  expect((await detached(new URL('/', emulator.url))).status).toBe(200)
  expect((await detached(new Request(emulator.url))).status).toBe(200)
  expect((await emulator.handler(new Request(emulator.url))).status).toBe(200)
})

function openServers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFrozen)
  return Object.freeze(value)
}
