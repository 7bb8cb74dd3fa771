import { join } from 'node:path'
import { inspect } from 'node:util'
import {
  DefaultAzureCredential,
  SharedTokenCacheCredential,
  type TokenCredentialOptions,
  useIdentityPlugin,
} from 'entrada'
import type { MsalCacheAccess } from 'entrada/store'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { homeWith, signedIn, temporaryFolder } from '../msal/shared-cache.ts'
import { createWorld, failure, scope, tenantId, type World } from '../world.ts'
import { brokerToken, forgetPlugins, plugIn, standInBroker } from './broker-plugin.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})
beforeEach(() => world.reset())
afterEach(forgetPlugins)
afterAll(() => world.close())

function optionsOf(home: string, host: object = {}): TokenCredentialOptions {
  const own = world.options({ HOME: home, LOCALAPPDATA: home })
  return { ...own, host: { ...own.host, platform: 'linux', ...host } }
}

const sealedByWindows = '\u0001\u0000\u0000\u0000\u00d0\u008c\u009d\u00df'

/** A secret store in memory, as `@entrada/keyring` will give one. */
function standInKeyring(documents: Record<string, string>) {
  const opened: string[] = []
  return {
    opened,
    documents,
    async openMsalCache(name: string): Promise<MsalCacheAccess> {
      opened.push(name)
      return {
        read: async () => documents[name],
        update: async (change) => {
          const changed = change(documents[name])
          if (changed !== undefined) documents[name] = changed
        },
      }
    },
  }
}

test.each([
  ['a mark of a change', '{}', 'linux'],
  ['an empty file', '', 'darwin'],
  ['a file that Windows has sealed', sealedByWindows, 'win32'],
])('where the shared cache is %s, the system’s secret store is read and written', async (_, mark, platform) => {
  const { home } = homeWith(mark)
  const text = JSON.stringify(signedIn(world.emulator, world.developerRefreshToken))
  const keyring = standInKeyring({ 'msal.cache.nocae': text })
  const asked: string[] = []
  const load = async (name: string) => {
    asked.push(name)
    return keyring
  }
  const credential = new SharedTokenCacheCredential(optionsOf(home, { load, platform }))
  expect((await credential.getToken(scope)).token).toBeTruthy()
  await credential.close()
  expect([asked, keyring.opened]).toEqual([['@entrada/keyring'], ['msal.cache.nocae']])
  expect(keyring.documents['msal.cache.nocae']).not.toContain(world.developerRefreshToken)
})

test('without the package that reads the secret store the credential is unavailable, and says what to install', async () => {
  const { home } = homeWith(sealedByWindows)
  const load = async () => {
    throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
  }
  await using credential = new SharedTokenCacheCredential(optionsOf(home, { load }))
  const error = await failure(credential.getToken(scope))
  expect(error).toMatchObject({ name: 'CredentialUnavailableError' })
  expect(error.message).toBe(
    "SharedTokenCacheCredential: the tools' cache msal.cache.nocae is in the system's secret store, which takes @entrada/keyring to read, and that is not installed. Install @entrada/keyring, or pass cachePath.",
  )
})

test('a locked secret store is reported in its own words', async () => {
  const { home } = homeWith('{}')
  const openMsalCache = async () => {
    throw new Error('the keyring is locked')
  }
  await using credential = new SharedTokenCacheCredential(optionsOf(home, { load: async () => ({ openMsalCache }) }))
  expect((await failure(credential.getToken(scope))).message).toContain(
    '@entrada/keyring cannot open msal.cache.nocae: the keyring is locked. Unlock',
  )
})

test('where nobody has a shared cache, no package is loaded', async () => {
  const load = async () => {
    throw new Error('it was loaded')
  }
  await using credential = new SharedTokenCacheCredential(optionsOf(temporaryFolder(), { load }))
  expect((await failure(credential.getToken(scope))).message).toContain('no account has signed in')
})

/** As `@azure/identity-cache-persistence` does: the text comes over when it is new, and the lock is held for a change. */
function standInPersistence(documents: Map<string, string>) {
  const made: object[] = []
  const calls: string[] = []
  const make = async (options: { name: string }) => {
    made.push(options)
    let seen: string | undefined
    return {
      async beforeCacheAccess({ cacheHasChanged, tokenCache }: Context) {
        calls.push(cacheHasChanged ? 'lock' : 'look')
        const text = documents.get(options.name)
        if (text !== undefined && text !== seen) tokenCache.deserialize(text)
        seen = text
      },
      async afterCacheAccess({ cacheHasChanged, tokenCache }: Context) {
        calls.push(cacheHasChanged ? 'save' : 'done')
        if (cacheHasChanged) documents.set(options.name, tokenCache.serialize())
        seen = documents.get(options.name)
      },
    }
  }
  return { made, calls, make }
}

interface Context {
  cacheHasChanged: boolean
  tokenCache: { serialize(): string; deserialize(text: string): void }
}

test('a cache plug-in takes the place of the file and of the secret store', async () => {
  const text = JSON.stringify(signedIn(world.emulator, world.developerRefreshToken))
  const documents = new Map([['msal.cache.nocae', text]])
  const persistence = standInPersistence(documents)
  plugIn(({ cachePluginControl }) => cachePluginControl.setPersistence(persistence.make))
  const credential = new SharedTokenCacheCredential(optionsOf(temporaryFolder()))
  await credential.getToken(scope)
  await credential.getToken('https://vault.azure.net/.default')
  await credential.close()
  expect(persistence.made).toEqual([{ name: 'msal.cache.nocae', unsafeAllowUnencryptedStorage: true }])
  expect(persistence.calls.filter((call) => call === 'save')).toHaveLength(2)
  expect(persistence.calls.filter((call) => call === 'lock')).toHaveLength(2)
  const written = documents.get('msal.cache.nocae') ?? ''
  expect(written).not.toContain(world.developerRefreshToken)
  expect(Object.keys(JSON.parse(written).AccessToken)).toHaveLength(2)
})

test('a cache plug-in that fails is reported', async () => {
  const make = async () => {
    throw Object.assign(new Error('Unable to read from the system keyring (libsecret).'), { document: 'PLUGIN-SECRET' })
  }
  plugIn(({ cachePluginControl }) => cachePluginControl.setPersistence(make))
  await using credential = new SharedTokenCacheCredential(optionsOf(temporaryFolder()))
  const error = await failure(credential.getToken(scope))
  expect(error.message).toMatch(
    /the cache plug-in cannot open msal\.cache\.nocae: Unable to read from the system keyring \(libsecret\)/,
  )
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('PLUGIN-SECRET')
})

test('useIdentityPlugin takes only functions, and the first version of the plug-in for Visual Studio Code', () => {
  expect(() => useIdentityPlugin({} as never)).toThrow(TypeError)
  useIdentityPlugin((context) => {
    const { vsCodeCredentialControl } = context as { vsCodeCredentialControl: Record<string, (value: unknown) => void> }
    vsCodeCredentialControl.setVsCodeCredentialFinder?.(() => [])
  })
})

const others = {
  excludeEnvironmentCredential: true,
  excludeWorkloadIdentityCredential: true,
  excludeManagedIdentityCredential: true,
  excludeAzureCliCredential: true,
  excludeAzurePowerShellCredential: true,
  excludeAzureDeveloperCliCredential: true,
}

test('the default chain asks the broker last, in silence, for the account of the operating system', async () => {
  const broker = standInBroker({ now: () => world.emulator.clock.now() })
  plugIn(({ nativeBrokerPluginControl }) => nativeBrokerPluginControl.setNativeBroker(broker))
  await using credential = new DefaultAzureCredential({ ...optionsOf(temporaryFolder()), ...others })
  const { token, credential: winner } = await credential.getTokenInfo(scope)
  expect([token, winner]).toEqual([`${brokerToken}.1`, 'BrokerCredential'])
  expect(broker.asked).toEqual([
    expect.objectContaining({
      clientId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
      authority: `${world.emulator.url}/organizations`,
    }),
  ])
  expect(broker.asked[0]).not.toHaveProperty('accountId')

  // Another person signs in to the operating system: that would be another identity.
  broker.accounts = []
  broker.signedIn = `00000000-0000-4000-8000-000000000000.${tenantId}`
  expect((await failure(credential.getToken('https://vault.azure.net/.default'))).message).toContain(
    'the broker returned a token for a different account',
  )
})

test('the default chain says of each of these why it can not be used, and goes on after a refusal', async () => {
  const empty = new DefaultAzureCredential({ ...optionsOf(temporaryFolder()), ...others })
  const { message } = await failure(empty.getToken(scope))
  expect(message).toMatch(/SharedTokenCacheCredential: no account has signed in \(.*\)\. Sign in with a developer tool/)
  expect(message).toMatch(/VisualStudioCodeCredential: nobody has signed in with Visual Studio Code \(no /)
  expect(message).toMatch(/BrokerCredential: no broker plug-in is registered\. Install @azure\/identity-broker/)
  await empty.close()

  const { home } = homeWith(signedIn(world.emulator, 'revoked-and-worthless'))
  await using refused = new DefaultAzureCredential({ ...optionsOf(home), ...others })
  const error = await failure(refused.getToken(scope))
  expect(error.name).toBe('AggregateAuthenticationError')
  expect(error.message).toContain('SharedTokenCacheCredential: Microsoft Entra ID refused')
  expect(error.message).not.toContain('revoked-and-worthless')
})

test('somebody signs in after the default chain has failed, and the next call finds them', async () => {
  const home = temporaryFolder()
  await using credential = new DefaultAzureCredential({ ...optionsOf(home), ...others, sharedCacheTenantId: tenantId })
  await failure(credential.getToken(scope))
  const { home: there } = homeWith(signedIn(world.emulator, world.developerRefreshToken))
  const { cpSync } = await import('node:fs')
  cpSync(join(there, '.IdentityService'), join(home, '.IdentityService'), { recursive: true })
  expect((await credential.getTokenInfo(scope)).credential).toBe('SharedTokenCacheCredential')
  expect(credential.selected).toBe('SharedTokenCacheCredential')
})
