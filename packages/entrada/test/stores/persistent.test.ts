import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ClientSecretCredential, type EntradaEvent, useIdentityPlugin } from 'entrada'
import { memoryTokenStore } from 'entrada/store'
import { afterEach, describe, expect, test } from 'vitest'
import { createStoredWorld, type StoredWorld } from '../cache/stored-world.ts'
import { scope, until } from '../world.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })

interface Home {
  world: StoredWorld
  folder: string
  credential(name?: string): ClientSecretCredential
}

/** A user's machine, on which `load` imports optional packages. */
function homeWith(
  load: (name: string) => Promise<unknown>,
  env: (folder: string) => object = (HOME) => ({ HOME }),
): Home {
  const world = createStoredWorld()
  const folder = newFolder()
  const host = { now: () => world.clock.time, env: env(folder) as Record<string, string>, load, platform: 'linux' }
  return {
    world,
    folder,
    credential: (name) =>
      world.credential({
        host,
        tokenCachePersistenceOptions: { enabled: true, ...(name === undefined ? {} : { name }) },
      }),
  }
}

const ofType = <Type extends EntradaEvent['type']>(events: readonly EntradaEvent[], type: Type) =>
  events.filter((event): event is Extract<EntradaEvent, { type: Type }> => event.type === type)

const noPackage = async (): Promise<never> => Promise.reject(missing)

/** Resolves when what the world's credentials wrote is in the store. */
async function written(folder: string): Promise<void> {
  let count = 0
  while (count === 0) {
    const entries = await readdir(folder, { recursive: true }).catch(() => [])
    count = entries.filter((name) => /records.*[0-9a-f]{64}$/.test(name)).length
  }
}

afterEach(() => useIdentityPlugin((context) => setPersistence(context, undefined)))

function setPersistence(context: unknown, make: unknown): void {
  ;(context as { cachePluginControl: { setPersistence(make: unknown): void } }).cachePluginControl.setPersistence(make)
}

describe('tokenCachePersistenceOptions', () => {
  test('keeps tokens in encrypted files where nothing else is installed, and an event says so', async () => {
    const { world, folder, credential } = homeWith(noPackage)
    await using first = credential()
    const { token } = await first.getToken(scope)
    await written(folder)
    await using second = credential()
    expect((await second.getToken(scope)).token).toBe(token)
    expect(world.sent).toHaveLength(1)
    const where = `${folder}/.entrada/msal.cache`
    const reason = `@entrada/keyring is not installed; they are in ${where}`
    expect(ofType(world.events, 'store-selected')[0]).toMatchObject({ store: 'encrypted files', reason })
    expect(await readFile(`${where}.key`, 'utf8')).toMatch(/^# The keys/)
  })

  test('opens nothing before the first token', async () => {
    const { world, folder, credential } = homeWith(noPackage)
    await credential().close()
    expect(world.events).toEqual([])
    await expect(readdir(folder)).rejects.toThrow('ENOENT')
  })

  test.each(['../../elsewhere', '..', '.', '/etc/passwd', 'a\0b'])(
    'takes the name %j for one part of a path',
    async (name) => {
      const { folder, credential } = homeWith(noPackage)
      await using one = credential(name)
      await one.getToken(scope)
      await written(folder)
      expect(await readdir(folder)).toEqual(['.entrada'])
      expect(await readdir(join(folder, '.entrada'))).toHaveLength(2)
    },
  )

  test('uses the secret store of @entrada/keyring where that is installed', async () => {
    const store = memoryTokenStore({ now: () => world.clock.time })
    const asked: unknown[] = []
    const { world, folder, credential } = homeWith(async (name) => {
      asked.push(name)
      return {
        async openKeyringTokenStore(options: unknown) {
          asked.push(options)
          return store
        },
      }
    })
    await using first = credential('my.cache')
    await first.getToken(scope)
    await until(() => ofType(world.events, 'token-acquired').length === 1)
    await using second = credential('my.cache')
    await second.getToken(scope)
    expect(world.sent).toHaveLength(1)
    expect(asked.slice(0, 2)).toEqual(['@entrada/keyring', { name: 'my.cache', unsafeAllowUnencryptedStorage: false }])
    expect(ofType(world.events, 'store-selected')[0]).toMatchObject({ store: 'keyring' })
    await expect(readdir(folder)).rejects.toThrow('ENOENT')
  })

  test('falls back on encrypted files where the secret store is locked, and says why', async () => {
    const openKeyringTokenStore = async (): Promise<never> => Promise.reject(new Error('the collection is locked'))
    const { world, folder, credential } = homeWith(async () => ({ openKeyringTokenStore }))
    await using one = credential()
    await one.getToken(scope)
    await written(folder)
    const [{ store, reason } = { store: '', reason: '' }] = ofType(world.events, 'store-selected')
    expect([store, reason]).toEqual(['encrypted files', expect.stringContaining('the collection is locked')])
  })

  test('uses the plug-in that was registered, before all else, with a document for each kind of token', async () => {
    const documents = new Map<string, string>()
    const names: unknown[] = []
    useIdentityPlugin((context) =>
      setPersistence(context, async (options: { name: string }) => {
        names.push(options)
        return {
          async beforeCacheAccess({ tokenCache }: { tokenCache: { deserialize(text: string): void } }) {
            tokenCache.deserialize(documents.get(options.name) ?? '{}')
          },
          async afterCacheAccess(access: { cacheHasChanged: boolean; tokenCache: { serialize(): string } }) {
            if (access.cacheHasChanged) documents.set(options.name, access.tokenCache.serialize())
          },
        }
      }),
    )
    const { world, credential } = homeWith(noPackage)
    await using first = credential()
    await first.getToken(scope)
    await until(() => documents.size > 0)
    await using second = credential()
    expect((await second.getToken(scope)).token).toBe('token-1')
    await second.getToken(scope, { enableCae: true })
    await until(() => documents.size > 1)
    expect(names.slice(0, 2)).toEqual(
      ['msal.cache.nocae', 'msal.cache.cae'].map((name) => ({ name, unsafeAllowUnencryptedStorage: false })),
    )
    expect(ofType(world.events, 'store-selected')[0]).toMatchObject({ store: 'plug-in' })
    expect(documents.get('msal.cache.nocae')).toContain('token-1')
    expect(documents.get('msal.cache.cae')).toContain('token-2')
  })

  test('goes on in memory where no folder can be named, and an event says what to do', async () => {
    const { world, credential } = homeWith(noPackage, () => ({}))
    await using one = credential()
    expect((await one.getToken(scope)).token).toBe('token-1')
    const reasons = ofType(world.events, 'store-failed').map(({ error }) => (error as Error).message)
    expect(reasons[0]).toMatch(/HOME is not set\. Set it, or pass a tokenStore\.$/)
  })

  test.each(['home', './home', 'C:home', '~'])(
    'leaves nothing in the current folder where HOME is %j',
    async (HOME) => {
      const { world, credential } = homeWith(noPackage, () => ({ HOME }))
      await using one = credential()
      expect((await one.getToken(scope)).token).toBe('token-1')
      const reasons = ofType(world.events, 'store-failed').map(({ error }) => (error as Error).message)
      expect(reasons[0]).toBe(
        'tokenCachePersistenceOptions: HOME is not an absolute path. Set it to one, or pass a tokenStore.',
      )
    },
  )

  test('is overruled by a tokenStore', async () => {
    const { world, folder } = homeWith(noPackage)
    const tokenStore = memoryTokenStore({ now: () => world.clock.time })
    await using one = world.credential({ tokenStore, tokenCachePersistenceOptions: { enabled: true } })
    await one.getToken(scope)
    expect(ofType(world.events, 'store-selected')).toEqual([])
    await expect(readdir(folder)).rejects.toThrow('ENOENT')
  })
})
