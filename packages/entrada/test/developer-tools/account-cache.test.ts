import {
  AzureCliCredential,
  type AzureCliCredentialOptions,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  type EntradaCredential,
  type TokenCredentialOptions,
} from 'entrada'
import { describe, expect, test } from 'vitest'
import { countAsyncResources } from '../contract/count-async-resources.ts'
import { failure } from '../world.ts'
import { azAnswer, createMachine, type Imagined, imagine, says, scope, start } from './machine.ts'

/** Machines on which each answer has a token of its own: its number. */
function numbered(env: Record<string, string> = {}, lifeMs = 3_600_000): Imagined {
  const machine: Imagined = imagine(
    ({ file }) => {
      const token = `token-${machine.started.length}`
      const seconds = Math.floor((machine.clock.time + lifeMs) / 1000)
      if (file.endsWith('pwsh')) return { stdout: `azsdk%${token}%${seconds}` }
      if (file.endsWith('az')) return { stdout: azAnswer(token, seconds) }
      return { stdout: JSON.stringify({ token, expiresOn: new Date(seconds * 1000).toISOString() }) }
    },
    { env },
  )
  return machine
}

const kinds: [string, string, new (options: TokenCredentialOptions & { cache?: boolean }) => EntradaCredential][] = [
  ['AzureCliCredential', '/home/ada/.azure/azureProfile.json', AzureCliCredential],
  ['AzureDeveloperCliCredential', '/home/ada/.azd/auth.json', AzureDeveloperCliCredential],
  ['AzurePowerShellCredential', '/home/ada/.Azure/AzureRmContext.json', AzurePowerShellCredential],
]

describe.each(kinds)('%s', (_, profile, Credential) => {
  test('asks its tool once, while its profile file stays as it is', async () => {
    const machine = numbered()
    machine.files.set(profile, { stamp: 'first' })
    await using credential = new Credential(machine.options)
    for (let call = 0; call < 3; call++) {
      expect((await credential.getToken(scope)).token).toBe('token-1')
      machine.clock.time += 1_000_000
    }
  })

  test('notices at once that somebody signed in or switched accounts', async () => {
    const machine = numbered()
    machine.files.set(profile, { stamp: 'ada' })
    await using credential = new Credential(machine.options)
    expect((await credential.getToken(scope)).token).toBe('token-1')
    machine.files.set(profile, { stamp: 'bob' })
    expect((await credential.getToken(scope)).token).toBe('token-2')
    expect((await credential.getTokenInfo(scope)).token).toBe('token-2')
    // Whoever comes back has signed in again: what was there of them is gone.
    machine.files.set(profile, { stamp: 'ada' })
    expect((await credential.getToken(scope)).token).toBe('token-3')
    machine.files.delete(profile)
    expect((await credential.getToken(scope)).token).toBe('token-4')
  })

  test('never hands one account’s token, still on its way, to those who ask for another', async () => {
    const machine = numbered()
    let arrive = (): void => undefined
    const late = new Promise<void>((resolve) => {
      arrive = resolve
    })
    const { run } = machine.options.host as Required<NonNullable<TokenCredentialOptions['host']>>
    let isFirst = true
    const slow: typeof run = async (program, signal) => {
      const wait = isFirst
      isFirst = false
      const ended = await run(program, signal)
      if (wait) await late
      return ended
    }
    machine.files.set(profile, { stamp: 'ada' })
    await using credential = new Credential({ host: { ...machine.options.host, run: slow } })
    const adas = credential.getToken(scope)
    machine.files.set(profile, { stamp: 'bob' })
    expect((await credential.getToken(scope)).token).toBe('token-2')
    arrive()
    expect((await adas).token).toBe('token-1')
    expect((await credential.getToken(scope)).token).toBe('token-2')
  })

  test('keeps a token for a minute at most where there is no such file', async () => {
    const machine = numbered()
    await using credential = new Credential(machine.options)
    expect((await credential.getToken(scope)).token).toBe('token-1')
    machine.clock.time += 59_999
    expect((await credential.getToken(scope)).token).toBe('token-1')
    machine.clock.time += 1
    expect((await credential.getToken(scope)).token).toBe('token-2')
    // A clock that was set back is no reason to keep it longer.
    machine.clock.time -= 10_000_000
    expect((await credential.getToken(scope)).token).toBe('token-3')
  })

  test('keeps nothing with cache: false, and concurrent callers share one process all the same', async () => {
    const machine = numbered()
    machine.files.set(profile, {})
    await using credential = new Credential({ ...machine.options, cache: false })
    const together = await Promise.all([1, 2, 3].map(() => credential.getToken(scope)))
    expect(together.map(({ token }) => token)).toEqual(['token-1', 'token-1', 'token-1'])
    expect((await credential.getToken(scope)).token).toBe('token-2')
  })

  test('writes no token to a store', async () => {
    const machine = numbered()
    const touched: string[] = []
    const touch = (what: string) => async () => void touched.push(what)
    const tokenStore = { get: touch('get'), set: touch('set'), delete: touch('delete'), list: touch('list') }
    await using credential = new Credential({ ...machine.options, tokenStore } as never)
    await credential.getToken(scope)
    expect(touched).toEqual([])
  })

  test('keeps tenants and scopes apart', async () => {
    const machine = numbered()
    machine.files.set(profile, {})
    await using credential = new Credential(machine.options)
    const calls = [
      () => credential.getToken(scope),
      () => credential.getToken('https://b.example/.default'),
      () => credential.getToken(scope, { tenantId: 'contoso.com' }),
      () => credential.getToken(scope, { tenantId: 'fabrikam.com' }),
    ]
    for (let round = 0; round < 2; round++) {
      for (const [index, call] of calls.entries()) expect((await call()).token).toBe(`token-${index + 1}`)
    }
  })

  test('does not ask again and again for a token that its tool keeps, too, until it ends', async () => {
    const machine = imagine(() => {
      const seconds = start / 1000 + 3600
      const az = JSON.parse(azAnswer('same', seconds))
      return {
        stdout: `azsdk%same%${seconds}\n${JSON.stringify({ ...az, token: 'same', expiresOn: '2026-11-23T09:00:00Z' })}`,
      }
    })
    machine.files.set(profile, {})
    await using credential = new Credential(machine.options)
    machine.clock.time += 3_560_000
    const { refreshAfterTimestamp = 0 } = await credential.getToken(scope)
    expect(refreshAfterTimestamp - machine.clock.time).toBeGreaterThanOrEqual(30_000)
    machine.clock.time += 29_000
    await credential.getToken(scope)
    expect(machine.started).toHaveLength(1)
  })
})

test('the configuration folder is a part of the account', async () => {
  const env: Record<string, string> = { AZURE_CONFIG_DIR: '/config/a' }
  const machine = numbered()
  const live = { ...machine.options.host?.env, ...env } as Record<string, string>
  machine.files.set('/config/a/azureProfile.json', {})
  machine.files.set('/config/b/azureProfile.json', {})
  await using credential = new AzureCliCredential({ host: { ...machine.options.host, env: live } })
  expect((await credential.getToken(scope)).token).toBe('token-1')
  live.AZURE_CONFIG_DIR = '/config/b'
  expect((await credential.getToken(scope)).token).toBe('token-2')
  expect((await credential.getToken(scope)).token).toBe('token-2')
})

test('the account of azd is the one of az, where azd says so: a switch of either is noticed', async () => {
  const machine = numbered()
  const files = ['/home/ada/.azd/auth.json', '/home/ada/.azd/config.json', '/home/ada/.azure/azureProfile.json']
  for (const path of files) machine.files.set(path, { stamp: '1' })
  await using credential = new AzureDeveloperCliCredential(machine.options)
  for (const [index, path] of files.entries()) {
    expect((await credential.getToken(scope)).token).toBe(`token-${index + 1}`)
    machine.files.set(path, { stamp: '2' })
  }
  expect((await credential.getToken(scope)).token).toBe('token-4')
})

test('no file shows an account that another program provides to azd', async () => {
  const machine = numbered({ AZD_AUTH_ENDPOINT: 'http://127.0.0.1:1' })
  machine.files.set('/home/ada/.azd/auth.json', {})
  await using credential = new AzureDeveloperCliCredential(machine.options)
  await credential.getToken(scope)
  machine.clock.time += 60_000
  expect((await credential.getToken(scope)).token).toBe('token-2')
})

test('a cached call looks at one file, without waiting, and makes two promises at most', async () => {
  const machine = numbered()
  const profile = '/home/ada/.azure/azureProfile.json'
  machine.files.set(profile, {})
  const looked: string[] = []
  const look = machine.options.host?.look as NonNullable<NonNullable<TokenCredentialOptions['host']>['look']>
  const counting: typeof look = (path, at) => {
    looked.push(path)
    return look(path, at)
  }
  await using credential = new AzureCliCredential({ host: { ...machine.options.host, look: counting } })
  await credential.getToken(scope)
  looked.length = 0
  let cached: Promise<{ token: string }> | undefined
  const created = countAsyncResources(() => {
    cached = credential.getToken([scope])
  })
  expect(created.length).toBeLessThanOrEqual(2)
  expect(created.filter((type) => type !== 'PROMISE')).toEqual([])
  expect(looked).toEqual([profile])
  expect((await cached)?.token).toBe('token-1')
})

test('on this machine: a real profile file that changes, and a failure that is mended by signing in', async () => {
  using machine = createMachine()
  const options: AzureCliCredentialOptions = { host: { env: machine.env } }
  await using credential = new AzureCliCredential(options)
  machine.install('az', `${says("ERROR: Please run 'az login' to setup account.")} >&2; exit 1`)
  expect((await failure(credential.getToken(scope))).message).toContain("Please run 'az login'")
  machine.install('az', says(azAnswer('adas-token')))
  machine.write('.azure/azureProfile.json', '{"user":"ada"}')
  expect((await credential.getToken(scope)).token).toBe('adas-token')
  machine.install('az', says(azAnswer('bobs-token')))
  expect((await credential.getToken(scope)).token).toBe('adas-token')
  machine.write('.azure/azureProfile.json', '{"user":"bobby"}')
  expect((await credential.getToken(scope)).token).toBe('bobs-token')
})
