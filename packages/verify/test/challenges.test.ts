import { describe, expect, test } from 'vitest'
import {
  type AccessTokensOptions,
  accessTokens,
  challenge,
  KeysUnavailable,
  requireAuthenticationContext,
  requireRole,
  requireScope,
  requireUserRole,
  TokenRejected,
  type VerifiedToken,
} from '../src/index.ts'
import { apiId, type Members, makeKey, makeToken, now, shapes, tenantId } from './azure-tokens.ts'
import { rejectionOf } from './rejected.ts'

const key = makeKey()
const keys = { keys: [key.jwk] }
const resource = 'https://api.example/mcp'

function verifier(options: Partial<AccessTokensOptions> = {}) {
  return accessTokens({ audience: apiId, tenants: [tenantId], keys, host: { now: () => now }, ...options })
}

const callerOf = (claims: Members): Promise<VerifiedToken> => verifier()(makeToken(key, claims))
const authorize = `realm="", authorization_uri="https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/authorize"`

function thrownBy(act: () => unknown): TokenRejected {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(TokenRejected)
    return error as TokenRejected
  }
  throw new Error('nothing was thrown')
}

describe('WWW-Authenticate (RFC 6750, 3)', () => {
  test('a request without a token is told where to get one, and no error', async () => {
    const { statusCode, wwwAuthenticate } = await rejectionOf(verifier()({ headers: new Headers() }))
    expect([statusCode, wwwAuthenticate]).toEqual([401, `Bearer ${authorize}`])
  })

  test('it says what scopes to ask for, and where the API describes itself', async () => {
    const verify = verifier({ resource, requiredScopes: ['Tools.Call', ['Files.Read', 'Files.Write']] })
    const { wwwAuthenticate } = await rejectionOf(verify(''))
    const scope = `scope="api://${apiId}/Tools.Call api://${apiId}/Files.Read"`
    const metadata = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource/mcp"'
    expect(wwwAuthenticate).toBe(`Bearer ${authorize}, ${scope}, ${metadata}`)
  })

  test('a token that is no good is 401 invalid_token, one that permits too little 403 insufficient_scope', async () => {
    const expired = await rejectionOf(verifier()(makeToken(key, { ...shapes.userV2, exp: 1 })))
    expect([expired.statusCode, expired.wwwAuthenticate]).toEqual([
      401,
      `Bearer ${authorize}, error="invalid_token", error_description="The token has expired."`,
    ])
    const verify = verifier({ requiredScopes: ['Admin'] })
    const few = await rejectionOf(verify(makeToken(key, shapes.userV2)))
    expect(few.statusCode).toBe(403)
    expect(few.wwwAuthenticate).toMatch(
      `error="insufficient_scope", error_description="The token lacks a scope.", scope="api://${apiId}/Admin"`,
    )
  })

  test('for several tenants the authorization endpoint is the common one, of the first cloud', async () => {
    const verify = verifier({ tenants: 'any', clouds: 'china' })
    expect((await rejectionOf(verify(''))).wwwAuthenticate).toMatch(
      'authorization_uri="https://login.partner.microsoftonline.cn/common/oauth2/v2.0/authorize"',
    )
  })

  test('nothing of a token gets into the header, whatever it says', async () => {
    const evil = `"\r\nSet-Cookie: a=b, error="x`
    for (const changes of [{ iss: evil }, { tid: evil }, { aud: evil }, { azp: evil }, { scp: evil }, { ver: evil }]) {
      const verify = verifier({ allowedClients: [tenantId] })
      const { wwwAuthenticate } = await rejectionOf(verify(makeToken(key, { ...shapes.userV2, ...changes })))
      expect(wwwAuthenticate).not.toMatch(/Set-Cookie/)
      expect(wwwAuthenticate).toMatch(/^[\x20-\x7e]+$/)
    }
    for (const header of [{ alg: evil }, { typ: evil }, { kid: evil }]) {
      expect((await rejectionOf(verifier()(makeToken(key, shapes.userV2, header)))).wwwAuthenticate).not.toMatch(
        /Set-Cookie/,
      )
    }
  })
})

describe('words for a log', () => {
  test('are one line of printable characters, cut, without the token', async () => {
    const evil = `\u202e\r\nINFO all is well ${'x'.repeat(10_000)}`
    const token = makeToken(key, { ...shapes.userV2, aud: evil })
    const { message, reason, remedy } = await rejectionOf(verifier()(token))
    expect(message).toBe(`accessTokens: ${reason} ${remedy}`)
    expect(message).toMatch(/^[\x20-\x7e]+$/)
    expect(message).toContain('Found: "\\u202e\\r\\nINFO')
    expect(message.length).toBeLessThan(600)
    for (const part of token.split('.')) expect(message).not.toContain(part)
  })

  test('go to onRejected, which can neither let in nor keep out', async () => {
    const heard: unknown[] = []
    const verify = verifier({
      onRejected: async (error) => {
        heard.push(error.code)
        throw new Error('the log is full')
      },
    })
    expect((await rejectionOf(verify('x'))).code).toBe('malformed')
    await verify(makeToken(key, shapes.userV2))
    const loud = verifier({
      onRejected: () => {
        throw new Error('the log is full')
      },
    })
    expect((await rejectionOf(loud('x'))).code).toBe('malformed')
    expect(heard).toEqual(['malformed'])
  })
})

describe('claims challenges', () => {
  const claims = { access_token: { acrs: { essential: true, value: 'c1' } } }

  test('carry the claims in base64, as clients of Entra ID expect', () => {
    for (const given of [claims, JSON.stringify(claims)]) {
      const { statusCode, wwwAuthenticate } = challenge({ claims: given })
      expect(statusCode).toBe(401)
      const [, sent = ''] = /claims="([^"]+)"/.exec(wwwAuthenticate) ?? []
      expect(JSON.parse(atob(sent))).toEqual(claims)
      expect(wwwAuthenticate).toMatch('error="insufficient_claims"')
      expect(wwwAuthenticate).toMatch(
        'authorization_uri="https://login.microsoftonline.com/common/oauth2/v2.0/authorize"',
      )
    }
    expect(() => challenge({ claims: 'no' })).toThrow(TypeError)
    expect(() => challenge({ claims: [] })).toThrow(TypeError)
  })

  test('step-up: a context that the user has not satisfied is asked for', async () => {
    const caller = await callerOf({ ...shapes.userV2, acrs: ['c1'] })
    requireAuthenticationContext(caller, 'c1')
    const thrown = thrownBy(() => requireAuthenticationContext(caller, 'c2'))
    expect(thrown.wwwAuthenticate).toMatch(authorize)
    expect(atob(/claims="([^"]+)"/.exec(thrown.wwwAuthenticate)?.[1] ?? '')).toMatch('"value":"c2"')
  })
})

describe('requireScope, requireRole and requireUserRole', () => {
  test('tell users from applications', async () => {
    const user = await callerOf({ ...shapes.userV2, roles: ['Admin'] })
    const app = await callerOf(shapes.appV1)
    requireScope(user, 'Files.Read', ['Admin', 'Files.Write'])
    requireUserRole(user, 'Admin')
    requireRole(app, 'Files.Read.All')
    expect(thrownBy(() => requireScope(user, 'Admin')).code).toBe('scope')
    expect(thrownBy(() => requireScope(app, 'Files.Read.All')).code).toBe('kind')
    expect(thrownBy(() => requireRole(user, 'Admin')).code).toBe('kind')
    expect(thrownBy(() => requireUserRole(app, 'Files.Read.All')).code).toBe('kind')
    expect(thrownBy(() => requireUserRole(user, 'Owner')).code).toBe('role')
    expect(thrownBy(() => requireRole(app, 'Owner')).statusCode).toBe(403)
  })

  test('take no empty list, which would let everybody in', async () => {
    const [user, app] = [await callerOf(shapes.userV2), await callerOf(shapes.appV1)]
    expect(() => requireScope(user, ...[])).toThrow(/^requireScope: nothing is required\./)
    expect(() => requireUserRole(user, ...[])).toThrow(TypeError)
    expect(() => requireRole(app, ...[])).toThrow(TypeError)
  })
})

describe('requests', () => {
  const token = makeToken(key, shapes.userV2)
  const verify = verifier()
  const headers = (value: string): Headers => new Headers({ Authorization: value })

  test.each(['Bearer ', 'bearer ', 'BEARER ', 'Bearer   '])('the scheme is read as %j', async (scheme) => {
    expect(await verify({ headers: headers(scheme + token) })).toBeDefined()
    expect(await verify({ headers: { authorization: scheme + token } })).toBeDefined()
  })

  test.each(['', 'Bearer', 'Basic YTpi', `Bearer${token}`, `Bearer\t${token}`, `DPoP ${token}`, token])(
    '%.20j is no bearer token',
    async (value) => {
      expect((await rejectionOf(verify({ headers: headers(value) }))).code).toBe('missing')
      expect((await rejectionOf(verify({ headers: { authorization: value } }))).code).toBe('missing')
    },
  )

  test.each(['\t', '\u00a0', '\v', '\f', ','])('%j beside the token is a part of it', async (character) => {
    for (const value of [`Bearer ${character}${token}`, `Bearer ${token}${character}`]) {
      expect((await rejectionOf(verify({ headers: { authorization: value } }))).code).toBe('malformed')
    }
  })

  test.each([undefined, null, 7, {}, { headers: null }, { headers: 'x' }])(
    '%j is neither a request nor a token',
    async (source) => {
      await expect(verify(source as never)).rejects.toThrow(/^verify: the argument must be a request, or a token\. /)
    },
  )

  test('two headers are no token, be it that one of them is good', async () => {
    const two = new Headers([
      ['Authorization', `Bearer ${token}`],
      ['Authorization', 'Bearer x'],
    ])
    expect((await rejectionOf(verify({ headers: two }))).code).toBe('malformed')
    const rawHeaders = ['Host', 'a', 'authorization', `Bearer ${token}`, 'AUTHORIZATION', 'Bearer x']
    expect((await rejectionOf(verify({ headers: { authorization: `Bearer ${token}` }, rawHeaders }))).code).toBe(
      'malformed',
    )
    expect(
      await verify({ headers: { authorization: `Bearer ${token}` }, rawHeaders: rawHeaders.slice(0, 4) }),
    ).toBeDefined()
  })
})

test('errors answer by themselves, as frameworks ask them to', () => {
  const rejected = challenge({ claims: {} })
  expect(rejected.getResponse().status).toBe(401)
  expect(rejected.getResponse().headers.get('WWW-Authenticate')).toBe(rejected.headers['WWW-Authenticate'])
  const unavailable = new KeysUnavailable('https://login.example/keys', 'the answer has status 500')
  expect(unavailable.getResponse().status).toBe(503)
  expect(unavailable.getResponse().headers.get('Retry-After')).toBe('5')
})

test('without options there is one clear error', () => {
  for (const options of [undefined, null, 'x']) {
    expect(() => accessTokens(options as never)).toThrow(/^accessTokens: options must be an object\. /)
  }
})

test('an address with a query keeps it in the address of its metadata (RFC 9728, 3)', () => {
  expect(verifier({ resource: 'https://api.example/mcp?v=1' }).protectedResource?.metadataUrl).toBe(
    'https://api.example/.well-known/oauth-protected-resource/mcp?v=1',
  )
})

test.each<[string, object, RegExp]>([
  ['no audience', { audience: [] }, /audience must be a name/],
  ['an audience with a space', { audience: 'a b' }, /audience must be a name/],
  ['an audience with a quote', { audience: 'api://"a' }, /audience must be a name/],
  ['a scope with a backslash', { requiredScopes: ['a\\b'] }, /requiredScopes must be a list/],
  ['a domain as tenant', { tenants: ['contoso.com'] }, /tenants must be a list of tenant ids.*domain/],
  ['common as tenant', { tenants: ['common'] }, /tenants must be a list/],
  ['no tenants', { tenants: [] }, /tenants must be a list/],
  ['a misspelt rule', { requiredScope: ['x'] }, /requiredScope is not an option\. The options are audience, tenants/],
  ['an unknown cloud', { clouds: 'germany' }, /neither a cloud nor an authority/],
  ['no cloud', { clouds: [] }, /clouds must not be empty/],
  ['plain http', { clouds: 'http://login.example' }, /neither a cloud nor an authority/],
  ['an authority with a path', { clouds: 'https://login.example/tenant' }, /neither a cloud nor an authority/],
  [
    'an issuer without a template',
    { clouds: { url: 'https://a.example', issuers: { v2: 'https://a.example' } } },
    /without \{tenantid\}/,
  ],
  ['too much tolerance', { clockTolerance: 301 }, /clockTolerance must not be 301/],
  ['milliseconds by mistake', { clockTolerance: 60_000 }, /0 to 300 seconds/],
  ['no number', { clockTolerance: Number.NaN }, /clockTolerance must not be NaN/],
  ['an empty list of scopes', { requiredScopes: [] }, /requiredScopes must be a list of names/],
  ['an empty alternative', { requiredRoles: [[]] }, /requiredRoles must be a list of names/],
  ['a string of scopes', { requiredScopes: 'a b' }, /requiredScopes must be a list of names/],
  ['clients by name', { allowedClients: ['portal'] }, /allowedClients must be a list of client ids/],
  ['no keys', { keys: { keys: [] } }, /keys must be a key set/],
  ['a resource without a scheme', { resource: 'api.example' }, /resource must be an address/],
  ['a negative memory', { remember: -1 }, /remember must not be -1/],
])('%s is refused at once', (_, options, words) => {
  expect(() => verifier(options as Partial<AccessTokensOptions>)).toThrow(words)
  expect(() => verifier(options as Partial<AccessTokensOptions>)).toThrow(TypeError)
})
