import {
  type AuthenticationRecord,
  AuthenticationRequiredError,
  AzureAuthorityHosts,
  DeviceCodeCredential,
  type DeviceCodeCredentialOptions,
  type TransportInit,
} from 'entrada'
import { memoryTokenStore, type TokenStore } from 'entrada/store'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { grace, grantsOf, jwt, objectIdOf, publicClientId, tenantId } from '../sign-in/person.ts'
import { createWorld, failure, otherTenantId, scope, until, user, type World } from '../world.ts'

const poll = 'urn:ietf:params:oauth:grant-type:device_code'
const otherScope = 'https://vault.azure.net/.default'
const homeAccountId = `${user.objectId}.${tenantId}`

let world: World
beforeAll(async () => {
  world = await createWorld()
})
beforeEach(() => world.reset())
afterAll(() => world.close())

/** A credential of people, with somebody who signs in at once: the first of them, then the next. */
function withPeople(options: DeviceCodeCredentialOptions = {}, people: readonly (typeof user)[] = [user]) {
  const coming = [...people]
  return new DeviceCodeCredential({
    ...world.options(),
    tenantId,
    userPromptCallback: ({ userCode }) =>
      world.emulator.approveDeviceCode(userCode, { user: coming.shift() ?? (people.at(-1) as typeof user) }),
    ...options,
  })
}

const store = (): TokenStore => memoryTokenStore({ now: () => world.emulator.clock.now() })

describe('authenticate()', () => {
  test('resolves to who signed in, and caches the token that it got', async () => {
    await using credential = withPeople()
    expect(await credential.authenticate(scope)).toEqual({
      authority: new URL(world.emulator.url).host,
      homeAccountId,
      clientId: publicClientId,
      tenantId,
      username: user.username,
      version: '1.0',
    })
    await credential.getToken(scope)
    expect(grantsOf(world)).toEqual([poll])
  })

  test('asks nobody who has signed in', async () => {
    await using credential = withPeople()
    const record = await credential.authenticate(scope)
    expect(await credential.authenticate([scope])).toEqual(record)
    expect(await credential.authenticate(otherScope)).toEqual(record)
    expect(grantsOf(world)).toEqual([poll, 'refresh_token'])
  })

  test.each([
    [AzureAuthorityHosts.AzurePublicCloud, 'https://management.core.windows.net//.default'],
    [AzureAuthorityHosts.AzureGovernment, 'https://management.core.usgovcloudapi.net//.default'],
    [AzureAuthorityHosts.AzureChina, 'https://management.core.chinacloudapi.cn//.default'],
  ])('without scopes asks at %s for its resource manager', async (authorityHost, expected) => {
    const asked: (string | null)[] = []
    const fetch = (_: string, { body }: TransportInit) => {
      asked.push(new URLSearchParams(body).get('scope'))
      return Response.json({ error: 'x' }, { status: 400 })
    }
    await using credential = withPeople({ authorityHost, fetch })
    await failure(credential.authenticate())
    expect(asked).toEqual([`${expected} openid profile offline_access`])
  })

  test('without scopes signs in at the emulator too', async () => {
    await using credential = withPeople()
    expect((await credential.authenticate()).username).toBe(user.username)
  })

  test('passes abort on, and rejects when the credential is closed', async () => {
    const credential = withPeople()
    const aborted = credential.authenticate(scope, { abortSignal: AbortSignal.abort() })
    expect((await failure(aborted)).name).toBe('AbortError')
    await credential.close()
    expect((await failure(credential.authenticate(scope))).message).toMatch(/is closed/)
  })
})

describe('disableAutomaticAuthentication', () => {
  test('getToken says what has to be authenticated, and authenticate() does it', async () => {
    await using credential = withPeople({ disableAutomaticAuthentication: true, additionallyAllowedTenants: ['*'] })
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    const error = (await failure(
      credential.getToken([scope], { claims, enableCae: true, tenantId }),
    )) as AuthenticationRequiredError
    expect(error).toBeInstanceOf(AuthenticationRequiredError)
    expect(error).toMatchObject({ scopes: [scope], claims, getTokenOptions: { claims, enableCae: true, tenantId } })
    expect(error.message).toBe(
      'DeviceCodeCredential: Automatic authentication has been disabled. Call authenticate(), then try again.',
    )
    expect(world.emulator.requests).toHaveLength(0)
    await credential.authenticate(error.scopes, error.getTokenOptions)
    expect((await credential.getToken(scope, { enableCae: true })).token).toBeTruthy()
    expect(world.emulator.requests.at(-1)?.form.claims).toContain('c1')
    // What was not asked for yet comes without anybody.
    await credential.getToken(otherScope)
    expect(grantsOf(world)).toEqual([poll, 'refresh_token'])
  })

  test('a challenge that takes a person comes back with its claims', async () => {
    await using credential = withPeople({ disableAutomaticAuthentication: true })
    await credential.authenticate(scope)
    const claims = '{"access_token":{"polids":{"essential":true,"values":["p"]}}}'
    world.emulator.faults.next({ aadsts: 50076, claims })
    const error = await failure(credential.getToken(otherScope))
    expect(error).toMatchObject({ name: 'AuthenticationRequiredError', scopes: [otherScope], claims, statusCode: 400 })
    expect((error.cause as Error).message).toContain('AADSTS50076')
  })
})

describe('a challenge', () => {
  test('is taken to the person, with the claims that Entra ID asks for', async () => {
    await using credential = withPeople()
    await credential.getToken(scope)
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    world.emulator.faults.next({ aadsts: 50076, claims })
    expect((await credential.getToken(otherScope)).token).toBeTruthy()
    expect(grantsOf(world)).toEqual([poll, 'refresh_token', poll])
    const begun = world.emulator.requests.filter(({ path }) => path.endsWith('/devicecode'))
    expect(begun.map(({ form }) => form.claims)).toEqual([undefined, claims])
  })

  test('of the caller goes with the refresh token first', async () => {
    await using credential = withPeople()
    const first = await credential.getToken(scope)
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
    expect((await credential.getToken(scope, { claims })).token).not.toBe(first.token)
    expect(grantsOf(world)).toEqual([poll, 'refresh_token'])
    expect(world.emulator.requests.at(-1)?.form.claims).toBe(claims)
  })
})

describe('the refresh token', () => {
  test('is replaced by each that comes', async () => {
    await using credential = withPeople()
    for (let hour = 0; hour < 3; hour++) {
      await credential.getToken(scope)
      world.emulator.clock.advance(3_600_000)
    }
    const used = world.emulator.requests.flatMap(({ form }) => form.refresh_token ?? [])
    expect(new Set(used).size).toBe(2)
  })

  test('that is revoked costs a sign-in, of the same person', async () => {
    await using credential = withPeople({}, [user, user])
    await credential.getToken(scope)
    world.emulator.revokeRefreshTokens()
    expect(objectIdOf((await credential.getToken(otherScope)).token)).toBe(user.objectId)
    expect(grantsOf(world)).toEqual([poll, 'refresh_token', poll])
  })

  test('that is revoked opens no sign-in for a refresh behind the callers’ backs: the token lasts until its end', async () => {
    await using credential = withPeople()
    const first = await credential.getToken(scope)
    world.emulator.revokeRefreshTokens()
    world.emulator.clock.set(first.expiresOnTimestamp - 200_000)
    expect((await credential.getToken(scope)).token).toBe(first.token)
    await until(() => world.events.some(({ type }) => type === 'refresh-failed'))
    world.emulator.clock.set(first.expiresOnTimestamp - 10_000)
    expect((await credential.getToken(scope)).token).toBe(first.token)
    expect(grantsOf(world)).toEqual([poll, 'refresh_token'])
    world.emulator.clock.set(first.expiresOnTimestamp)
    expect((await credential.getToken(scope)).token).not.toBe(first.token)
    expect(grantsOf(world)).toEqual([poll, 'refresh_token', poll])
  })

  test('serves other tenants: one sign-in for all of them, each with tokens of its own', async () => {
    const asked: string[] = []
    // The emulator knows no guests; this is how Entra ID answers one.
    const fetch = async (url: string, init: TransportInit) => {
      asked.push(`${url.split('/')[3]} ${new URLSearchParams(init.body).get('grant_type') ?? 'begin'}`)
      return world.emulator.fetch(url.replace(otherTenantId, tenantId), init)
    }
    await using credential = withPeople({ fetch, additionallyAllowedTenants: [otherTenantId] })
    const own = await credential.getToken(scope)
    const other = await credential.getToken(scope, { tenantId: otherTenantId })
    expect(other.token).not.toBe(own.token)
    expect((await credential.getToken(scope)).token).toBe(own.token)
    expect((await credential.getToken(scope, { tenantId: otherTenantId })).token).toBe(other.token)
    expect(asked).toEqual([`${tenantId} begin`, `${tenantId} ${poll}`, `${otherTenantId} refresh_token`])
  })

  test('is kept where a tenant does not know the person: nobody is asked, and the others go on', async () => {
    await using credential = withPeople({ additionallyAllowedTenants: [otherTenantId] })
    await credential.getToken(scope)
    expect(await failure(credential.getToken(scope, { tenantId: otherTenantId }))).toMatchObject({
      name: 'AuthenticationError',
      errorResponse: { errorCodes: [50020] },
    })
    await credential.getToken(otherScope)
    expect(grantsOf(world)).toEqual([poll, 'refresh_token', 'refresh_token'])
  })

  test('that yields a different account is refused', async () => {
    const clientInfo = Buffer.from('{"uid":"somebody","utid":"else"}').toString('base64url')
    const fetch = async (url: string, init: TransportInit) => {
      const answer = await world.emulator.fetch(url, init)
      const isRefresh = init.body?.includes('grant_type=refresh_token')
      return isRefresh ? Response.json({ ...((await answer.json()) as object), client_info: clientInfo }) : answer
    }
    await using credential = withPeople({ fetch })
    await credential.getToken(scope)
    expect((await failure(credential.getToken(otherScope))).message).toMatch(/yielded a token for a different account/)
  })
})

describe('another person', () => {
  test('can’t take an account’s place unasked: the sign-in is refused, and the account stays', async () => {
    await using credential = withPeople({}, [user, grace, user])
    await credential.getToken(scope)
    world.emulator.revokeRefreshTokens()
    const error = await failure(credential.getToken(otherScope))
    expect(error).toMatchObject({ name: 'AuthenticationRequiredError', scopes: [otherScope] })
    expect(error.message).toBe(
      `DeviceCodeCredential: ${grace.username} signed in, and this credential is ${user.username}'s. Sign in as ${user.username}, or call signOut() first.`,
    )
    expect(objectIdOf((await credential.getToken(otherScope)).token)).toBe(user.objectId)
  })

  test('can after signOut()', async () => {
    await using credential = withPeople({}, [user, grace])
    await credential.getToken(scope)
    await credential.signOut()
    expect((await credential.authenticate(scope)).username).toBe(grace.username)
    expect(objectIdOf((await credential.getToken(scope)).token)).toBe(grace.objectId)
  })
})

describe('signOut()', () => {
  test('removes the account’s tokens from memory and from the store, and nobody else’s', async () => {
    const tokenStore = store()
    await using other = withPeople({ tokenStore }, [grace])
    await other.getToken(scope)
    await using credential = withPeople({ tokenStore })
    await credential.getToken(scope)
    await until(() => world.events.filter(({ type }) => type === 'token-acquired').length === 2)
    const kinds = (await tokenStore.list(homeAccountId)).map(({ key }) => key.kind)
    expect(kinds.sort((left, right) => (left < right ? -1 : 1))).toEqual(['access', 'account', 'refresh'])
    await credential.signOut()
    expect(await tokenStore.list(homeAccountId)).toEqual([])
    expect(await tokenStore.list(`${grace.objectId}.${tenantId}`)).toHaveLength(3)
    await credential.getToken(scope)
    expect(grantsOf(world)).toEqual([poll, poll, poll])
  })

  test('leaves nothing in memory that would come back with the same person', async () => {
    await using credential = withPeople()
    await credential.getToken(scope)
    const { token } = await credential.getToken(otherScope)
    await credential.signOut()
    await credential.getToken(scope)
    expect((await credential.getToken(otherScope)).token).not.toBe(token)
    expect(grantsOf(world)).toEqual([poll, 'refresh_token', poll, 'refresh_token'])
  })

  test('says so where the store keeps its records', async () => {
    const list = () => Promise.reject(new Error('no connection'))
    await using credential = withPeople({ tokenStore: { ...memoryTokenStoreMethods(store()), list } })
    await credential.getToken(scope)
    expect((await failure(credential.signOut())).message).toMatch(
      /signed out here, but the tokenStore still has its records/,
    )
    await credential.getToken(scope)
    expect(grantsOf(world)).toEqual([poll, poll])
  })

  test('what was on its way does not bring the account back', async () => {
    const tokenStore = store()
    await using credential = withPeople({ tokenStore })
    await credential.getToken(scope)
    world.emulator.faults.next({ delay: 100 })
    const late = failure(credential.getToken(otherScope))
    await until(() => grantsOf(world).length === 2)
    await credential.signOut()
    expect((await late).message).toMatch(/signed out in the meantime/)
    expect(await tokenStore.list(homeAccountId)).toEqual([])
  })
})

describe('a record', () => {
  async function recorded(tokenStore: TokenStore): Promise<AuthenticationRecord> {
    await using credential = withPeople({ tokenStore })
    return await credential.authenticate(scope)
  }

  test('and a store bring the account back in the next process, without asking', async () => {
    const tokenStore = store()
    const authenticationRecord = await recorded(tokenStore)
    await using credential = withPeople({ tokenStore, authenticationRecord })
    expect(objectIdOf((await credential.getToken(otherScope)).token)).toBe(user.objectId)
    expect(grantsOf(world)).toEqual([poll, 'refresh_token'])
    expect((await credential.getToken(scope)).token).toBeTruthy()
    expect(grantsOf(world)).toHaveLength(2)
  })

  test('alone names who has to sign in', async () => {
    const authenticationRecord = await recorded(store())
    await using credential = withPeople({ authenticationRecord }, [grace, user])
    expect((await failure(credential.getToken(scope))).message).toContain(`this credential is ${user.username}'s`)
    expect(await credential.authenticate(scope)).toEqual(authenticationRecord)
  })

  test('gives tenant, client and authority where the options do not', async () => {
    const urls: string[] = []
    const fetch = (url: string, { body }: TransportInit) => {
      urls.push(`${url} ${new URLSearchParams(body).get('client_id')}`)
      return Response.json({ error: 'x' }, { status: 400 })
    }
    const authenticationRecord = {
      ...{ authority: 'login.microsoftonline.us', tenantId: 'contoso.example', clientId: 'c', username: 'u' },
      homeAccountId: 'o.t',
    }
    for (const options of [{}, { tenantId: 'fabrikam.example', clientId: 'd', authorityHost: 'https://sts.example' }]) {
      await using credential = new DeviceCodeCredential({ host: { env: {} }, fetch, authenticationRecord, ...options })
      await failure(credential.getToken(scope))
    }
    expect(urls).toEqual([
      'https://login.microsoftonline.us/contoso.example/oauth2/v2.0/devicecode c',
      'https://sts.example/fabrikam.example/oauth2/v2.0/devicecode d',
    ])
  })

  test('that is not there yet reads nothing of the store: neither an application’s tokens nor anybody’s', async () => {
    const keys: string[] = []
    const inner = store()
    const tokenStore = {
      ...memoryTokenStoreMethods(inner),
      get: (key: Parameters<TokenStore['get']>[0]) => {
        keys.push(key.partition)
        return inner.get(key)
      },
    }
    await using credential = withPeople({ tokenStore })
    await credential.getToken(scope)
    expect(keys).toEqual([])
    await credential.getToken(otherScope)
    expect(new Set(keys)).toEqual(new Set([homeAccountId]))
  })
})

describe('the ID token', () => {
  const now = (): number => Math.floor(world.emulator.clock.now() / 1000)
  const good = () => ({
    iss: `${world.emulator.url}/${tenantId}/v2.0`,
    aud: publicClientId,
    iat: now(),
    nbf: now(),
    exp: now() + 3600,
    tid: tenantId,
    oid: user.objectId,
    sub: 'pairwise',
    preferred_username: user.username,
  })

  /** A sign-in whose id token has these claims; a text stands for the whole. */
  async function signIn(
    claims: object | string | undefined,
    options: DeviceCodeCredentialOptions = {},
    headers: Record<string, string> = {},
  ) {
    const fetch = async (url: string, init: TransportInit) => {
      const answer = await world.emulator.fetch(url, init)
      if (!url.endsWith('/token')) return answer
      const { id_token, client_info, ...body } = (await answer.json()) as Record<string, unknown>
      return Response.json({ ...body, id_token: typeof claims === 'object' ? jwt(claims) : claims }, { headers })
    }
    await using credential = withPeople({ fetch, ...options })
    return await credential.authenticate(scope)
  }

  test('that fits says who it is, without a word of Entra ID on the home account too', async () => {
    expect(await signIn(good())).toMatchObject({ homeAccountId, username: user.username })
    expect(await signIn({ ...good(), preferred_username: undefined, upn: 'ada' })).toMatchObject({ username: 'ada' })
    expect(await signIn({ ...good(), aud: [publicClientId, 'x'], azp: publicClientId })).toBeDefined()
  })

  test.each<[string, () => object | string | undefined, RegExp]>([
    ['that is missing', () => undefined, /no readable ID token/],
    ['that is no JWT', () => 'nonsense', /no readable ID token/],
    ['of another authority', () => ({ ...good(), iss: `https://evil.example/${tenantId}/v2.0` }), /a different issuer/],
    [
      'of a look-alike',
      () => ({ ...good(), iss: `${world.emulator.url}.evil.example/${tenantId}/v2.0` }),
      /a different issuer/,
    ],
    [
      'of a path of the authority',
      () => ({ ...good(), iss: `${world.emulator.url}/x/${tenantId}/v2.0` }),
      /a different issuer/,
    ],
    [
      'of another tenant',
      () => ({ ...good(), tid: otherTenantId, iss: `${world.emulator.url}/${otherTenantId}/v2.0` }),
      /a different issuer/,
    ],
    ['whose tenant is not its issuer’s', () => ({ ...good(), tid: otherTenantId }), /a different issuer/],
    ['without an issuer', () => ({ ...good(), iss: undefined }), /a different issuer/],
    ['for another application', () => ({ ...good(), aud: otherTenantId }), /another application \(aud\)/],
    ['for several, and given to none', () => ({ ...good(), aud: [publicClientId, 'x'] }), /\(azp\)/],
    ['given to another', () => ({ ...good(), azp: 'x' }), /\(azp\)/],
    ['that has expired', () => ({ ...good(), exp: now() - 301 }), /has expired/],
    ['that is not valid yet', () => ({ ...good(), nbf: now() + 400 }), /not valid yet/],
    ['issued in the future', () => ({ ...good(), iat: now() + 400 }), /not valid yet/],
    ['without times', () => ({ ...good(), exp: 'never' }), /no expiry or issue time/],
    ['that names nobody', () => ({ ...good(), sub: undefined }), /names no user/],
  ])('%s ends the sign-in', async (_, claims, reason) => {
    const error = await failure(signIn(claims()))
    expect(error).toMatchObject({ name: 'AuthenticationError', statusCode: 200 })
    expect(error.message).toMatch(/returned an ID token that failed validation: .* sign in again\.$/)
    expect(error.message).toMatch(reason)
  })

  // This machine's clock is wrong by hours, and the server's response says so.
  test.each([-7200, 7200])(
    'is judged by the clock of the server that sent it: %i s beside ours',
    async (difference) => {
      const there = now() + difference
      const claims = { ...good(), iat: there, nbf: there, exp: there + 3600 }
      const date = new Date(there * 1000).toUTCString()
      expect(await signIn(claims, {}, { date })).toMatchObject({ homeAccountId })
      const over = signIn({ ...claims, exp: there - 9000 }, {}, { date })
      expect((await failure(over)).message).toMatch(/has expired/)
      expect((await failure(signIn(claims, {}, { date: 'today' }))).message).toMatch(/has expired|not valid yet/)
    },
  )

  test('of a guest names them in the tenant they visit; they are filed under their home, which comes beside it', async () => {
    const home = Buffer.from('{"uid":"home-object","utid":"home-tenant"}').toString('base64url')
    const fetch = async (url: string, init: TransportInit) => {
      const answer = await world.emulator.fetch(url, init)
      if (!url.endsWith('/token')) return answer
      return Response.json({ ...((await answer.json()) as object), client_info: home })
    }
    await using credential = withPeople({ fetch })
    expect(await credential.authenticate(scope)).toMatchObject({ homeAccountId: 'home-object.home-tenant', tenantId })
  })

  test('may be of any organization where none is named, but of no personal account', async () => {
    const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'
    const of = (tid: string) => ({ ...good(), tid, iss: `${world.emulator.url}/${tid}/v2.0` })
    const options = { tenantId: 'organizations' }
    expect(await signIn(of(otherTenantId), options)).toMatchObject({ tenantId: otherTenantId })
    expect((await failure(signIn(of(personal), options))).message).toMatch(/a different issuer/)
  })
})

/** The methods of a store, bound: a store may be a class. */
function memoryTokenStoreMethods(inner: TokenStore): TokenStore {
  return {
    get: (key) => inner.get(key),
    set: (record) => inner.set(record),
    delete: (key) => inner.delete(key),
    list: (partition) => inner.list(partition),
  }
}
