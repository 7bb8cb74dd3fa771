import { inspect } from 'node:util'
import type { EntradaCredential } from 'entrada'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { credentials } from '../contract/credentials.ts'
import { openRow } from '../contract/open-row.ts'
import { failure, scope, type World } from '../world.ts'

// What programs do to a credential from outside: agents wrap it, tests spy on its class, logs print it.
describe.each(credentials)('$name', (row) => {
  let world: World
  let env: Record<string, string>
  let credential: EntradaCredential

  beforeAll(async () => {
    ;({ world, env } = await openRow(row))
  })

  afterAll(() => world.close())

  beforeEach(() => {
    world.reset()
    credential = row.create(world.options(env), world)
    return () => credential.close()
  })

  test('works behind a Proxy, as monitoring agents make it, until that is closed', async () => {
    const wrapped = new Proxy(credential, {})
    const { token } = await wrapped.getToken(scope)
    expect(await wrapped.getTokenInfo(scope)).toMatchObject({ token, credential: row.winner })
    expect((await credential.getToken(scope)).token).toBe(token)
    expect(wrapped.name).toBe(row.name)
    await wrapped.close()
    expect((await failure(credential.getToken(scope))).message).toMatch(/is closed/)
  })

  test('has its methods on the prototype, where a spy on the class sees every call', async () => {
    const methods = ['getToken', 'getTokenInfo', 'close', Symbol.asyncDispose]
    expect(Reflect.ownKeys(credential).filter((key) => methods.includes(key))).toEqual([])
    const { prototype } = credential.constructor as { prototype: EntradaCredential }
    const spy = vi.spyOn(prototype, 'getToken')
    try {
      await credential.getToken(scope, { enableCae: true })
      expect(spy.mock.calls).toEqual([[scope, { enableCae: true }]])
      spy.mockResolvedValueOnce({ token: 'of the test', expiresOnTimestamp: 1 })
      expect((await credential.getToken(scope)).token).toBe('of the test')
    } finally {
      spy.mockRestore()
    }
  })

  test('has no enumerable state but its name, and shows no secret in depth', async () => {
    const { token } = await credential.getToken(scope)
    expect(Object.keys(credential)).toEqual(['name'])
    expect(JSON.stringify(credential)).toBe(JSON.stringify({ name: row.name }))
    const shown = inspect(credential, { showHidden: true, depth: 10 })
    const secrets = [row.secret?.(world, env), env.AZURE_CLIENT_SECRET, token, token.split('.')[2]]
    const sent = world.emulator.requests.flatMap(({ form }) => [form.client_secret, form.refresh_token, form.assertion])
    for (const secret of [...secrets, ...sent]) if (secret) expect(shown).not.toContain(secret)
    expect(shown).toContain(row.name)
  })
})
