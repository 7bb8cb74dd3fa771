import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { contoso, start } from './contoso.ts'
import { answered, ask, askImds, resource } from './host-request.ts'

const emulator = await startEmulator({ directory: contoso, now: () => start })
afterAll(() => emulator.close())

const user = {
  name: 'reader',
  clientId: '0a0a0a0a-0000-4000-8000-00000000000a',
  objectId: '0b0b0b0b-0000-4000-8000-00000000000b',
  resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader',
}
const two = await emulator.managedIdentity({ host: 'imds', identities: ['system', user] })

describe('the instance metadata service', () => {
  test('has its address in one variable', () => {
    expect(two.env).toEqual({ AZURE_POD_IDENTITY_AUTHORITY_HOST: new URL(two.url).origin })
    expect(new URL(two.url).pathname).toBe('/metadata/identity/oauth2/token')
  })

  test('answers with text where others have numbers', async () => {
    const { status, body } = await askImds(two)
    const now = start / 1000
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^ey/),
        client_id: two.identities[0]?.clientId,
        expires_in: '86400',
        expires_on: String(now + 86_400),
        ext_expires_in: '86400',
        not_before: String(now - 300),
        resource,
        token_type: 'Bearer',
      },
    ])
  })

  test.for([
    ['client_id', user.clientId.toUpperCase(), {}],
    ['object_id', user.objectId, { object_id: user.objectId }],
    ['msi_res_id', user.resourceId.toLowerCase(), { msi_res_id: user.resourceId }],
    ['mi_res_id', user.resourceId, { msi_res_id: user.resourceId }],
  ] as const)('finds an identity by %s, and tells by what', async ([name, value, told]) => {
    const { status, body } = await askImds(two, { [name]: value })
    expect(status).toBe(200)
    expect(body).toMatchObject({ client_id: user.clientId, ...told })
  })

  test.for<[string, Record<string, string>, Record<string, string>, string, string]>([
    ['no Metadata header', {}, {}, 'bad_request_102', 'Required metadata header not specified'],
    ['Metadata: True', {}, { metadata: 'True' }, 'bad_request_102', 'Required metadata header not specified'],
    ['a proxy', {}, { metadata: 'true', 'x-forwarded-for': '10.0.0.1' }, 'invalid_request', 'X-Forwarded-For'],
    ['no api-version', { 'api-version': '' }, { metadata: 'true' }, 'invalid_request', "'api-version' is missing"],
    ['a strange api-version', { 'api-version': 'x' }, { metadata: 'true' }, 'invalid_request', "Invalid 'api-version'"],
    ['no resource', { resource: '' }, { metadata: 'true' }, 'invalid_request', 'Required audience parameter'],
    [
      'two ids',
      { client_id: user.clientId, object_id: user.objectId },
      { metadata: 'true' },
      'invalid_request',
      'Only one',
    ],
    ['a foreign id', { client_id: resource }, { metadata: 'true' }, 'invalid_request', 'Identity not found'],
    ['a strange resource', { resource: 'api://none' }, { metadata: 'true' }, 'invalid_resource', 'AADSTS500011'],
  ])('refuses %s', async ([, query, headers, error, description]) => {
    const asked = { 'api-version': '2018-02-01', resource, ...query }
    const { status, body } = await ask(two.url, asked, headers)
    expect([status, body]).toEqual([400, { error, error_description: expect.stringContaining(description) }])
  })

  test('refuses a parameter that is given twice', async () => {
    const response = await fetch(`${two.url}?api-version=2018-02-01&resource=${resource}&Resource=${resource}`, {
      headers: { metadata: 'true' },
    })
    const { status, body } = await answered(response)
    expect([status, body.error_description]).toEqual([400, "The parameter 'resource' is given more than once"])
  })

  test('answers a probe, which has neither header nor query', async () => {
    expect((await fetch(two.url)).status).toBe(400)
  })

  test('chooses the system-assigned identity, else the only one', async () => {
    const one = await emulator.managedIdentity({ host: 'imds', identities: [user] })
    const none = await emulator.managedIdentity({ host: 'imds', identities: [] })
    const many = await emulator.managedIdentity({ host: 'imds', identities: [user, { name: 'writer' }] })
    expect((await askImds(two)).body.client_id).toBe(two.identities.find(({ system }) => system)?.clientId)
    expect((await askImds(one)).body.client_id).toBe(user.clientId)
    expect((await askImds(none)).body).toEqual({ error: 'invalid_request', error_description: 'Identity not found' })
    expect(await askImds(many)).toMatchObject({
      status: 400,
      body: { error_description: expect.stringMatching(/^Multiple user assigned identities exist, please specify/) },
    })
  })

  test('has its address in Azure too, where there is no socket', async () => {
    await using other = await startEmulator({ directory: contoso })
    const address = `http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${resource}`
    const get = (): Promise<Response> => other.fetch(address, { headers: { metadata: 'true' } })
    expect((await get()).status).toBe(421)
    const host = await other.managedIdentity({ host: 'imds', identities: [user] })
    expect(await (await get()).json()).toMatchObject({ client_id: user.clientId })
    expect(host.requests).toHaveLength(1)
    await host.close()
    expect((await get()).status).toBe(421)
  })

  test('tells the region of its machine, where the emulator has one, and nothing else', async () => {
    await using regional = await startEmulator({ directory: contoso, region: 'westus2' })
    const { url } = await regional.managedIdentity({ host: 'imds' })
    const at = (path: string): Promise<Response> => fetch(new URL(path, url), { headers: { metadata: 'true' } })
    expect(await (await at('/metadata/instance/compute/location?api-version=2020-06-01&format=text')).text()).toBe(
      'westus2',
    )
    expect((await at(`/${contoso.tenants[0]?.id}/oauth2/v2.0/token`)).status).toBe(404)
  })
})

describe('the limits of the instance metadata service', () => {
  test('are 20 requests in a second, by the emulator’s clock', async () => {
    await using own = await startEmulator({ directory: contoso, now: () => start })
    const host = await own.managedIdentity({ host: 'imds', rateLimit: true })
    const statuses: number[] = []
    for (let count = 0; count < 21; count += 1) statuses.push((await askImds(host)).status)
    expect(statuses).toEqual([...Array(20).fill(200), 429])
    expect((await askImds(host)).body).toEqual({
      error: 'invalid_request',
      error_description: 'Temporarily throttled, too many requests',
    })
    own.clock.advance(1000)
    expect((await askImds(host)).status).toBe(200)
  })

  test('are 5 requests at a time', async () => {
    await using own = await startEmulator({ directory: contoso })
    const host = await own.managedIdentity({ host: 'imds', rateLimit: { perSecond: 100 } })
    own.faults.always({ delay: 60_000 })
    const leaving = new AbortController()
    const address = `${host.url}?api-version=2018-02-01&resource=${resource}`
    const held = Array.from({ length: 5 }, () =>
      fetch(address, { headers: { metadata: 'true' }, signal: leaving.signal }).catch(() => undefined),
    )
    await expect.poll(() => host.requests.length).toBe(5)
    expect((await askImds(host)).status).toBe(429)
    leaving.abort()
    await Promise.all(held)
    own.faults.clear()
    await expect.poll(async () => (await askImds(host)).status).toBe(200)
  })

  test('are not there unless asked for', async () => {
    await using own = await startEmulator({ directory: contoso, now: () => start })
    const host = await own.managedIdentity({ host: 'imds' })
    const answers = await Promise.all(Array.from({ length: 30 }, () => askImds(host)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })
})
