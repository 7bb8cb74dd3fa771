import { DefaultAzureCredential, type EntradaEvent, ManagedIdentityCredential } from 'entrada'
import { memoryTokenStore } from 'entrada/store'
import { describe, expect, test } from 'vitest'
import { withoutMachine } from '../without-machine.ts'
import { until } from '../world.ts'
import { clientId, create, objectId, resource, standIn, start, tokenBody, variables } from './stand-in.ts'

const scope = `${resource}/.default`

/** A host of tokens that live for so many seconds, and a clock. */
function world(life: number, more: Record<string, unknown> = {}) {
  let now = start
  let count = 0
  const events: EntradaEvent[] = []
  const { fetch, sent } = standIn(() => ({
    body: tokenBody({ access_token: `token-${++count}`, expires_on: String(now / 1000 + life), ...more }),
  }))
  const options = { onEvent: (event: EntradaEvent) => events.push(event), host: { now: () => now } }
  const set = (seconds: number): void => {
    now = start + seconds * 1000
  }
  return { fetch, sent, events, options, set }
}

test.each([
  ['half its life, where that is over two hours', 86_400, {}, 43_200],
  ['five minutes before its end, where its life is short', 7200, {}, 6900],
  ['the time that the host says', 86_400, { refresh_in: '600' }, 600],
])('a token is refreshed at %s', async (_, life, more, refresh) => {
  const { fetch, sent, options, set } = world(life, more)
  await using credential = create(variables['app-service'], { fetch, ...options })
  const first = await credential.getToken(scope)
  expect(first.refreshAfterTimestamp).toBe(start + refresh * 1000)
  set(refresh - 1)
  expect(await credential.getToken(scope)).toBe(first)
  expect(sent).toHaveLength(1)
  set(refresh)
  expect(await credential.getToken(scope)).toBe(first)
  await until(() => sent.length === 2)
  await until(() => sent.length === 2)
  expect((await credential.getToken(scope)).token).toMatch(/token-[12]/)
})

test('a hundred concurrent callers make one request', async () => {
  const { fetch, sent, options } = world(86_400)
  await using credential = create({}, { fetch, ...options })
  const tokens = await Promise.all(Array.from({ length: 100 }, () => credential.getToken(scope)))
  expect(new Set(tokens).size).toBe(1)
  expect(sent).toHaveLength(1)
})

describe('a refused connection in the refresh window', () => {
  test.each(['imds', 'app-service'] as const)('never loses the valid token of %s', async (kind) => {
    const { fetch, events, options, set } = world(86_400)
    let isDown = false
    const flaky: typeof fetch = (url, init) => {
      if (!isDown) return fetch(url, init)
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    }
    await using credential = create(variables[kind], { fetch: flaky, ...options })
    const { token } = await credential.getToken(scope)
    isDown = true
    for (const [index, seconds] of [43_200, 50_000, 86_000].entries()) {
      set(seconds)
      expect((await credential.getToken(scope)).token).toBe(token)
      await until(() => events.filter(({ type }) => type === 'refresh-failed').length === index + 1)
    }
    set(86_395)
    expect((await credential.getToken(scope)).token).toBe(token)
    isDown = false
    set(86_399)
    expect((await credential.getToken(scope)).token).toMatch(/^token-/)
    set(86_400)
    expect((await credential.getToken(scope)).token).toBe('token-2')
  })
})

test('two credentials share nothing: neither transport nor identity nor token', async () => {
  const [one, other] = [
    standIn({ body: tokenBody({ access_token: 'one' }) }),
    standIn({ body: tokenBody({ access_token: 'other' }) }),
  ]
  await using first = create(variables['app-service'], { fetch: one.fetch })
  await using second = create({ MSI_ENDPOINT: 'http://localhost:1/token' }, { fetch: other.fetch })
  await using third = create(variables['app-service'], { fetch: one.fetch, clientId })
  const tokens = await Promise.all([first, second, third].map((credential) => credential.getToken(scope)))
  expect(tokens.map(({ token }) => token)).toEqual(['one', 'other', 'one'])
  expect(one.sent.map(({ url }) => url.includes('client_id'))).toEqual([false, true])
  expect(other.sent).toHaveLength(1)
})

test('an answer that writes the resource in another way is found again', async () => {
  const { fetch, sent } = standIn({ body: tokenBody({ resource: `${resource.toUpperCase()}/` }) })
  await using credential = create(variables['app-service'], { fetch })
  for (let time = 0; time < 3; time++) await credential.getToken(scope)
  expect(sent).toHaveLength(1)
})

describe('a store', () => {
  const host = { env: variables['app-service'], now: () => start }

  test('keeps the tokens of a user-assigned identity where that is asked for, each apart', async () => {
    const tokenStore = memoryTokenStore({ now: () => start })
    for (const [id, token] of [
      [{ clientId }, 'by client id'],
      [{ objectId }, 'by object id'],
    ] as const) {
      const { fetch } = standIn({ body: tokenBody({ access_token: token.replaceAll(' ', '-') }) })
      await using credential = new ManagedIdentityCredential({
        ...id,
        fetch,
        tokenStore,
        shareAcrossMachines: true,
        host,
      })
      await credential.getToken(scope)
    }
    const { fetch, sent } = standIn()
    await using again = new ManagedIdentityCredential(clientId, { fetch, tokenStore, shareAcrossMachines: true, host })
    expect((await again.getToken(scope)).token).toBe('by-client-id')
    expect(sent).toEqual([])
  })

  test('gets no token otherwise: a machine without the identity could read it', async () => {
    const tokenStore = memoryTokenStore({ now: () => start })
    const { fetch, sent } = standIn()
    for (const shareAcrossMachines of [undefined, false]) {
      const options = shareAcrossMachines === undefined ? {} : { shareAcrossMachines }
      await using credential = new ManagedIdentityCredential(clientId, { fetch, tokenStore, ...options, host })
      await credential.getToken(scope)
    }
    expect(sent).toHaveLength(2)
    expect(await tokenStore.list('app')).toEqual([])
  })

  test('gets no token of a machine’s own identity: on another machine that is somebody else', async () => {
    const tokenStore = memoryTokenStore({ now: () => start })
    const { fetch, sent } = standIn()
    for (let machine = 0; machine < 2; machine++) {
      await using credential = new ManagedIdentityCredential({ fetch, tokenStore, shareAcrossMachines: true, host })
      await credential.getToken(scope)
    }
    expect(sent).toHaveLength(2)
    expect(await tokenStore.list('app')).toEqual([])
  })

  test('of the default chain gets none at all', async () => {
    const tokenStore = memoryTokenStore({ now: () => start })
    const { fetch } = standIn()
    for (const id of [{}, { managedIdentityClientId: clientId }]) {
      await using credential = new DefaultAzureCredential({
        ...withoutMachine,
        excludeManagedIdentityCredential: false,
        ...id,
        fetch,
        tokenStore,
        host,
      })
      await credential.getToken(scope)
    }
    expect(await tokenStore.list('app')).toEqual([])
  })
})
