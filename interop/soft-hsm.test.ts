import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CertificateCredential } from 'entrada'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { SOFT_HSM_LIBRARY } from '../scripts/native-packages.mjs'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'
import { certificateFor } from './certificates.ts'
import { component, softHsm } from './components.ts'
import { openKeyInHsm } from './soft-hsm/key-in-hsm.mjs'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

component(softHsm)

const hsm = { library: SOFT_HSM_LIBRARY, token: 'entrada', pin: '1234' }

test('a key that can not leave its HSM signs the application in', async () => {
  using folder = await newToken()
  process.env.SOFTHSM2_CONF = folder.configuration
  using key = openKeyInHsm(hsm)
  expect(() => key.privateExponent()).toThrow('CKR_ATTRIBUTE_SENSITIVE')

  await using emulator = await startTrustedEmulator()
  const certificate = await certificateFor(key.publicKey())
  emulator.updateApp('demo', { certificates: [certificate] })
  const { tenantId, clientId } = applicationOf(emulator)
  const algorithms: string[] = []
  const sign = (input: Uint8Array, algorithm: 'PS256' | 'RS256'): Uint8Array => {
    algorithms.push(algorithm)
    return key.sign(input, algorithm)
  }
  const options = { authorityHost: emulator.url }
  await using credential = new CertificateCredential(tenantId, clientId, { certificate, sign }, options)
  const { token } = await credential.getToken('https://storage.azure.com/.default')

  expect(decodeJwt(token)).toMatchObject({ appid: clientId, appidacr: '2' })
  expect(decodeProtectedHeader(emulator.requests.at(-1)?.form.client_assertion ?? '').alg).toBe('PS256')
  expect(algorithms).toEqual(['PS256'])
})

/** A token with a new key in it, as an administrator makes one, in a folder of its own. */
async function newToken(): Promise<{ configuration: string; [Symbol.dispose](): void }> {
  const { path, remove } = await temporaryFolder()
  const configuration = join(path, 'softhsm2.conf')
  mkdirSync(join(path, 'tokens'))
  writeFileSync(configuration, `directories.tokendir = ${join(path, 'tokens')}\nobjectstore.backend = file\n`)
  const run = (program: string, args: string): void => {
    const env = { ...process.env, SOFTHSM2_CONF: configuration }
    execFileSync(program, args.split(' '), { env, stdio: 'pipe' })
  }
  run('softhsm2-util', `--init-token --free --label ${hsm.token} --pin ${hsm.pin} --so-pin 12345678`)
  const token = `--module ${hsm.library} --token-label ${hsm.token} --login --pin ${hsm.pin}`
  run('pkcs11-tool', `${token} --keypairgen --key-type rsa:2048 --label app --id 01 --usage-sign`)
  return { configuration, [Symbol.dispose]: remove }
}
