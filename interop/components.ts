import { existsSync } from 'node:fs'
import { beforeEach } from 'vitest'
import { SOFT_HSM_LIBRARY } from '../scripts/native-packages.mjs'

/** Software that nobody here wrote and that npm does not bring. */
export interface Component {
  name: string
  /** The Debian packages that bring it. */
  debian: string
  /** What is there when it is: files and folders. */
  present: readonly string[]
}

export const pythonAzureIdentity: Component = {
  name: 'Python’s azure.identity',
  debian: 'azure-cli python3-aiohttp',
  present: [
    '/usr/bin/python3',
    '/usr/lib/python3/dist-packages/azure/identity',
    '/usr/lib/python3/dist-packages/aiohttp',
  ],
}

export const azureCliComponent: Component = {
  name: 'The Azure CLI',
  debian: 'azure-cli',
  present: ['/usr/bin/az'],
}

export const pythonMsal: Component = {
  name: 'Python’s msal',
  debian: 'azure-cli',
  present: [
    '/usr/bin/python3',
    '/usr/lib/python3/dist-packages/msal',
    '/usr/lib/python3/dist-packages/msal_extensions',
  ],
}

export const softHsm: Component = {
  name: 'SoftHSM (with pkcs11js compiled for it)',
  debian: 'softhsm2 opensc build-essential python3',
  present: [
    SOFT_HSM_LIBRARY,
    '/usr/bin/pkcs11-tool',
    new URL('soft-hsm/node_modules/pkcs11js/build/Release/pkcs11.node', import.meta.url).pathname,
  ],
}

const keyringModules = new URL('keyring/node_modules/', import.meta.url).pathname

export const keyring: Component = {
  name: 'gnome-keyring (with keytar compiled for libsecret)',
  debian: 'gnome-keyring dbus libsecret-tools libsecret-1-dev pkg-config build-essential python3',
  present: [
    '/usr/bin/gnome-keyring-daemon',
    '/usr/bin/dbus-run-session',
    '/usr/bin/secret-tool',
    `${keyringModules}@azure/msal-node-extensions/package.json`,
    `${keyringModules}@azure/identity-cache-persistence/package.json`,
    `${keyringModules}keytar/build/Release/keytar.node`,
  ],
}

export const pythonLibsecret: Component = {
  name: 'Python’s msal_extensions with libsecret',
  debian: 'azure-cli python3-gi gir1.2-secret-1',
  present: ['/usr/lib/python3/dist-packages/msal_extensions', '/usr/lib/python3/dist-packages/gi'],
}

export const chromium: Component = {
  name: 'Chromium',
  debian: 'chromium',
  present: ['/usr/bin/chromium'],
}

export const redisServer: Component = {
  name: 'Redis',
  debian: 'redis-server',
  present: ['/usr/bin/redis-server', '/usr/bin/redis-cli'],
}

/**
 * Declares what the test file that calls it needs. Where that is missing, the file's tests are skipped and say which
 * packages bring it; with `CI=true` they fail.
 */
export function component({ name, debian, present }: Component): void {
  const missing = present.find((path) => !existsSync(path))
  if (missing === undefined) return
  const reason = `${name} is not here (no ${missing}). apt-get install ${debian}, then npm test.`
  beforeEach(({ skip }) => {
    if (process.env.CI === 'true') throw new Error(reason)
    skip(reason)
  })
}
