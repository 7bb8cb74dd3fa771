import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'
import { createServerCertificate, startEmulator } from '../src/index.ts'
import { contoso } from './contoso.ts'

test('one file has its authority, the one that Node was told of, and those of the system', async () => {
  await using emulator = await startEmulator({ directory: contoso })
  const bundle = await readFile(emulator.ca.bundlePath, 'utf8')
  expect(emulator.env().NODE_EXTRA_CA_CERTS).toBe(emulator.ca.bundlePath)
  expect((await stat(emulator.ca.bundlePath)).mode & 0o777).toBe(0o600)
  const all = (bundle.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []).map(
    (pem) => new X509Certificate(pem),
  )
  const prints = all.map(({ fingerprint256 }) => fingerprint256)
  expect(prints).toContain(new X509Certificate(emulator.ca.pem).fingerprint256)
  expect(prints.length).toBeGreaterThan(100)

  // A network's own authority stays trusted: this test run has one, named by NODE_EXTRA_CA_CERTS.
  const { certificate, privateKey } = await createServerCertificate(inject('authority'))
  const server = createServer({ cert: certificate, key: privateKey }, (_, response) => response.end()).listen(0)
  await once(server, 'listening')
  const other = `https://localhost:${(server.address() as AddressInfo).port}`
  const program = 'for (const url of process.argv.slice(1)) console.log((await fetch(url)).status)'
  const args = ['--input-type=module', '-e', program, `${emulator.url}/livez`, other]
  const env = { ...process.env, ...emulator.env() }
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  expect(stdout).toBe('200\n200\n')
  server.close()
})
