import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CertificateCredential, OnBehalfOfCredential } from 'entrada'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'
import { certificateFor } from './certificates.ts'
import { component, softHsm, softHsmLibrary } from './components.ts'
import { openKeyInHsm } from './soft-hsm/key-in-hsm.mjs'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

component(softHsm)

const hsm = { library: softHsmLibrary, token: 'entrada', pin: '1234' }

test('a key that can not leave its HSM signs the application in, for itself and on behalf of a user', async () => {
  using folder = await newToken()
  process.env.SOFTHSM2_CONF = folder.configuration
  using key = openKeyInHsm(hsm)
  expect(() => key.privateExponent()).toThrow('CKR_ATTRIBUTE_SENSITIVE')

  await using emulator = await startTrustedEmulator()
  const certificate = await certificateFor(key.publicKey())
  emulator.updateApp('demo', { certificates: [certificate] })
  const { tenantId, clientId } = applicationOf(emulator)
  const scope = 'https://storage.azure.com/.default'
  const app = { certificate, sign: key.sign }
  const options = { authorityHost: emulator.url }

  await using own = new CertificateCredential(tenantId, clientId, app, options)
  const ofApp = await own.getToken(scope)
  expect(decodeJwt(ofApp.token)).toMatchObject({ appid: clientId, appidacr: '2', idtyp: 'app' })

  await using forUsers = new OnBehalfOfCredential({ tenantId, clientId, ...app, ...options })
  const user = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
  const userAssertionToken = await emulator.userToken({ user, app: 'demo' })
  const ofUser = await forUsers.getToken(scope, { userAssertionToken })
  expect(decodeJwt(ofUser.token)).toMatchObject({ appid: clientId, appidacr: '2', oid: user.objectId })

  const assertions = emulator.requests.map(({ form }) => decodeProtectedHeader(form.client_assertion ?? ''))
  expect(assertions.map(({ alg }) => alg)).toEqual(['PS256', 'PS256'])
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
