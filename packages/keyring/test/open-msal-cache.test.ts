import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { KeyringError, openMsalCache } from '@entrada/keyring'
import { expect, test } from 'vitest'
import { entryOf, secretStore, sharedEntry, systemWith } from './secret-store.ts'

const service = 'Microsoft.Developer.IdentityService'
const name = 'msal.cache.nocae'
const document = (marker: string): string => JSON.stringify({ Account: { a: { marker } } })

test.each([
  ['win32', name, [['DPAPI', `/.IdentityService/${name}`, 'CurrentUser']]],
  ['win32', 'mine.cae', [['DPAPI', '/.IdentityService/mine.cae', 'CurrentUser']]],
  ['darwin', name, [['Keychain', `/.IdentityService/${name}`, service, name]]],
  ['darwin', 'msal.cache.cae', [['Keychain', '/.IdentityService/msal.cache.cae', service, 'msal.cache.cae']]],
  ['darwin', 'mine.nocae', [['Keychain', '/.IdentityService/mine.nocae', service, 'mine.nocae']]],
  [
    'linux',
    name,
    [
      ['libsecret', `/.IdentityService/${name}`, service, name],
      ['libsecret', `/.IdentityService/${name}`, service, 'MSALCache'],
    ],
  ],
  ['linux', 'mine.cae', [['libsecret', '/.IdentityService/mine.cae', service, 'mine.cae']]],
])('on %s, %s is where the SDKs look for it', async (platform, document, places) => {
  const store = secretStore()
  const { home, host } = systemWith(store, platform)
  await openMsalCache(document, { host })
  expect(store.opened).toEqual(places.map(([kind, path, ...rest]) => [kind, `${home}${path}`, ...rest]))
})

test.each(['win32', 'darwin', 'linux'])('on %s, what is written is read by the next who opens it', async (platform) => {
  const { host } = systemWith(secretStore(), platform)
  const first = await openMsalCache(name, { host })
  expect(await first.read()).toBeUndefined()
  await first.update((text) => (text === undefined ? document('ada') : undefined))
  const second = await openMsalCache(name, { host })
  expect(JSON.parse((await second.read()) ?? '')).toEqual(JSON.parse(document('ada')))
})

test.each([
  ['darwin', 'LOCALAPPDATA', 'HOME is not set. Set it to a folder of your own.'],
  ['win32', 'HOME', 'LOCALAPPDATA is not set. Set it to a folder of your own.'],
  ['sunos', 'HOME', 'no secret store is supported on sunos. Use the encrypted file store of entrada/store.'],
])('on %s with %s alone there is no place, and the error says why', async (platform, variable, message) => {
  const { home, host } = systemWith(secretStore())
  const opening = openMsalCache(name, { host: { ...host, platform, env: { [variable]: home } } })
  await expect(opening).rejects.toThrow(new KeyringError({ reason: message, remedy: '' }).message.trim())
})

test.each(['', '../x', 'a/b', '.hidden', 'a\nb', 'C:\\x'])('%j is no name of a cache', async (bad) => {
  await expect(openMsalCache(bad, { host: systemWith(secretStore()).host })).rejects.toThrow(TypeError)
})

test('without the library the error says what to install, also where its native part is what is missing', async () => {
  const { host } = systemWith(secretStore())
  const withError = (message: string, code: string) => ({
    host: {
      ...host,
      load: async () => {
        throw Object.assign(new Error(message), { code })
      },
    },
  })
  for (const said of ["Cannot find package '@azure/", 'Could not resolve "@azure/']) {
    const absent = withError(`${said}msal-node-extensions' imported from x`, 'ERR_MODULE_NOT_FOUND')
    await expect(openMsalCache(name, absent)).rejects.toThrow(
      '@entrada/keyring: @azure/msal-node-extensions is not installed. Run: npm install @azure/msal-node-extensions.',
    )
  }
  const unbuilt = withError("Cannot find module '../build/Release/keytar.node'", 'MODULE_NOT_FOUND')
  await expect(openMsalCache(name, unbuilt)).rejects.toThrow(
    "@azure/msal-node-extensions cannot be loaded: Cannot find module '../build/Release/keytar.node'. Install libsecret",
  )
})

test.each([
  `Unexpected token 'R', "REFRESH-TO"... is not valid JSON`,
  'JSON Parse error: Unexpected identifier "REFRESH-TOKEN"',
])('what a parser of JSON repeats is in no error: %s', (message) => {
  const cause = new SyntaxError(message)
  const error = new KeyringError({ reason: 'it broke.', remedy: 'Mend it.', cause })
  expect((error.cause as Error).message).toMatch(/Unexpected \w+ \*\*\*/)
  expect(inspect(error)).not.toContain('REFRESH')
})

test.each([
  [
    'linux',
    'The prompt was dismissed',
    'libsecret cannot be used for msal.cache.nocae: The prompt was dismissed. Unlock',
  ],
  [
    'linux',
    'Cannot autolaunch D-Bus',
    'libsecret cannot be used for msal.cache.nocae: Cannot autolaunch D-Bus. Run where',
  ],
  [
    'darwin',
    'User interaction is not allowed.',
    'Keychain cannot be used for msal.cache.nocae: User interaction is not',
  ],
  ['win32', 'Decryption failed', 'DPAPI cannot be used for msal.cache.nocae: Decryption failed. Remove the file'],
])('on %s, a secret store that says "%s" is told of in its words, with what to do', async (platform, said, told) => {
  const store = secretStore()
  store.fault.load = new Error(said)
  const opening = openMsalCache(name, { host: systemWith(store, platform).host })
  await expect(opening).rejects.toThrow(`@entrada/keyring: ${told}`)
  await expect(opening).rejects.toMatchObject({ name: 'KeyringError', cause: store.fault.load })
})

test.each(['darwin', 'linux'])(
  'on %s, a plain file of its owner takes the place, where that is allowed',
  async (platform) => {
    const store = secretStore()
    store.fault.load = new Error('locked')
    const { home, host } = systemWith(store, platform)
    const access = await openMsalCache(name, { host, unsafeAllowUnencryptedStorage: true })
    await access.update(() => document('ada'))
    const path = `${home}/.IdentityService/${name}`
    expect(readFileSync(path, 'utf8')).toBe(document('ada'))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(`${home}/.IdentityService`).mode & 0o077).toBe(0)
    expect(store.saved).toEqual([])
  },
)

test('a plain file is allowed where the library can not be loaded at all', async () => {
  const { home, host } = systemWith(secretStore())
  const load = async () => {
    throw new Error('libsecret-1.so.0: cannot open shared object file')
  }
  const access = await openMsalCache(name, { host: { ...host, load }, unsafeAllowUnencryptedStorage: true })
  await access.update(() => document('ada'))
  expect(statSync(`${home}/.IdentityService`).mode & 0o777).toBe(0o700)
})

test('a keyring that can be read and not written is no keyring to who would write a file instead', async () => {
  const store = secretStore()
  store.fault.save = new Error('Cannot create an item in a locked collection')
  const { home, host } = systemWith(store)
  const access = await openMsalCache(name, { host, unsafeAllowUnencryptedStorage: true })
  await access.update(() => document('ada'))
  expect(readFileSync(`${home}/.IdentityService/${name}`, 'utf8')).toBe(document('ada'))
})

test('a locked keyring, which seems to be empty, is told of where somebody has kept something in it', async () => {
  const store = secretStore()
  const { host } = systemWith(store)
  await (await openMsalCache(name, { host })).update(() => document('ada'))
  const kept = new Map(store.texts)
  store.texts.clear()
  store.fault.save = new Error('Cannot create an item in a locked collection')
  await expect(openMsalCache(name, { host })).rejects.toThrow('a locked collection. Unlock the keyring')
  // Unlocked by the person who is asked because something is to be written: that was there all the time.
  delete store.fault.save
  const access = await openMsalCache(name, { host })
  store.whenVerified = async () => {
    for (const [where, text] of kept) store.texts.set(where, text)
  }
  await access.update((text) => JSON.stringify({ ...JSON.parse(text ?? '{}'), RefreshToken: {} }))
  expect(JSON.parse(store.texts.get(sharedEntry) ?? '')).toEqual({ ...JSON.parse(document('ada')), RefreshToken: {} })
})

test('a keyring that another program looks at in the same moment is asked again', async () => {
  const store = secretStore()
  const { home, host } = systemWith(store)
  store.fault.save = new Error('Persistence check failed')
  const sleep = async () => {
    delete store.fault.save
  }
  const access = await openMsalCache(name, { host: { ...host, sleep }, unsafeAllowUnencryptedStorage: true })
  await access.update(() => document('ada'))
  expect(readFileSync(`${home}/.IdentityService/${name}`, 'utf8')).toBe('{}')
})

test('Windows never falls back to a plain file', async () => {
  const store = secretStore()
  store.fault.load = new Error('Decryption failed')
  const { host } = systemWith(store, 'win32')
  const opening = openMsalCache(name, { host, unsafeAllowUnencryptedStorage: true })
  await expect(opening).rejects.toThrow('DPAPI cannot be used')
})

test('what works is encrypted, whatever is allowed', async () => {
  const store = secretStore()
  const { home, host } = systemWith(store)
  const access = await openMsalCache(name, { host, unsafeAllowUnencryptedStorage: true })
  await access.update(() => document('ada'))
  expect(readFileSync(`${home}/.IdentityService/${name}`, 'utf8')).toBe('{}')
})

test('what was kept in the plain file is in the secret store once that works, and not in the file', async () => {
  const store = secretStore()
  const { home, host } = systemWith(store)
  mkdirSync(`${home}/.IdentityService`)
  writeFileSync(`${home}/.IdentityService/${name}`, document('ada'))
  const access = await openMsalCache(name, { host })
  expect(await access.read()).toBe(document('ada'))
  await access.update((text) => text)
  expect(store.texts.get(sharedEntry)).toContain('ada')
  expect(readFileSync(`${home}/.IdentityService/${name}`, 'utf8')).toBe('{}')
})

test.each(['darwin', 'linux', 'win32'])(
  'on %s, what is not an MSAL cache is told of and never written over',
  async (platform) => {
    const store = secretStore()
    const { home, host } = systemWith(store, platform)
    const where =
      { darwin: entryOf(name), linux: sharedEntry, win32: `${home}/.IdentityService/${name}` }[platform] ?? ''
    const access = await openMsalCache(name, { host })
    store.texts.set(where, 'something else')
    const message = /the entry msal\.cache\.nocae in .* is not an MSAL cache: .*it is not JSON\. Nothing was changed/
    await expect(access.read()).rejects.toThrow(message)
    await expect(access.update(() => '{}')).rejects.toThrow(message)
    await expect(openMsalCache(name, { host })).rejects.toThrow(message)
    expect(store.texts.get(where)).toBe('something else')
    store.texts.set(where, '{}')
    await access.update(() => document('ada'))
    expect(store.texts.get(where)).toContain('ada')
  },
)

test('Windows’ file is read again when a program was caught writing it', async () => {
  const store = secretStore()
  const { host } = systemWith(store, 'win32')
  const pauses: number[] = []
  const sleep = async (milliseconds: number) => {
    pauses.push(milliseconds)
    delete store.fault.load
  }
  const access = await openMsalCache(name, { host: { ...host, sleep } })
  store.fault.load = new Error('half a file')
  expect(await access.read()).toBeUndefined()
  expect(pauses).toEqual([50])
})

test('a change waits for the lock files of MSAL’s extensions, and leaves none', async () => {
  const { home, host } = systemWith(secretStore())
  const locks = ['cae', 'nocae'].map((kind) => `${home}/.IdentityService/msal.cache.${kind}.lockfile`)
  const access = await openMsalCache(name, { host })
  await access.update(() => {
    expect(locks.map((path) => existsSync(path))).toEqual([true, true])
    return document('ada')
  })
  const refused = access.update(() => {
    throw new Error('of the change')
  })
  await expect(refused).rejects.toThrow('of the change')
  expect(locks.map((path) => existsSync(path))).toEqual([false, false])
})

const signIns = { Account: { ada: { x: '1' } }, RefreshToken: { r: { secret: 's' } }, Unknown: { kept: true } }
const token = (secret: string) => ({ AccessToken: { [secret]: { secret } } })

test('on Linux the two documents share the sign-ins of @azure/identity’s entry, and no access token', async () => {
  const store = secretStore()
  const { host } = systemWith(store)
  store.texts.set(sharedEntry, JSON.stringify({ ...signIns, ...token('of unknown kind') }))
  const [plain, revocable] = [await openMsalCache(name, { host }), await openMsalCache('msal.cache.cae', { host })]
  for (const access of [plain, revocable]) expect(JSON.parse((await access.read()) ?? '')).toEqual(signIns)

  const add = (extra: object) => (text: string | undefined) => JSON.stringify({ ...JSON.parse(text ?? ''), ...extra })
  await plain.update(add(token('plain')))
  await revocable.update(add(token('revocable')))
  expect(JSON.parse((await plain.read()) ?? '')).toEqual({ ...signIns, ...token('plain') })
  expect(JSON.parse((await revocable.read()) ?? '')).toEqual({ ...signIns, ...token('revocable') })
  expect(store.saved).toEqual([entryOf(name), entryOf('msal.cache.cae')])

  await revocable.update(add({ Account: { charles: { x: '2' } } }))
  expect(JSON.parse(store.texts.get(sharedEntry) ?? '')).toEqual({
    ...signIns,
    ...token('of unknown kind'),
    Account: { charles: { x: '2' } },
  })
  expect(JSON.parse((await plain.read()) ?? '').Account).toEqual({ charles: { x: '2' } })
})

test('on Linux, programs that look at the other document’s file are told that the sign-ins have changed', async () => {
  const { home, host } = systemWith(secretStore())
  const access = await openMsalCache(name, { host })
  const other = `${home}/.IdentityService/msal.cache.cae`
  writeFileSync(other, document('plain, and to stay'))
  utimesSync(other, 1, 1)
  await access.update(() => JSON.stringify(signIns))
  expect(statSync(other).mtimeMs).toBeGreaterThan(1000)
  expect(readFileSync(other, 'utf8')).toBe(document('plain, and to stay'))
})
