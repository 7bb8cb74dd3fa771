import { expect, test } from 'vitest'
import { clientId, noon, objectId, startForTest, unsignedToken } from './started.ts'

const resource = 'https://vault.azure.net'
const token = unsignedToken(`${resource}/.default`)
/** What every family says of the token; times are strings of seconds. */
const said = {
  access_token: token,
  client_id: clientId,
  expires_in: '3600',
  expires_on: String(noon / 1000 + 3600),
  resource,
  token_type: 'Bearer',
}

test.for(['X-IDENTITY-HEADER', 'x-ms-identity'])('App Service of 2019 knows its caller by %s', async (header) => {
  const { secret, ask, asked } = await startForTest()
  const target = `/msi/token?api-version=2019-08-01&resource=${resource}`
  const { status, body, headers } = await ask({ target, headers: { [header]: secret } })
  expect({ status, body }).toEqual({ status: 200, body: said })
  expect(headers['cache-control']).toBe('no-store')
  expect(asked).toEqual([`${resource}/.default`])
})

test('App Service of 2017 knows its caller by secret, also where the client adds a slash to the address', async () => {
  const { secret, ask } = await startForTest()
  for (const path of ['/msi/token', '/msi/token/']) {
    const target = `${path}?resource=${resource}&api-version=2017-09-01`
    expect(await ask({ target, headers: { secret } })).toMatchObject({ status: 200, body: said })
  }
})

test('the secret of one version is not that of the other', async () => {
  const { secret, ask } = await startForTest()
  const ofVersion = (version: string): string => `/msi/token?api-version=${version}&resource=${resource}`
  const old = await ask({ target: ofVersion('2017-09-01'), headers: { 'x-identity-header': secret } })
  expect(old).toMatchObject({ status: 403, body: { statusCode: 403, message: 'The secret is missing.' } })
  const late = await ask({ target: ofVersion('2019-08-01'), headers: { secret } })
  expect(late.status).toBe(403)
})

test('IMDS is answered with the secret in the path', async () => {
  const { secret, ask } = await startForTest({ secretless: ['imds'] })
  const target = `/${secret}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${resource}`
  const { status, body } = await ask({ target, headers: { Metadata: 'true' } })
  expect({ status, body }).toEqual({ status: 200, body: { ...said, ext_expires_in: '3600' } })
})

test('IMDS wants its header, and a date as its version', async () => {
  const { secret, ask } = await startForTest({ secretless: ['imds'] })
  const path = `/${secret}/metadata/identity/oauth2/token`
  expect(await ask({ target: `${path}?api-version=2018-02-01&resource=${resource}` })).toMatchObject({
    status: 400,
    body: { error: 'invalid_request', error_description: 'The header Metadata: true is missing.' },
  })
  const undated = await ask({ target: `${path}?api-version=new&resource=${resource}`, headers: { Metadata: 'true' } })
  expect(undated.status).toBe(400)
})

test('there is no instance metadata, and who asks for it learns that with a 404', async () => {
  const { secret, ask, asked } = await startForTest({ secretless: ['imds'] })
  for (const target of ['/metadata/instance?api-version=2021-02-01', `/${secret}/metadata/instance/compute`]) {
    expect((await ask({ target, headers: { Metadata: 'true' } })).status).toBe(404)
  }
  expect(asked).toEqual([])
})

test('Cloud Shell sends a form', async () => {
  const { secret, ask } = await startForTest({ secretless: ['cloud-shell'] })
  const { status, body } = await ask({
    method: 'POST',
    target: `/${secret}/oauth2/token`,
    headers: { Metadata: 'true', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ resource }).toString(),
  })
  expect({ status, body }).toEqual({ status: 200, body: { ...said, refresh_token: '' } })
})

test('an OIDC request is answered with an assertion for its audience', async () => {
  const audiences: string[] = []
  const { secret, ask, asked } = await startForTest({
    assertion: async (audience) => {
      audiences.push(audience)
      return { token: 'assertion', expiresOnTimestamp: noon }
    },
  })
  const headers = { authorization: `Bearer ${secret}` }
  const given = await ask({ target: '/oidc/token?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange', headers })
  expect(given).toMatchObject({ status: 200, body: { value: 'assertion' } })
  await ask({ target: '/oidc/token?api-version=2.0&audience=sts.example', headers })
  expect(audiences).toEqual(['api://AzureADTokenExchange', 'sts.example'])
  expect(asked).toEqual([])
})

test('an OIDC request is refused with the remedy where the profile has no assertion', async () => {
  const { secret, ask } = await startForTest()
  const { status, body } = await ask({
    target: '/oidc/token?audience=a',
    headers: { authorization: `Bearer ${secret}` },
  })
  expect(status).toBe(400)
  expect(body.message).toBe(
    'This profile has no assertion to give. Use one with a managed identity or a federated source, or a family that asks for tokens.',
  )
})

test.for([
  ['api-version=2019-08-01', 'The parameter resource must be given once, and not be empty.'],
  ['api-version=2019-08-01&resource=', 'The parameter resource must be given once, and not be empty.'],
  ['api-version=2019-08-01&resource=a&resource=b', 'The parameter resource must be given once, and not be empty.'],
  [
    'api-version=2025-03-30&resource=a',
    'UnsupportedApiVersion: the parameter api-version must be 2019-08-01 or 2017-09-01.',
  ],
  ['resource=a', 'UnsupportedApiVersion: the parameter api-version must be 2019-08-01 or 2017-09-01.'],
  [
    'api-version=2019-08-01&resource=a&client_id=b&mi_res_id=c',
    'Only one of client_id, principal_id, object_id, mi_res_id, msi_res_id may be given.',
  ],
  ['api-version=2019-08-01&resource=a&client_id=', 'The parameter client_id must be given once, and not be empty.'],
])('%s is refused before the credential is asked', async ([query, reason]) => {
  const { askAppService, asked } = await startForTest()
  expect(await askAppService({}, query)).toMatchObject({ status: 400, body: { statusCode: 400, message: reason } })
  expect(asked).toEqual([])
})

test.for([
  [`client_id=${clientId.toUpperCase()}`, 200],
  [`principal_id=${objectId}`, 200],
  ['client_id=cccccccc-cccc-4ccc-8ccc-cccccccccccc', 400],
  ['mi_res_id=/subscriptions/s/resourceGroups/g/providers/p/userAssignedIdentities/i', 400],
] as const)('the token is given to who names its identity: %s', async ([selector, status]) => {
  const { askAppService } = await startForTest()
  const given = await askAppService({}, `api-version=2019-08-01&resource=${resource}&${selector}`)
  expect(given.status).toBe(status)
  if (status === 400) expect(given.body.message).toMatch(/^Identity not found: .*--any-identity\.$/)
})

test('a token that cannot be read is nobody’s whom a client could name', async () => {
  const opaque = async () => ({ token: 'opaque', expiresOnTimestamp: noon + 1000 })
  const strict = await startForTest({ getToken: opaque })
  const query = `api-version=2019-08-01&resource=${resource}&client_id=${clientId}`
  expect((await strict.askAppService({}, query)).status).toBe(400)
  expect((await strict.askAppService()).body.access_token).toBe('opaque')
})

test('anyIdentity gives the token to whoever is named', async () => {
  const { askAppService } = await startForTest({ anyIdentity: true })
  const query = `api-version=2019-08-01&resource=${resource}&client_id=cccccccc-cccc-4ccc-8ccc-cccccccccccc`
  expect((await askAppService({}, query)).body.access_token).toBe(token)
})

test.for([
  ['AuthenticationError', 0, 500],
  ['AuthenticationError', 503, 500],
  ['AuthenticationError', 429, 500],
  ['AuthenticationError', 401, 400],
  ['AuthenticationRequiredError', 400, 400],
  ['CredentialUnavailableError', undefined, 400],
  ['TypeError', undefined, 400],
] as const)('%s with status %s: %s, because clients ask again after a 500', async ([name, statusCode, status]) => {
  const { askAppService, audited } = await startForTest({
    getToken: () => Promise.reject(Object.assign(new Error('Who: what. Remedy.\nmore'), { name, statusCode })),
  })
  expect(await askAppService()).toMatchObject({ status, body: { message: 'Who: what. Remedy.' } })
  expect(audited).toMatchObject([{ status, reason: 'Who: what. Remedy.', family: 'app-service', resource }])
})
