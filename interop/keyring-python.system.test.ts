import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { component, keyring, pythonLibsecret } from './components.ts'
import { programOf, runInSession, startKeyringSession } from './keyring-session.ts'
import { ada, codeOf, developerClientId, redeemed, redirectUri, scope } from './msal-cache.ts'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

component(keyring)
// Each starts programs, one after the other, and waits for each.
vi.setConfig({ testTimeout: 60_000 })
component(pythonLibsecret)

const program = fileURLToPath(new URL('python/msal_keyring.py', import.meta.url))

test('who signs in with Python’s msal_extensions is signed in with ours, and msal goes on with our refresh token', async () => {
  const home = mkdtempSync(join(tmpdir(), 'entrada-keyring-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  await using emulator = await startTrustedEmulator()
  await using session = await startKeyringSession(home, 'unlocked')
  const env = { ...session.env, REQUESTS_CA_BUNDLE: process.env.NODE_EXTRA_CA_CERTS }
  const { tenantId } = applicationOf(emulator)
  const app = { clientId: developerClientId, authority: `${emulator.url}/${tenantId}`, redirectUri, scope }
  const python = (task: object) =>
    runInSession(env, ['/usr/bin/python3', program], { ...app, username: ada.username, ...task })

  expect((await python({ what: 'sign in', code: codeOf(emulator) })).token).toBeTruthy()
  const task = { what: 'shared cache', authorityHost: emulator.url, tenantId, scope, username: ada.username }
  expect((await runInSession(env, programOf('entrada.mjs'), task)).token).toBeTruthy()
  expect(redeemed(emulator)).toHaveLength(1)
  expect((await python({ what: 'silent' })).token).toBeTruthy()
  expect(new Set(redeemed(emulator)).size).toBe(2)
})
