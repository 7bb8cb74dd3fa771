import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { component, keyring } from './components.ts'
import {
  type KeyringSession,
  noSession,
  programOf,
  runInSession,
  type Said,
  startKeyringSession,
} from './keyring-session.ts'
import { ada, redeemed, scope } from './msal-cache.ts'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

component(keyring)
// Each starts programs, one after the other, and waits for each.
vi.setConfig({ testTimeout: 60_000 })

const emulator = await startTrustedEmulator({ deviceCode: { intervalSeconds: 1 } })
afterAll(() => emulator.close())
beforeEach(() => emulator.requests.clear())
const { tenantId } = applicationOf(emulator)
const vault = 'https://vault.azure.net/.default'
const given = { authorityHost: emulator.url, tenantId, scope, username: ada.username }
const entry = ['xdg:schema', 'org.freedesktop.Secret.Generic', 'service', 'Microsoft.Developer.IdentityService']

const ours = (env: NodeJS.ProcessEnv, task: object): Promise<Said> => run('entrada.mjs', env, task)
const official = (env: NodeJS.ProcessEnv, task: object): Promise<Said> => run('azure-identity.mjs', env, task)

function run(program: string, env: NodeJS.ProcessEnv, task: object): Promise<Said> {
  return runInSession(env, programOf(program), { ...given, ...task }, (userCode) =>
    emulator.approveDeviceCode(userCode, { user: ada }),
  )
}

test.each([false, true])(
  'who signs in with @azure/identity is signed in with ours, and back (CAE: %s)',
  async (enableCae) => {
    await using session = await startKeyringSession(newHome(), 'unlocked')
    const { token, record } = await official(session.env, { what: 'sign in', enableCae })
    expect(token).toBeTruthy()

    const silent = await ours(session.env, { what: 'shared cache', enableCae })
    expect(silent).toMatchObject({ token: expect.any(String), events: ['token-acquired'] })
    expect(redeemed(emulator)).toHaveLength(1)
    // The same account for a credential that keeps its record, and from the cache of the process before.
    expect(await ours(session.env, { what: 'silent', record, enableCae })).toMatchObject({
      token: silent.token,
      events: ['store-selected', 'token-acquired'],
    })

    const back = await official(session.env, { what: 'silent', record, enableCae, scope: vault })
    expect(back.token).toBeTruthy()
    expect(new Set(redeemed(emulator)).size).toBe(2)
  },
)

test('who signs in with ours is signed in with @azure/identity, with and without CAE, and nothing is in the clear', async () => {
  const home = newHome()
  await using session = await startKeyringSession(home, 'unlocked')
  const { token = '', record } = await ours(session.env, { what: 'sign in' })
  const silent = { what: 'silent', record }
  expect((await official(session.env, silent)).token).toBeTruthy()
  expect((await official(session.env, { ...silent, enableCae: true, scope: vault })).token).toBeTruthy()
  expect(redeemed(emulator)).toHaveLength(2)
  expect(await ours(session.env, { what: 'silent', record })).toMatchObject({ token })
  const revocable = await ours(session.env, { what: 'silent', record, enableCae: true })
  expect(revocable.token).not.toBe(token)
  expect(await ours(session.env, { what: 'silent', record, enableCae: true })).toEqual({
    ...revocable,
    events: expect.any(Array),
  })

  const secrets = [token, revocable.token ?? '', ...redeemed(emulator).map(String)]
  for (const path of readdirSync(home, { recursive: true, encoding: 'utf8' })) {
    const status = statSync(join(home, path))
    if (!status.isFile()) continue
    const text = readFileSync(join(home, path), 'latin1')
    expect([path, secrets.filter((secret) => text.includes(secret))]).toEqual([path, []])
  }
})

test('the official cache plug-in works in ours: signed in with it there, silent here, and back', async () => {
  await using session = await startKeyringSession(newHome(), 'unlocked')
  const { token, record } = await official(session.env, { what: 'sign in' })
  const task = { what: 'shared cache', plugin: true }
  // Its document is shared as it is, so its access token answers first.
  expect(await ours(session.env, task)).toMatchObject({ token })
  const other = await ours(session.env, { ...task, scope: vault })
  expect(redeemed(emulator)).toHaveLength(1)
  expect(await official(session.env, { what: 'silent', record, scope: vault })).toEqual({ token: other.token })
  const third = { scope: 'https://graph.microsoft.com/.default' }
  expect((await official(session.env, { what: 'silent', record, ...third })).token).toBeTruthy()
  expect(new Set(redeemed(emulator)).size).toBe(2)
})

test('a keyring that is locked: a clear error, or the file that is allowed', async () => {
  const home = newHome()
  {
    await using open = await startKeyringSession(home, 'unlocked')
    await official(open.env, { what: 'sign in' })
  }
  await using session = await startKeyringSession(home, 'locked')
  const refused = await ours(session.env, { what: 'shared cache' })
  expect(refused.error?.name).toBe('CredentialUnavailableError')
  expect(refused.error?.message).toMatch(
    /@entrada\/keyring cannot open msal\.cache\.nocae: libsecret cannot be used for .*\. Unlock the keyring, or/,
  )
  expect((await ours(session.env, { what: 'sign in' })).error?.name).toBe('KeyringError')
  await expectPlainFile(session, home)
})

test('without D-Bus: a clear error, or the file that is allowed, which the next program finds', async () => {
  const home = newHome()
  const env = noSession(home)
  const refused = await ours(env, { what: 'sign in' })
  expect(refused.error).toMatchObject({ name: 'KeyringError' })
  expect(refused.error?.message).toMatch(
    /^@entrada\/keyring: libsecret cannot be used for msal\.cache\.nocae: .*D-Bus.*\. Run where a keyring service runs/,
  )
  await expectPlainFile({ env }, home)
  expect(await ours(env, { what: 'shared cache' })).toMatchObject({ token: expect.any(String) })
})

test('an entry that is not an MSAL cache: a clear error, and it stays as it is', async () => {
  await using session = await startKeyringSession(newHome(), 'unlocked')
  await official(session.env, { what: 'sign in' })
  const attributes = [...entry, 'account', 'MSALCache']
  const secretTool = (action: string[], input?: string) =>
    execFileSync('secret-tool', [...action, ...attributes], { env: session.env, input, encoding: 'utf8' })
  secretTool(['store', '--label=Microsoft.Developer.IdentityService/MSALCache'], '{"Account": half of it')
  const message = /the entry msal\.cache\.nocae in libsecret is not an MSAL cache: .*Nothing was changed/
  expect((await ours(session.env, { what: 'shared cache' })).error?.message).toMatch(message)
  expect((await ours(session.env, { what: 'sign in' })).error?.message).toMatch(message)
  expect(secretTool(['lookup'])).toBe('{"Account": half of it')
})

/** Signs in with the file that is allowed in the place of the keyring. */
async function expectPlainFile({ env }: Pick<KeyringSession, 'env'>, home: string): Promise<void> {
  const { token } = await ours(env, { what: 'sign in', allowUnencrypted: true })
  expect(token).toBeTruthy()
  const path = join(home, '.IdentityService', 'msal.cache.nocae')
  const document = JSON.parse(readFileSync(path, 'utf8'))
  expect(Object.keys(document)).toEqual(expect.arrayContaining(['AccessToken', 'Account', 'RefreshToken']))
  expect(statSync(path).mode & 0o777).toBe(0o600)
}

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'entrada-keyring-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  return home
}
