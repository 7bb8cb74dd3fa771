import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test, vi } from 'vitest'
import { cleanEnvironment } from '../testing/environment.mjs'
import { clientCertificate } from './certificates.ts'
import { component, pythonAzureIdentity } from './components.ts'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

component(pythonAzureIdentity)
// Starts Python programs, which take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const program = fileURLToPath(new URL('python/get_tokens.py', import.meta.url))

test.for([
  { aio: false, chains: 1 },
  // The asynchronous one of this version takes `send_certificate_chain` and sends none.
  { aio: true, chains: 0 },
])('Python’s azure.identity gets tokens from the emulator over HTTPS; aio: $aio', async ({ aio, chains }) => {
  await using emulator = await startTrustedEmulator()
  const { certificate, pem } = await clientCertificate()
  emulator.updateApp('demo', { certificates: [certificate] })
  const { tenantId, clientId, clientSecret } = applicationOf(emulator)
  const user = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
  const pod = await emulator.kubernetes({ serviceAccount: 'web', namespace: 'shop', app: 'demo' })
  const userAssertion = await emulator.userToken({ user, app: 'demo' })

  const scope = 'https://storage.azure.com/.default'
  const app = { tenantId, clientId, clientSecret, pem, userAssertion }
  const tokens = await python({ aio, authority: emulator.url, scope, ...app }, { ...emulator.env(), ...pod.env })
  const ofApp = { aud: 'https://storage.azure.com', appid: clientId, idtyp: 'app' }
  const ofUser = { aud: 'https://storage.azure.com', appid: clientId, oid: user.objectId }
  expect(Object.entries(tokens).map(([name, token]) => [name, decodeJwt(token)])).toMatchObject([
    ['secret', { ...ofApp, appidacr: '1' }],
    ['certificate', { ...ofApp, appidacr: '2' }],
    ['certificate with its chain', { ...ofApp, appidacr: '2' }],
    ['token file', { ...ofApp, appidacr: '2' }],
    ['on behalf of, secret', { ...ofUser, appidacr: '1' }],
    ['on behalf of, certificate', { ...ofUser, appidacr: '2' }],
  ])

  const assertions = emulator.requests.flatMap(({ form }) => form.client_assertion ?? [])
  const own = assertions.filter((assertion) => decodeJwt(assertion).iss === clientId).map(decodeProtectedHeader)
  expect(own).toEqual(Array(3).fill(expect.objectContaining({ alg: 'RS256', x5t: expect.any(String) })))
  expect(own.filter(({ x5c }) => x5c !== undefined)).toHaveLength(chains)
})

/** Debian's Python, whichever others are installed: `azure.identity` is there alone. */
async function python(given: object, more: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const bundle = process.env.NODE_EXTRA_CA_CERTS
  const env = cleanEnvironment({ ...more, REQUESTS_CA_BUNDLE: bundle, CURL_CA_BUNDLE: bundle, SSL_CERT_FILE: bundle })
  const running = promisify(execFile)('/usr/bin/python3', [program], { env })
  running.child.stdin?.end(JSON.stringify(given))
  return JSON.parse((await running).stdout)
}
