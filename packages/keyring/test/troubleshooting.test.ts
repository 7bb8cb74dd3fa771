import { readFileSync } from 'node:fs'
import { openMsalCache } from '@entrada/keyring'
import { expect, test } from 'vitest'
import { secretStore, sharedEntry, systemWith } from './secret-store.ts'

const page = readFileSync(new URL('../../../docs/troubleshooting.md', import.meta.url), 'utf8')
const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading)

const missing = "Cannot find package '@azure/msal-node-extensions' imported from x"
const loading = (message: string) => ({ load: async () => Promise.reject(new Error(message)) })

test.each<[string, Record<string, unknown>, string?]>([
  ['no library', loading(missing)],
  ['no native part', loading('libsecret-1.so.0: cannot open shared object file')],
  ['no home', { env: {} }],
  ['no home on Windows', { platform: 'win32', env: {} }],
  ['another system', { platform: 'sunos' }],
  ['a path for a name', {}, '../x'],
  ['a locked keyring', { fault: 'locked' }],
  ['a locked Keychain', { fault: 'locked', platform: 'darwin' }],
  ['a file of another user', { fault: 'Decryption failed', platform: 'win32' }],
  ['something else', { kept: 'half of it' }],
])(
  'a reader finds the error of: %s',
  async (_, { fault, kept, ...parts }: Record<string, unknown>, name = 'msal.cache.cae') => {
    const store = secretStore()
    const { host } = systemWith(store, String(parts.platform ?? 'linux'))
    if (fault !== undefined) store.fault.load = new Error(String(fault))
    if (kept !== undefined) store.texts.set(sharedEntry, String(kept))
    const error: unknown = await openMsalCache(name, { host: { ...host, ...parts } }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    const { message } = error as Error
    expect(message).toMatch(/^@entrada\/keyring: .+\. .+/)
    expect(
      headings.filter((heading) => message.includes(heading)),
      message,
    ).not.toEqual([])
  },
)
