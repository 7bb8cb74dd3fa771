import { describe, expect, test } from 'vitest'
import { type AccessTokensOptions, accessTokens } from '../src/index.ts'
import {
  apiId,
  clientId,
  encoded,
  type Members,
  makeKey,
  makeToken,
  now,
  otherTenantId,
  shapes,
  signed,
  tenantId,
} from './azure-tokens.ts'
import { rejectionOf } from './rejected.ts'

const key = makeKey()
const stranger = makeKey()
const keys = { keys: [key.jwk] }
const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad'

function verifier(options: Partial<AccessTokensOptions> = {}) {
  return accessTokens({ audience: apiId, tenants: [tenantId], keys, host: { now: () => now }, ...options })
}

const verify = verifier()

async function codeOf(token: string, options?: Partial<AccessTokensOptions>): Promise<string> {
  return (await rejectionOf((options ? verifier(options) : verify)(token))).code
}

const userV2 = (changes: Members): string => makeToken(key, { ...shapes.userV2, ...changes })
const appV1 = (changes: Members): string => makeToken(key, { ...shapes.appV1, ...changes })

describe('a good token', () => {
  test('of a user, version 2.0, tells who calls', async () => {
    expect(await verify(userV2({ acrs: ['c1'], xms_cc: ['cp1'], groups: ['g1'] }))).toMatchObject({
      ...{
        tenantId,
        objectId: shapes.userV2.oid,
        subject: shapes.userV2.sub,
        clientId,
        version: '2.0',
        audience: apiId,
      },
      ...{ scopes: ['Files.Read', 'Files.Write'], roles: [], isAppOnly: false, groups: ['g1'], hasGroupOverage: false },
      ...{ authenticationContexts: ['c1'], handlesClaimsChallenges: true, username: 'abeli@contoso.example' },
      ...{ issuedAt: now - 300_000, expiresAt: now + 4_200_000, name: 'Abe Lincoln' },
    })
  })

  test('of an application, version 1.0, without idtyp, is known by its subject', async () => {
    const caller = await verify(appV1({}))
    expect(caller).toMatchObject({ isAppOnly: true, version: '1.0', scopes: [], audience: `api://${apiId}`, clientId })
    expect(caller.roles).toEqual(['Files.Read.All', 'Files.Write.All'])
  })

  test.each(['appV2', 'userV1'] as const)('of the shape %s passes too', async (shape) => {
    expect(await verify(makeToken(key, shapes[shape]))).toMatchObject({ isAppOnly: shape === 'appV2' })
  })

  test('shows its text in no inspection and no JSON, and gives it when asked', async () => {
    const { inspect } = await import('node:util')
    const token = userV2({})
    const caller = await verify(token)
    expect(inspect(caller, { depth: 9, showHidden: true }) + JSON.stringify(caller)).not.toContain(token.slice(-40))
    expect(caller.token).toBe(token)
  })

  test('has claims that nobody can change for the next caller', async () => {
    const caller = await verify(userV2({ groups: ['g1'] }))
    expect(() => (caller.scopes as string[]).push('Admin')).toThrow(TypeError)
    expect(() => Object.assign(caller.claims, { oid: 'x' })).toThrow(TypeError)
    expect(() => (caller.claims.groups as string[]).push('x')).toThrow(TypeError)
  })
})

describe('form (RFC 7515, 7519, 4648)', () => {
  const good = userV2({})
  const [head = '', body = '', signature = ''] = good.split('.')
  const text = JSON.stringify(shapes.userV2)
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])

  test.each<[string, string]>([
    ['two parts', `${head}.${body}`],
    ['four parts', `${good}.x`],
    ['an empty part', `${head}..${signature}`],
    ['padding', `${head}.${body}=.${signature}`],
    ['the alphabet of plain base64', `${head}.${body.slice(0, -4)}ab+/.${signature}`],
    ['white space', `${head}.${body}.${signature}\n`],
    ['a length that no bytes have', `${head}.${body}.${signature}AAA`],
    ['more than 16 KiB', userV2({ padding: 'x'.repeat(13_000) })],
    ['claims that are no JSON', signed(key, { typ: 'JWT', alg: 'RS256', kid: key.kid }, 'no')],
    ['claims that are a list', signed(key, { typ: 'JWT', alg: 'RS256', kid: key.kid }, '[]')],
    [
      'a claim that is there twice',
      signed(key, { typ: 'JWT', alg: 'RS256', kid: key.kid }, `{"aud":"x",${text.slice(1)}`),
    ],
    [
      'the same with an escape',
      signed(key, { typ: 'JWT', alg: 'RS256', kid: key.kid }, `{"a\\u0075d":"x",${text.slice(1)}`),
    ],
    ['twice inside', signed(key, { typ: 'JWT', alg: 'RS256', kid: key.kid }, `{"x":{"a":1,"a":2},${text.slice(1)}`)],
    ['twice in the header', signed(key, `{"alg":"none","typ":"JWT","alg":"RS256","kid":"${key.kid}"}`, shapes.userV2)],
    ['nine levels', userV2({ deep: nested(9) })],
  ])('%s is malformed', async (_, token) => {
    expect(await codeOf(token)).toBe('malformed')
  })

  test('bytes that are no UTF-8 are malformed', async () => {
    const bytes = Buffer.from(text.replace('Abe', 'A\u00e9'), 'latin1').toString('base64url')
    expect(await codeOf(`${head}.${bytes}.${signature}`)).toBe('malformed')
  })

  test('another spelling of the same signature is malformed', async () => {
    const others = ['B', 'C', 'P'].map((each) => `${good.slice(0, -1)}${each}`).filter((each) => each !== good)
    const same = others.filter((each) =>
      Buffer.from(each.split('.')[2] ?? '', 'base64url').equals(Buffer.from(signature, 'base64url')),
    )
    for (const each of same) expect(await codeOf(each)).toBe('malformed')
    // 256 bytes leave four bits over: the last character is one of four.
    expect('AQgw').toContain(good.at(-1))
    expect(await codeOf(`${good.slice(0, -1)}${String.fromCharCode(good.charCodeAt(good.length - 1) + 1)}`)).toBe(
      'malformed',
    )
  })

  test('colons, quotes and braces inside of strings count as nothing', async () => {
    expect((await verify(userV2({ name: '{"a":"\\\\\\"}:{[[[[[[[[[[', '\u{1f600}': '\\' }))).name).toMatch(/^\{"a"/)
  })
})

describe('header (RFC 8725; claims reference)', () => {
  const withHeader = (header: Members): string => makeToken(key, shapes.userV2, header)

  test.each(['none', 'None', 'HS256', 'RS384', 'RS512', 'PS256', 'ES256', 'rs256', undefined, ['RS256']])(
    'alg %j is refused',
    async (alg) => {
      expect(await codeOf(withHeader({ alg }))).toBe('algorithm')
    },
  )

  test.each<[string, unknown]>([
    ['jku', 'https://evil.example/keys'],
    ['jwk', stranger.jwk],
    ['x5u', 'https://evil.example/cert'],
    ['x5c', ['MII']],
    ['crit', ['exp']],
    ['b64', false],
    ['zip', 'DEF'],
    ['typ', 'dpop+jwt'],
    ['typ', 'jwt'],
    ['typ', undefined],
    ['kid', undefined],
    ['kid', 7],
    ['kid', ''],
  ])('%s = %j is refused', async (name, value) => {
    expect(await codeOf(withHeader({ [name]: value }))).toBe('header')
  })

  test('a token that brings its own key does not verify with it', async () => {
    expect(await codeOf(makeToken(stranger, shapes.userV2, { kid: key.kid, jwk: stranger.jwk }))).toBe('header')
    expect(await codeOf(makeToken(stranger, shapes.userV2, { kid: key.kid }))).toBe('signature')
    expect(await codeOf(makeToken(stranger, shapes.userV2))).toBe('unknown-key')
  })

  test('what Graph does to its tokens is recognised before anything is verified', async () => {
    expect(await codeOf(withHeader({ nonce: 'x', kid: 'unknown' }))).toBe('graph-token')
  })
})

describe('issuer and tenant (access-tokens, "Validate the issuer")', () => {
  const public2 = (id: string): string => `https://login.microsoftonline.com/${id}/v2.0`

  test.each<[string, string, Members]>([
    ['another host', 'issuer', { iss: `https://login.evil.example/${tenantId}/v2.0` }],
    ['a slash too many', 'issuer', { iss: `${public2(tenantId)}/` }],
    ['upper case', 'issuer', { iss: public2(tenantId).toUpperCase() }],
    ['plain http', 'issuer', { iss: public2(tenantId).replace('https', 'http') }],
    ['another cloud', 'issuer', { iss: `https://login.microsoftonline.us/${tenantId}/v2.0` }],
    ['the template itself', 'issuer', { iss: public2('{tenantid}') }],
    ['no issuer', 'claims', { iss: undefined }],
    ['a list of issuers', 'claims', { iss: [public2(tenantId)] }],
    ['another tenant', 'tenant', { iss: public2(otherTenantId), tid: otherTenantId }],
    ['an issuer of another tenant than tid', 'tenant', { iss: public2(otherTenantId) }],
    ['a tid of another tenant than the issuer', 'tenant', { tid: otherTenantId }],
    ['no tid', 'claims', { tid: undefined }],
    ['a tid in upper case', 'claims', { tid: tenantId.toUpperCase() }],
    ['version 1.0 from the issuer of 2.0', 'version', { ver: '1.0' }],
    ['no version', 'version', { ver: undefined }],
    ['a number as version', 'version', { ver: 2 }],
  ])('%s: %s', async (_, code, changes) => {
    expect(await codeOf(userV2(changes))).toBe(code)
  })

  test('any tenant means that issuer and tid still belong together', async () => {
    const any = verifier({ tenants: 'any' })
    const other = { iss: public2(otherTenantId), tid: otherTenantId }
    expect(await any(userV2(other))).toMatchObject({ tenantId: otherTenantId })
    expect((await rejectionOf(any(userV2({ tid: otherTenantId })))).code).toBe('tenant')
    expect((await rejectionOf(any(userV2({ iss: public2('common'), tid: 'common' })))).code).toBe('claims')
  })

  test('a key that belongs to one tenant signs for no other', async () => {
    const personal = makeKey(public2(consumers))
    const any = verifier({ tenants: 'any', keys: { keys: [key.jwk, personal.jwk] } })
    const theirs = { ...shapes.userV2, iss: public2(consumers), tid: consumers }
    expect(await any(makeToken(personal, theirs))).toMatchObject({ tenantId: consumers })
    expect((await rejectionOf(any(makeToken(personal, shapes.userV2)))).code).toBe('unknown-key')
    // Version 1.0 is measured by the same name.
    expect((await rejectionOf(any(makeToken(personal, shapes.appV1)))).code).toBe('unknown-key')
  })

  test.each<[string, string, string]>([
    ['us-government', 'https://login.microsoftonline.us', 'https://sts.windows.net'],
    ['china', 'https://login.partner.microsoftonline.cn', 'https://sts.chinacloudapi.cn'],
  ])('the cloud %s has issuers of its own', async (clouds, v2, v1) => {
    const theirs = makeKey(`${v2}/{tenantid}/v2.0`)
    const verifyThere = verifier({ clouds, keys: { keys: [theirs.jwk] } })
    const token = makeToken(theirs, { ...shapes.userV2, iss: `${v2}/${tenantId}/v2.0` })
    expect(await verifyThere(token)).toMatchObject({ version: '2.0' })
    expect(await verifyThere(makeToken(theirs, { ...shapes.appV1, iss: `${v1}/${tenantId}/` }))).toMatchObject({
      version: '1.0',
    })
    expect(await codeOf(token)).toBe('issuer')
  })

  test('of two clouds with one issuer, both are asked for the key', async () => {
    const theirs = makeKey('https://login.microsoftonline.us/{tenantid}/v2.0')
    const both = verifier({ clouds: ['public', 'us-government'], keys: { keys: [key.jwk, theirs.jwk] } })
    expect(await both(makeToken(theirs, shapes.appV1))).toMatchObject({ isAppOnly: true })
  })

  test('an authority can name issuers of its own', async () => {
    const url = 'https://contoso.ciamlogin.com'
    const v2 = 'https://{tenantid}.ciamlogin.com/{tenantid}/v2.0'
    const theirs = makeKey(v2)
    const verifyThere = verifier({ clouds: { url, issuers: { v2 } }, keys: { keys: [theirs.jwk] } })
    const iss = `https://${tenantId}.ciamlogin.com/${tenantId}/v2.0`
    expect(await verifyThere(makeToken(theirs, { ...shapes.userV2, iss }))).toMatchObject({ issuer: iss })
  })
})

describe('audience (claims-validation, "Validate the audience")', () => {
  test.each<[unknown, string]>([
    [`api://${apiId}/`, 'audience'],
    [apiId.toUpperCase(), 'audience'],
    [`api://${apiId}/Files.Read`, 'audience'],
    [`spn:${apiId}`, 'audience'],
    [clientId, 'audience'],
    [`${apiId} `, 'audience'],
    ['', 'audience'],
    [[apiId], 'claims'],
    [undefined, 'claims'],
    ['00000003-0000-0000-c000-000000000000', 'graph-token'],
    ['https://graph.microsoft.com', 'graph-token'],
    ['https://graph.microsoft.com/', 'graph-token'],
  ])('%j is refused: %s', async (aud, code) => {
    expect(await codeOf(userV2({ aud }))).toBe(code)
  })

  test('a client id stands for both of its names, an App ID URI for itself', async () => {
    for (const aud of [apiId, `api://${apiId}`]) expect(await verify(userV2({ aud }))).toMatchObject({ audience: aud })
    const orders = { audience: 'https://contoso.example/orders' }
    expect(await verifier(orders)(appV1({ aud: orders.audience }))).toMatchObject({ audience: orders.audience })
    expect(await codeOf(userV2({}), orders)).toBe('audience')
  })
})

describe('time (RFC 7519, 4.1)', () => {
  const seconds = now / 1000

  test.each<[string, string, Members]>([
    ['over to the second', 'expired', { exp: seconds }],
    ['over for long', 'expired', { exp: 1 }],
    ['valid from the next second', 'not-yet-valid', { nbf: seconds + 1 }],
    ['made in the future', 'not-yet-valid', { iat: seconds + 1 }],
    ['no end', 'claims', { exp: undefined }],
    ['no beginning', 'claims', { nbf: undefined }],
    ['no time of issue', 'claims', { iat: undefined }],
    ['an end as a string', 'claims', { exp: String(seconds + 60) }],
    ['a negative end', 'claims', { exp: -1 }],
    ['an end beyond all dates', 'claims', { exp: 1e300 }],
    ['null', 'claims', { exp: null }],
  ])('%s: %s', async (_, code, changes) => {
    expect(await codeOf(userV2(changes))).toBe(code)
  })

  test('a tolerance holds to the second, on both sides', async () => {
    const tolerant = { clockTolerance: 60 }
    expect(await verifier(tolerant)(userV2({ exp: seconds - 59 }))).toBeDefined()
    expect(await codeOf(userV2({ exp: seconds - 60 }), tolerant)).toBe('expired')
    expect(await verifier(tolerant)(userV2({ nbf: seconds + 60 }))).toBeDefined()
    expect(await codeOf(userV2({ nbf: seconds + 61 }), tolerant)).toBe('not-yet-valid')
  })
})

describe('kind of token', () => {
  test.each<[string, Members]>([
    ['no client id', { azp: undefined }],
    ['the client id of the other version', { azp: undefined, appid: clientId }],
    ['nonce', { nonce: 'n-0S6_WzA2Mj' }],
    ['at_hash', { at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' }],
    ['c_hash', { c_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' }],
  ])('an ID token is one by: %s', async (_, changes) => {
    // Also with app roles, which Entra ID writes into ID tokens for an app that is client and API at once.
    expect(await codeOf(userV2({ scp: undefined, roles: ['Admin'], ...changes }))).toBe('id-token')
  })

  test.each<[string, string, Members]>([
    ['no subject', 'claims', { sub: undefined }],
    ['an empty subject', 'claims', { sub: '' }],
    ['an object id that is a number', 'claims', { oid: 7 }],
    ['scopes as a list', 'claims', { scp: ['Files.Read'] }],
    ['roles as a string', 'claims', { roles: 'Admin' }],
    ['roles that are objects', 'claims', { roles: [{}] }],
    ['a client id that is a list', 'claims', { azp: [clientId] }],
    ['scopes in an application’s token', 'claims', { idtyp: 'app' }],
    ['a device’s token', 'kind', { idtyp: 'device' }],
    ['a token of nobody knows what', 'kind', { scp: undefined, oid: undefined, roles: ['Files.Read.All'] }],
    ['a token that is bound to a key', 'bound', { cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } }],
    [
      'a token that is bound to a certificate',
      'bound',
      { cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } },
    ],
    ['a kind that is no string', 'kind', { idtyp: ['app'] }],
  ])('%s: %s', async (_, code, changes) => {
    expect(await codeOf(userV2(changes))).toBe(code)
  })

  test('a user’s token without scopes is not taken for an application’s', async () => {
    const roles = ['Files.Read.All']
    expect(await verify(userV2({ scp: undefined, roles }))).toMatchObject({ isAppOnly: false, roles })
    expect(await codeOf(userV2({ scp: undefined, roles }), { requiredRoles: roles })).toBe('kind')
    // `idtyp` decides where it is there.
    const same = { scp: undefined, roles, oid: shapes.userV2.sub, idtyp: 'user' }
    expect(await codeOf(userV2(same), { requiredRoles: roles })).toBe('kind')
  })

  test('more groups than fit are told of', async () => {
    const overage = {
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint: 'https://graph.windows.net/x' } },
    }
    expect(await verify(userV2(overage))).toMatchObject({ groups: [], hasGroupOverage: true })
    for (const hasgroups of [true, 'true'])
      expect(await verify(userV2({ hasgroups }))).toMatchObject({ hasGroupOverage: true })
  })
})

describe('permissions (claims-validation, "Validate the actor")', () => {
  test('a token that permits nothing is refused: every application of the tenant can get one', async () => {
    expect(await codeOf(appV1({ roles: undefined }))).toBe('role')
    expect(await codeOf(userV2({ scp: undefined }))).toBe('scope')
    expect(await codeOf(userV2({ scp: ' ' }))).toBe('scope')
    expect(await verifier({ allowedClients: [clientId.toUpperCase()] })(appV1({ roles: undefined }))).toMatchObject({
      roles: [],
    })
  })

  test('required scopes are needed all, of alternatives one, and case counts', async () => {
    const required = (...requiredScopes: (string | string[])[]) => ({ requiredScopes })
    expect(await verifier(required('Files.Read', ['Admin', 'Files.Write']))(userV2({}))).toBeDefined()
    expect(await codeOf(userV2({}), required('Files.Read', 'Admin'))).toBe('scope')
    expect(await codeOf(userV2({}), required(['Admin', 'Owner']))).toBe('scope')
    expect(await codeOf(userV2({}), required('files.read'))).toBe('scope')
    expect(await codeOf(userV2({ scp: 'Files.ReadWrite' }), required('Files.Read'))).toBe('scope')
  })

  test('scopes are for users and roles for applications: neither stands in for the other', async () => {
    const requiredScopes = ['Files.Read']
    const requiredRoles = ['Files.Read.All']
    expect(await codeOf(appV1({}), { requiredScopes })).toBe('kind')
    expect(await codeOf(userV2({ roles: requiredRoles }), { requiredRoles })).toBe('kind')
    expect(await codeOf(appV1({ roles: ['Files.Read'] }), { requiredScopes })).toBe('kind')
    const both = verifier({ requiredScopes, requiredRoles })
    expect(await both(appV1({}))).toMatchObject({ isAppOnly: true })
    expect(await both(userV2({}))).toMatchObject({ isAppOnly: false })
    expect((await rejectionOf(both(appV1({ roles: ['Other'] })))).code).toBe('role')
    expect((await rejectionOf(both(userV2({ scp: 'Other', roles: requiredRoles })))).code).toBe('scope')
  })

  test('a client that is not listed is refused, whoever uses it', async () => {
    const allowedClients = [otherTenantId]
    expect(await codeOf(userV2({}), { allowedClients })).toBe('client')
    expect(await codeOf(appV1({}), { allowedClients })).toBe('client')
  })

  test('a route may demand more than the verifier, for a token that is known too', async () => {
    const token = userV2({})
    expect(await verify(token, { requiredScopes: ['Files.Write'] })).toBeDefined()
    expect((await rejectionOf(verify(token, { requiredScopes: ['Admin'] }))).code).toBe('scope')
    expect((await rejectionOf(verify(token, { requiredRoles: ['Admin'] }))).code).toBe('kind')
    await expect(verify(token, { requiredScopes: [] })).rejects.toThrow(TypeError)
    await expect(verify(token, { requiredScope: ['Admin'] } as object)).rejects.toThrow(
      /requiredScope is not something/,
    )
    await expect(Promise.all([token].map(verify as never))).rejects.toThrow(/must be an object/)
  })
})

test('a text that is no token at all is malformed, or missing', async () => {
  expect(await codeOf('x')).toBe('malformed')
  expect(await codeOf('')).toBe('missing')
  expect(await codeOf(`Bearer ${userV2({})}`)).toBe('malformed')
  expect(await codeOf(`${encoded('{}')}.${encoded('{}')}.AA`)).toBe('algorithm')
})
