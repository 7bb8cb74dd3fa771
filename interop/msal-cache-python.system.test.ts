import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Emulator } from '@entrada/emulator'
import { SharedTokenCacheCredential } from 'entrada'
import { expect, test, vi } from 'vitest'
import { fileAccess } from '../packages/entrada/src/msal/file-access.ts'
import { localSharedFiles } from '../packages/entrada/src/runtime/files/shared-files.ts'
import { cleanEnvironment } from '../testing/environment.mjs'
import { component, pythonMsal } from './components.ts'
import { ada, cachePath, codeOf, developerClientId, redeemed, redirectUri, scope } from './msal-cache.ts'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

component(pythonMsal)
// Starts Python programs, one after the other, and waits for each.
vi.setConfig({ testTimeout: 60_000 })

const program = fileURLToPath(new URL('python/msal_cache.py', import.meta.url))

test('a cache that Python’s msal wrote is read, and after our refresh msal still signs in silently', async () => {
  await using emulator = await startTrustedEmulator()
  using cache = cachePath()
  const { access_token: first } = await python(emulator, cache.path, { what: 'sign in', code: codeOf(emulator) })
  expect(first).toEqual(expect.any(String))

  const { tenantId } = applicationOf(emulator)
  const options = { cachePath: cache.path, tenantId, authorityHost: emulator.url }
  const credential = new SharedTokenCacheCredential(ada.username, options)
  expect((await credential.getToken(scope)).token).toBe(first)
  const second = await credential.getToken(scope, { claims: '{"access_token":{}}' })
  await credential.close()
  expect(redeemed(emulator)).toHaveLength(1)

  const { access_token: cached } = await python(emulator, cache.path, { what: 'silent', force: false })
  expect(cached).toBe(second.token)
  const rotated = Object.values(JSON.parse(readFileSync(cache.path, 'utf8')).RefreshToken as object)
  const { access_token: third } = await python(emulator, cache.path, { what: 'silent', force: true })
  expect([first, second.token]).not.toContain(third)
  expect(rotated.map(({ secret }) => secret)).toEqual([redeemed(emulator).at(-1)])

  await using again = new SharedTokenCacheCredential(options)
  const sent = redeemed(emulator).length
  // Python's msal names its tokens otherwise than we do: of two that came in one second, either is the last.
  expect([second.token, third]).toContain((await again.getToken(scope)).token)
  expect(redeemed(emulator)).toHaveLength(sent)
})

test('msal’s programs and ours write at once, and nothing is lost', async () => {
  await using emulator = await startTrustedEmulator()
  using cache = cachePath()
  const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
  const access = fileAccess(cache.path, { files: localSharedFiles, sleep })
  const others = Promise.all([1, 2].map(() => python(emulator, cache.path, { what: 'write', count: 8 })))
  for (let number = 0; number < 8; number++) {
    await access.update((text) => {
      const document = JSON.parse(text || '{}')
      return JSON.stringify({ ...document, Account: { ...document.Account, [`ours.${number}`]: { number } } })
    })
    await sleep(20)
  }
  await others
  const names = Object.keys(JSON.parse(readFileSync(cache.path, 'utf8')).Account)
  const numbers = [...Array(8).keys()]
  const all = numbers.flatMap((number) => [`ours.${number}`, `python.${number}-python.example-r`])
  expect(new Set(names)).toEqual(new Set(all))
})

async function python(emulator: Emulator, path: string, task: object): Promise<{ access_token?: string }> {
  const { tenantId } = applicationOf(emulator)
  const app = { clientId: developerClientId, authority: `${emulator.url}/${tenantId}`, redirectUri, scope }
  const bundle = process.env.NODE_EXTRA_CA_CERTS
  const env = cleanEnvironment({ REQUESTS_CA_BUNDLE: bundle })
  const running = promisify(execFile)('/usr/bin/python3', [program], { env })
  running.child.stdin?.end(JSON.stringify({ ...app, path, username: ada.username, ...task }))
  const answer = JSON.parse((await running).stdout)
  if (answer?.error !== undefined) throw new Error(JSON.stringify(answer))
  return answer
}
