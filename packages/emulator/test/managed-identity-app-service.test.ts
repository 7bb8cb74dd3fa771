import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { contoso, start } from './contoso.ts'
import { ask, askAppService, resource } from './host-request.ts'

const emulator = await startEmulator({ directory: contoso, now: () => start })
afterAll(() => emulator.close())

const reader = { name: 'reader', clientId: '0a0a0a0a-0000-4000-8000-00000000000a' }
const host = await emulator.managedIdentity({ host: 'app-service', identities: ['system', reader] })
const [system, user] = host.identities
const { MSI_ENDPOINT = '', MSI_SECRET = '' } = host.env

describe('App Service', () => {
  test('has the variables of both its interfaces', () => {
    expect(host.env).toEqual({
      IDENTITY_ENDPOINT: host.url,
      IDENTITY_HEADER: expect.stringMatching(/^[0-9A-F]{32}$/),
      MSI_ENDPOINT: host.url,
      MSI_SECRET: host.env.IDENTITY_HEADER,
    })
  })

  test('answers with epoch seconds as text, and the client id in capitals', async () => {
    expect(await askAppService(host)).toMatchObject({
      status: 200,
      body: {
        access_token: expect.stringMatching(/^ey/),
        client_id: system?.clientId.toUpperCase(),
        expires_on: String(start / 1000 + 86_400),
        resource,
        token_type: 'Bearer',
      },
    })
  })

  test('takes its secret by the name that go-azure-sdk gives it, too', async () => {
    const query = new URLSearchParams({ 'api-version': '2019-08-01', resource })
    const ask = async (secret: string): Promise<number> =>
      (await fetch(`${host.url}?${query}`, { headers: { 'x-ms-identity': secret } })).status
    expect([await ask(host.env.IDENTITY_HEADER ?? ''), await ask('wrong')]).toEqual([200, 403])
  })

  test.for(['client_id', 'object_id', 'principal_id', 'mi_res_id'] as const)(
    'finds an identity by %s',
    async (name) => {
      const value = { client_id: user?.clientId, mi_res_id: user?.resourceId }[name as 'client_id'] ?? user?.objectId
      const { body } = await askAppService(host, { [name]: value ?? '' })
      expect(body.client_id).toBe(reader.clientId.toUpperCase())
    },
  )

  test('does not know the name that IMDS has for a resource id, and gives the system-assigned identity', async () => {
    const { body } = await askAppService(host, { msi_res_id: user?.resourceId ?? '' })
    expect(body.client_id).toBe(system?.clientId.toUpperCase())
  })

  test.for<[string, Record<string, string>, string]>([
    ['a foreign id', { client_id: resource }, 'No User Assigned or Delegated Managed Identity found for specified'],
    ['two ids', { client_id: reader.clientId, mi_res_id: '/x' }, 'More than one of'],
    ['no resource', { resource: '' }, 'The parameter resource is missing.'],
  ])('refuses %s', async ([, query, message]) => {
    const { status, body } = await askAppService(host, query)
    const correlationId = expect.any(String)
    expect([status, body]).toEqual([400, { statusCode: 400, message: expect.stringContaining(message), correlationId }])
  })

  test('cannot choose where none is system-assigned', async () => {
    const users = await emulator.managedIdentity({ host: 'app-service', identities: [reader] })
    const { status, body } = await askAppService(users)
    expect([status, body.message]).toEqual([400, 'Unable to load the proper Managed Identity.'])
  })

  test.for([{}, { 'x-identity-header': 'wrong' }, { secret: 'wrong' }])('refuses the headers %j', async (headers) => {
    const asked = { 'api-version': '2019-08-01', resource }
    expect(await ask(host.url, asked, headers as Record<string, string>)).toMatchObject({ status: 403 })
  })

  test('refuses the secret of another', async () => {
    const other = await emulator.managedIdentity({ host: 'app-service' })
    const headers = { 'x-identity-header': other.env.IDENTITY_HEADER ?? '' }
    expect((await ask(host.url, { 'api-version': '2019-08-01', resource }, headers)).status).toBe(403)
    expect((await ask(other.url, { 'api-version': '2019-08-01', resource }, headers)).status).toBe(200)
  })
})

describe('the versions of App Service’s interface', () => {
  test('of 2017 has other names, a date, and the system-assigned identity for those it does not know', async () => {
    const get = (query: Record<string, string>, secret = MSI_SECRET) =>
      ask(MSI_ENDPOINT, { 'api-version': '2017-09-01', resource, ...query }, { secret })
    const { body } = await get({ clientid: reader.clientId })
    expect(body).toMatchObject({ expires_on: '1/2/2026 12:00:00 AM +00:00' })
    expect(decodeJwt(String(body.access_token)).appid).toBe(reader.clientId)
    const fallen = await get({ clientid: '00000000-0000-4000-8000-000000000000' })
    expect(decodeJwt(String(fallen.body.access_token)).appid).toBe(system?.clientId)
    expect((await get({}, 'wrong')).status).toBe(401)
  })

  test('of 2025 refresh a token that was revoked, and say what the client can do', async () => {
    const version = { 'api-version': '2025-03-30', xms_cc: 'cp1' }
    const { body } = await askAppService(host, version)
    expect(decodeJwt(String(body.access_token)).xms_cc).toEqual(['cp1'])
    expect((await askAppService(host, version)).body.access_token).toBe(body.access_token)

    const token_sha256_to_refresh = createHash('sha256').update(String(body.access_token)).digest('hex')
    const fresh = await askAppService(host, { ...version, token_sha256_to_refresh })
    expect(fresh.body.access_token).not.toBe(body.access_token)
    expect((await askAppService(host, { ...version, token_sha256_to_refresh })).body).toEqual(fresh.body)
    expect((await askAppService(host, version)).body).toEqual(fresh.body)
  })

  test('of 2019 do neither', async () => {
    const { body } = await askAppService(host, { xms_cc: 'cp1' })
    expect(decodeJwt(String(body.access_token))).not.toHaveProperty('xms_cc')
    const token_sha256_to_refresh = createHash('sha256').update(String(body.access_token)).digest('hex')
    expect((await askAppService(host, { token_sha256_to_refresh })).body).toEqual(body)
  })

  test('are refused where the platform is older', async () => {
    const old = await emulator.managedIdentity({ host: 'app-service', apiVersions: ['2019-08-01'] })
    expect(Object.keys(old.env)).toEqual(['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'])
    const { status, body } = await askAppService(old, { 'api-version': '2025-03-30' })
    expect([status, body]).toEqual([
      400,
      {
        error: {
          code: 'UnsupportedApiVersion',
          message: expect.stringMatching(/does not support the API version '2025-03-30'\.$/),
          innerError: null,
        },
      },
    ])
  })
})
