import { startSandbox as start } from '@entrada/emulator/sandbox'
import { cleanEnvironment } from '../testing/environment.mjs'

/**
 * Entra ID and Azure Storage on loopback, and the environment in which a program signs in to the first and uses the
 * second, without what belongs to the machine's owner.
 * @param {import('@entrada/emulator').CertificateAuthority} [ca] one that this process trusts already
 * @param {import('@entrada/emulator/sandbox').SandboxOptions} [options]
 */
export async function startSandbox(ca, options = {}) {
  const { emulator, storage, env, close } = await start(ca === undefined ? options : { ...options, ca })
  return { emulator, storage, storageUrl: storage.blob, env: cleanEnvironment(env()), close }
}
