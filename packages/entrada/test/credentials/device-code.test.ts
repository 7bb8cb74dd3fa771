import {
  AuthenticationError,
  DeviceCodeCredential,
  type DeviceCodeCredentialOptions,
  type DeviceCodeInfo,
  type TransportInit,
} from 'entrada'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { grantsOf, objectIdOf, publicClientId, tenantId } from '../sign-in/person.ts'
import { createWorld, failure, scope, until, user, type World } from '../world.ts'
import { thrown } from './thrown.ts'

const poll = 'urn:ietf:params:oauth:grant-type:device_code'
const otherScope = 'https://vault.azure.net/.default'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
beforeEach(() => world.reset())
afterAll(() => world.close())

/** With a person who signs in as soon as they are shown the code, unless the options say otherwise. */
function withPerson(options: DeviceCodeCredentialOptions = {}): DeviceCodeCredential & { shown: DeviceCodeInfo[] } {
  const shown: DeviceCodeInfo[] = []
  const credential = new DeviceCodeCredential({
    ...world.options(),
    tenantId,
    ...options,
    userPromptCallback(info) {
      shown.push(info)
      return (options.userPromptCallback ?? approve)(info)
    },
  })
  return Object.assign(credential, { shown })
}

function approve({ userCode }: DeviceCodeInfo): void {
  world.emulator.approveDeviceCode(userCode, { user })
}

test('shows a message, the code, where to type it and until when, and gets the token of who signed in', async () => {
  await using credential = withPerson()
  const asked = world.emulator.clock.now()
  const { token } = await credential.getToken(scope)
  expect(objectIdOf(token)).toBe(user.objectId)
  const [{ message, userCode, verificationUri, expiresOnTimestamp }] = credential.shown as [DeviceCodeInfo]
  expect(userCode).toMatch(/^[A-Z2-9]{9}$/)
  expect(verificationUri).toBe(`${world.emulator.url}/devicelogin`)
  expect(message).toContain(userCode)
  expect(message).toContain(verificationUri)
  expect(expiresOnTimestamp - asked).toBeGreaterThanOrEqual(900_000)
  expect(expiresOnTimestamp - asked).toBeLessThan(920_000)
  const [begun, polled] = world.emulator.requests
  expect(begun).toMatchObject({ path: `/${tenantId}/oauth2/v2.0/devicecode`, form: { client_id: publicClientId } })
  expect(begun?.form.scope).toBe(`${scope} openid profile offline_access`)
  expect(polled?.form).toMatchObject({ grant_type: poll, client_id: publicClientId, client_info: '1' })
})

test('prints the message where no callback is given', async () => {
  const print = vi.spyOn(console, 'log').mockImplementation((message: string) => {
    approve({ userCode: / the code (\w+) /.exec(message)?.[1] } as DeviceCodeInfo)
  })
  try {
    await using credential = new DeviceCodeCredential({ ...world.options(), tenantId })
    await credential.getToken(scope)
    expect(print).toHaveBeenCalledOnce()
  } finally {
    print.mockRestore()
  }
})

/** A server that answers polls with these errors, and then with a token. */
function scripted(...answers: (string | { status: number; error: string } | Error)[]) {
  const polls: string[] = []
  const fetch = async (url: string, init: TransportInit) => {
    if (!url.endsWith('/token')) return world.emulator.fetch(url, init)
    polls.push(new URLSearchParams(init.body).get('device_code') ?? '')
    const next = answers.shift()
    if (next === undefined) return world.emulator.fetch(url, init)
    if (next instanceof Error) throw next
    const { status, error } = typeof next === 'string' ? { status: 400, error: next } : next
    return Response.json({ error, error_description: `AADSTS: ${error}` }, { status })
  }
  return { fetch, polls }
}

test('polls at the server’s interval, and each slow_down adds 5 s to it', async () => {
  const { fetch } = scripted(
    'authorization_pending',
    'slow_down',
    'authorization_pending',
    'slow_down',
    'authorization_pending',
  )
  await using credential = withPerson({ fetch })
  await credential.getToken(scope)
  expect(world.slept).toEqual(
    [1_000, 1_000, 1_000, 6_000, 6_000, 11_000].slice(0, 2).concat([6_000, 6_000, 11_000, 11_000]),
  )
})

test.each([5e-324, '5e-324', 0.9, 0, -1, 'soon'])(
  'takes the usual interval and life where the server gives %j for them',
  async (seconds) => {
    const { fetch } = scripted('authorization_pending')
    const withSeconds = async (url: string, init: TransportInit): Promise<Response> => {
      const answer = await fetch(url, init)
      if (url.endsWith('/token')) return answer
      return Response.json({ ...((await answer.json()) as object), interval: seconds, expires_in: seconds })
    }
    await using credential = withPerson({ fetch: withSeconds })
    expect(await credential.getToken(scope)).toHaveProperty('token')
    expect(world.slept).toEqual([5_000, 5_000])
  },
)

test('a poll without an answer makes the next ones rarer, and the sign-in goes on', async () => {
  const { fetch } = scripted(new Error('reset'), { status: 503, error: 'temporarily_unavailable' })
  await using credential = withPerson({ fetch, retryOptions: { maxRetries: 0 } })
  await credential.getToken(scope)
  expect(world.slept).toEqual([1_000, 6_000, 11_000])
})

test.each([
  ['in the server’s words', 'expired_token'],
  ['in its older words', 'code_expired'],
])('says that the code has expired, %s', async (_, error) => {
  await using credential = withPerson({ fetch: scripted('authorization_pending', error).fetch })
  const failed = await failure(credential.getToken(scope))
  expect(failed).toBeInstanceOf(AuthenticationError)
  expect(failed).toMatchObject({ statusCode: 400, errorResponse: { error: 'expired_token' } })
  expect(failed.message).toBe(
    'DeviceCodeCredential: the device code expired before anybody signed in. Try again, and sign in while the code is valid.',
  )
})

test('stops polling when the code has ended by this machine’s clock, or by what it has waited, whatever the server says', async () => {
  for (const advance of [500_000, 0]) {
    world.reset()
    const sleep = async (milliseconds: number): Promise<void> => {
      world.slept.push(milliseconds)
      world.emulator.clock.advance(advance)
    }
    const polls: string[] = []
    const fetch = async (url: string, init: TransportInit) => {
      if (!url.endsWith('/token')) {
        const answer = await world.emulator.fetch(url, init)
        return Response.json({ ...((await answer.json()) as object), interval: 100 })
      }
      polls.push(url)
      return Response.json({ error: 'authorization_pending' }, { status: 400 })
    }
    const { host, ...options } = world.options()
    await using credential = withPerson({
      ...options,
      host: { ...host, sleep },
      fetch,
      userPromptCallback: () => undefined,
    })
    expect(await failure(credential.getToken(scope))).toMatchObject({ errorResponse: { error: 'expired_token' } })
    expect(polls).toHaveLength(advance === 0 ? 9 : 1)
  }
})

test.each([-7_200_000, 7_200_000])('goes on polling when the wall clock is set by %i ms meanwhile', async (jump) => {
  let set = 0
  const { host, ...options } = world.options()
  const now = (): number => world.emulator.clock.now() + set
  const sleep = async (milliseconds: number): Promise<void> => {
    world.slept.push(milliseconds)
    set = world.slept.length === 1 ? jump : 0
    if (set === 0) approve(credential.shown[0] as DeviceCodeInfo)
  }
  await using credential = withPerson({
    ...options,
    host: { ...host, now, monotonic: () => world.emulator.clock.now(), sleep },
    userPromptCallback: () => undefined,
  })
  expect(objectIdOf((await credential.getToken(scope)).token)).toBe(user.objectId)
})

test('says that the person declined', async () => {
  await using credential = withPerson({
    userPromptCallback: ({ userCode }) => world.emulator.declineDeviceCode(userCode),
  })
  const failed = await failure(credential.getToken(scope))
  expect(failed).toBeInstanceOf(AuthenticationError)
  expect(failed).toMatchObject({ errorResponse: { error: 'authorization_declined', errorCodes: [700171] } })
  expect(failed.message).toMatch(/the sign-in was declined .* Try again, and confirm the sign-in\.$/)
})

/** Pauses that last until they are told to end, or are aborted. */
function longPauses() {
  const pending = new Set<() => void>()
  const { host, ...options } = world.options()
  const sleep = (_: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      pending.add(resolve)
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  const end = (): void => {
    for (const resolve of pending) resolve()
    pending.clear()
  }
  return { options: { ...options, host: { ...host, sleep } }, pending, end }
}

test('an abort ends the pause between polls, with an AbortError, and nobody polls after it', async () => {
  const { options, pending, end } = longPauses()
  const aborter = new AbortController()
  await using credential = withPerson(options)
  const asked = failure(credential.getToken(scope, { abortSignal: aborter.signal }))
  await until(() => pending.size === 1)
  aborter.abort()
  expect(await asked).toMatchObject({ name: 'AbortError' })
  end()
  await credential.close()
  expect(grantsOf(world)).toEqual([])
})

test('what the callback throws, or rejects with, ends the sign-in', async () => {
  for (const userPromptCallback of [
    () => {
      throw new Error('no terminal')
    },
    () => Promise.reject(new Error('no terminal')),
  ]) {
    await using credential = withPerson({ userPromptCallback, fetch: scripted(...Array(50).fill('slow_down')).fetch })
    expect((await failure(credential.getToken(scope))).message).toBe('no terminal')
  }
})

test('a callback that never ends does not hold the sign-in up', async () => {
  await using credential = withPerson({
    userPromptCallback(info) {
      approve(info)
      return new Promise<void>(() => undefined)
    },
  })
  expect((await credential.getToken(scope)).token).toBeTruthy()
})

test('one code is shown however many callers wait, whatever they ask for; the others use its refresh token', async () => {
  await using credential = withPerson()
  const scopes = [scope, otherScope, 'https://a.example/.default', scope]
  const tokens = await Promise.all(scopes.map((asked) => credential.getToken(asked)))
  expect(new Set(tokens.map(({ token }) => token)).size).toBe(3)
  expect(credential.shown).toHaveLength(1)
  expect(grantsOf(world)).toEqual([poll, 'refresh_token', 'refresh_token'])
})

test('a caller who leaves does not take the code of the others along', async () => {
  const { options, pending, end } = longPauses()
  await using credential = withPerson(options)
  const leaver = new AbortController()
  const left = failure(credential.getToken(scope, { abortSignal: leaver.signal }))
  await until(() => pending.size === 1)
  const stayed = credential.getToken(otherScope)
  // It has joined the sign-in when a turn of the event loop is over.
  await new Promise((resolve) => setImmediate(resolve))
  leaver.abort()
  expect((await left).name).toBe('AbortError')
  end()
  expect((await stayed).token).toBeTruthy()
  expect(credential.shown).toHaveLength(1)
})

test.each<[string, object]>([
  ['no code', { verification_uri: 'https://login.example/device' }],
  ['a page that is no https', { device_code: 'd', user_code: 'u', verification_uri: 'http://evil.example/' }],
  ['a page that is a program', { device_code: 'd', user_code: 'u', verification_uri: 'file:///bin/sh' }],
  ['a page that is no text', { device_code: 'd', user_code: 'u', verification_uri: ['https://login.example'] }],
])('shows nothing where the answer holds %s', async (_, body) => {
  await using credential = withPerson({ fetch: () => Response.json(body) })
  const failed = await failure(credential.getToken(scope))
  expect(failed.message).toMatch(/returned no usable device code\. Check authorityHost/)
  expect(credential.shown).toEqual([])
})

test('what is shown can’t move the cursor of a terminal', async () => {
  const body = {
    ...{ device_code: 'd', user_code: 'AB\u001b[2JCD', verification_uri: 'https://login.example/device' },
    message: 'Open\u001b]8;;http://evil.example\u0007 the\npage\u202e',
  }
  await using credential = withPerson({
    fetch: () => Response.json(body),
    userPromptCallback: () => {
      throw new Error('seen')
    },
  })
  expect((await failure(credential.getToken(scope))).message).toBe('seen')
  const [info] = credential.shown
  expect([info?.userCode, info?.message].join()).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
})

test('a refusal to begin is Entra ID’s own', async () => {
  world.emulator.faults.next({ path: /devicecode$/, aadsts: 700016 })
  await using credential = withPerson()
  expect((await failure(credential.getToken(scope))).message).toMatch(/^DeviceCodeCredential: .*AADSTS700016/)
})

test.each<[string, object, RegExp]>([
  ['a callback that is none', { userPromptCallback: 'log' }, /userPromptCallback must be a function/],
  ['a tenant that is a path', { tenantId: '../x' }, /tenantId/],
  ['a client that is no text', { clientId: 5 }, /clientId/],
  ['a flag that is a text', { disableAutomaticAuthentication: 'yes' }, /disableAutomaticAuthentication/],
  ['a record that is none', { authenticationRecord: {} }, /authenticationRecord has no usable authority/],
])('the constructor refuses %s', (_, options, reason) => {
  const error = thrown(() => new DeviceCodeCredential(options))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(reason)
})

test.each([
  [undefined, 'organizations'],
  ['77777777-7777-4777-8777-777777777777', 'common'],
])('for the client %s the tenant is %s, as in @azure/identity', async (clientId, tenant) => {
  const urls: string[] = []
  const fetch = (url: string) => {
    urls.push(url)
    return Response.json({ error: 'x' }, { status: 400 })
  }
  await using credential = new DeviceCodeCredential({ host: { env: {} }, fetch, ...(clientId && { clientId }) })
  await failure(credential.getToken(scope))
  expect(urls).toEqual([`https://login.microsoftonline.com/${tenant}/oauth2/v2.0/devicecode`])
})
