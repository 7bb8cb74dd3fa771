import { createCertificateAuthority, startEmulator } from '@entrada/emulator'
import { createServerCertificate } from '../packages/emulator/dist/pki/certificate-authority.js'
import { cleanEnvironment } from '../scripts/environment.mjs'
import { startAzurite } from './azurite.mjs'

/**
 * Entra ID and Azure Storage on loopback, trusting one authority: the emulator and Azurite, and the environment in
 * which a program signs in to the first and uses the second. Everything is `ca`'s, so that one trusted authority is
 * enough; it is made here unless given.
 * @param {import('@entrada/emulator').CertificateAuthority} [given]
 * @param {import('@entrada/emulator').EmulatorOptions} [options] of the emulator
 */
export async function startSandbox(given, options = {}) {
  const ca = given ?? (await createCertificateAuthority())
  const emulator = await startEmulator({ ca, issuer: 'public-cloud', ...options })
  try {
    const azurite = await startAzurite(await createServerCertificate(ca, []))
    return {
      emulator,
      storageUrl: azurite.url,
      /** @type {NodeJS.ProcessEnv} */
      env: cleanEnvironment({ ...emulator.env(), AZURE_STORAGE_BLOB_ENDPOINT: azurite.url }),
      close: async () => {
        await Promise.all([azurite.close(), emulator.close()])
      },
    }
  } catch (error) {
    await emulator.close()
    throw error
  }
}
