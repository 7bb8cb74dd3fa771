import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { createCertificateAuthority, createServerCertificate, startEmulator } from '../src/index.ts'

const ca = await createCertificateAuthority()

/** Whether a client that trusts `ca` accepts the server at a port as the one with this name. */
function accepts(port: number, servername: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca: ca.certificate, servername }, () => {
      resolve(true)
      socket.destroy()
    })
    socket.on('error', () => resolve(false))
  })
}

test('a server of one’s own gets a certificate for any names, beside those of loopback', async () => {
  const { certificate, privateKey } = await createServerCertificate(ca, ['storage.internal', '*.vault.internal'])
  const server = createServer({ cert: certificate, key: privateKey }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const names = ['localhost', 'storage.internal', 'one.vault.internal', 'vault.internal', 'evil.example']
  const accepted = await Promise.all(names.map((name) => accepts(port, name)))
  expect(accepted).toEqual([true, true, true, false, false])
  server.close()
})

test('the emulator answers to the names in its certificate, and to no others', async () => {
  await using emulator = await startEmulator({ ca, hosts: ['*.login.internal', '192.0.2.7', 'FD00:0::1'] })
  const { port } = new URL(emulator.url)
  expect(await accepts(Number(port), 'eu.login.internal')).toBe(true)
  const hosts = ['eu.login.internal', '192.0.2.7', '[fd00::1]', 'login.internal', 'a.b.login.internal', '192.0.2.8']
  const statuses = await Promise.all(
    hosts.map(async (host) => (await emulator.fetch(`${emulator.url}/nothing`, { headers: { host } })).status),
  )
  expect(statuses).toEqual([404, 404, 404, 421, 421, 421])
})

test.for([
  [
    { hosts: ['https://x.example'] },
    'createServerCertificate: hosts contains "https://x.example", which is not a host',
  ],
  [{ ca: { certificate: 'x', privateKey: 'y' } }, 'createServerCertificate: ca is not a PEM certificate with its PEM'],
] as const)('what is wrong with %j is said in words', async ([given, message]) => {
  const { hosts = [], ca: authority = ca } = given as { hosts?: string[]; ca?: typeof ca }
  await expect(createServerCertificate(authority, hosts)).rejects.toThrow(message)
})
