import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request as startRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { type ManagedIdentityHost, startEmulator } from '../src/index.ts'
import { assertionForm } from './certificate-sign-in.ts'
import { clientId, contoso, start, tenantId } from './contoso.ts'
import { answered, ask, type HostAnswer, resource } from './host-request.ts'
import { issuedToken } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso, now: () => start })
const folder = mkdtempSync(join(tmpdir(), 'entrada-hosts-'))
afterAll(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true })
})
const now = start / 1000

describe('Service Fabric', async () => {
  const host = await emulator.managedIdentity({ host: 'service-fabric' })
  const { IDENTITY_HEADER: secret = '', IDENTITY_SERVER_THUMBPRINT } = host.env
  const asked = { 'api-version': '2019-07-01-preview', resource }

  test('shows a certificate self-signed, whose thumbprint is in the environment', async () => {
    const { thumbprint, status } = await askPinned(host, asked, { secret })
    expect([status, thumbprint]).toEqual([200, IDENTITY_SERVER_THUMBPRINT])
    expect(host.env).toEqual({
      IDENTITY_ENDPOINT: host.url,
      IDENTITY_HEADER: secret,
      IDENTITY_SERVER_THUMBPRINT: expect.stringMatching(/^[0-9A-F]{40}$/),
    })
    await expect(fetch(host.url)).rejects.toMatchObject({ cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } })
    const other = await emulator.managedIdentity({ host: 'service-fabric' })
    expect(other.env.IDENTITY_SERVER_THUMBPRINT).not.toBe(IDENTITY_SERVER_THUMBPRINT)
  })

  test('answers with a number', async () => {
    const { body } = await askPinned(host, asked, { secret })
    const access_token = expect.stringMatching(/^ey/)
    expect(body).toEqual({ access_token, expires_on: now + 86_400, resource, token_type: 'Bearer' })
  })

  test.for<[string, Record<string, string>, Record<string, string>, number, string]>([
    ['no secret', {}, {}, 400, 'SecretHeaderNotFound'],
    ['a wrong secret', {}, { secret: 'x' }, 404, 'ManagedIdentityNotFound'],
    ['another version', { 'api-version': '2019-08-01' }, { secret }, 400, 'InvalidApiVersion'],
    ['no resource', { resource: '' }, { secret }, 400, 'ArgumentNullOrEmpty'],
    ['a strange resource', { resource: 'api://none' }, { secret }, 500, 'InternalServerError'],
  ])('refuses %s', async ([, query, headers, status, code]) => {
    const refused = await askPinned(host, { ...asked, ...query }, headers)
    const error = { code, message: expect.any(String), correlationId: expect.any(String) }
    expect(refused).toMatchObject({ status, body: { error } })
  })

  test('gives the token it holds, unless that is the one that was revoked', async () => {
    const get = async (more: Record<string, string> = {}): Promise<string> =>
      String((await askPinned(host, { ...asked, ...more }, { secret })).body.access_token)
    const held = await get()
    expect(await get()).toBe(held)
    expect(await get({ token_sha256_to_refresh: 'ab'.repeat(32) })).toBe(held)
    const fresh = await get({ token_sha256_to_refresh: createHash('sha256').update(held).digest('hex') })
    expect(fresh).not.toBe(held)
    expect(await get()).toBe(fresh)
    expect(decodeJwt(await get({ xms_cc: 'cp1' })).xms_cc).toEqual(['cp1'])
  })
})

describe('Azure Machine Learning', async () => {
  const reader = { name: 'reader', clientId: '0a0a0a0a-0000-4000-8000-00000000000a' }
  const host = await emulator.managedIdentity({ host: 'machine-learning', identities: ['system', reader] })
  const { MSI_ENDPOINT = '', MSI_SECRET: secret = '', DEFAULT_IDENTITY_CLIENT_ID: clientid = '' } = host.env
  const asked = { 'api-version': '2017-09-01', resource }

  test('wants a client id in every request, and answers with a number', async () => {
    expect(Object.keys(host.env)).toEqual(['MSI_ENDPOINT', 'MSI_SECRET', 'DEFAULT_IDENTITY_CLIENT_ID'])
    expect(await ask(MSI_ENDPOINT, { ...asked, clientid }, { secret })).toMatchObject({
      status: 200,
      body: { expires_on: now + 86_400, resource, client_id: host.identities[0]?.clientId },
    })
    const { body } = await ask(MSI_ENDPOINT, { ...asked, clientid: reader.clientId }, { secret })
    expect(decodeJwt(String(body.access_token)).appid).toBe(reader.clientId)
  })

  test.for<[string, Record<string, string>, Record<string, string>, number]>([
    ['no client id', {}, { secret }, 400],
    ['a foreign client id', { clientid: clientId }, { secret }, 400],
    ['another version', { clientid, 'api-version': '2019-08-01' }, { secret }, 400],
    ['no resource', { clientid, resource: '' }, { secret }, 400],
    ['a wrong secret', { clientid }, { secret: 'x' }, 401],
  ])('refuses %s', async ([, query, headers, status]) => {
    const refused = await ask(MSI_ENDPOINT, { ...asked, ...query }, headers)
    expect(refused).toMatchObject({ status, body: { statusCode: status, message: expect.any(String) } })
  })

  test.for([
    ['us-12-hour', '1/2/2026 12:00:00 AM +00:00'],
    ['us-24-hour', '01/02/2026 00:00:00 +00:00'],
  ] as const)('writes dates as it once did: %s', async ([expiresOn, written]) => {
    host.distort({ expiresOn })
    expect((await ask(MSI_ENDPOINT, { ...asked, clientid }, { secret })).body.expires_on).toBe(written)
    host.distort()
  })
})

describe('Cloud Shell', () => {
  test('takes a form, and answers like a machine', async () => {
    const host = await emulator.managedIdentity({ host: 'cloud-shell' })
    expect(host.env).toEqual({ MSI_ENDPOINT: host.url })
    expect(await post(host, { resource }, { metadata: 'true' })).toMatchObject({
      status: 200,
      body: { refresh_token: '', expires_in: '86400', expires_on: String(now + 86_400), resource },
    })
    expect(host.requests.map(({ method, form }) => ({ method, form }))).toEqual([
      { method: 'POST', form: { resource } },
    ])
  })

  test.for<[string, Record<string, string>, Record<string, string>, string]>([
    ['no Metadata header', { resource }, {}, 'bad_request_102'],
    ['no resource', {}, { metadata: 'true' }, 'invalid_request'],
    [
      'a resource that it has no tokens for',
      { resource: 'https://ai.azure.com' },
      { metadata: 'true' },
      'AudienceNotSupported',
    ],
  ])('refuses %s', async ([, form, headers, code]) => {
    const host = await emulator.managedIdentity({ host: 'cloud-shell', audiences: [resource] })
    expect(await post(host, form, headers)).toMatchObject({ status: 400, body: { error: { code } } })
  })

  test('takes no GET', async () => {
    const host = await emulator.managedIdentity({ host: 'cloud-shell' })
    expect((await ask(host.url, { resource }, { metadata: 'true' })).status).toBe(405)
  })
})

describe('AKS', () => {
  test('signs a pod in as its identity, by a token in the file that was named', async () => {
    const tokenFile = join(folder, 'azure-identity-token')
    const reader = {
      name: 'reader',
      objectId: '0b0b0b0b-0000-4000-8000-00000000000b',
      resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader',
    }
    const host = await emulator.managedIdentity({ host: 'aks', identities: [reader], tokenFile })
    const [identity] = host.identities
    expect(host.env).toEqual({
      AZURE_AUTHORITY_HOST: emulator.url,
      AZURE_CLIENT_ID: identity?.clientId,
      AZURE_TENANT_ID: tenantId,
      AZURE_FEDERATED_TOKEN_FILE: tokenFile,
    })
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600)
    const form = { ...assertionForm(readFileSync(tokenFile, 'utf8')), client_id: identity?.clientId ?? '' }
    const { claims } = await issuedToken(emulator, form)
    expect(claims).toMatchObject({
      appid: identity?.clientId,
      oid: reader.objectId,
      xms_mirid: reader.resourceId,
    })
    expect(host.requests).toHaveLength(1)
    expect(await host.rotate()).not.toBe(form.client_assertion)
    expect(readFileSync(tokenFile, 'utf8')).not.toBe(form.client_assertion)
    await host.close()
    expect(existsSync(tokenFile)).toBe(false)
  })

  test('takes a declared app for its identity', async () => {
    const host = await emulator.managedIdentity({ host: 'aks', identities: [{ clientId }] })
    expect(host.env.AZURE_CLIENT_ID).toBe(clientId)
  })
})

/** Node's own client, which looks at nothing but the thumbprint. */
function askPinned(
  { url }: ManagedIdentityHost,
  query: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<Omit<HostAnswer, 'headers'> & { thumbprint: string }> {
  return new Promise((resolve, reject) => {
    const options = { headers, agent: false, rejectUnauthorized: false }
    const sending = startRequest(`${url}?${new URLSearchParams(query)}`, options, async (message) => {
      const thumbprint = (message.socket as TLSSocket).getPeerCertificate().fingerprint.replaceAll(':', '')
      const body = JSON.parse(Buffer.concat(await message.toArray()).toString('utf8'))
      resolve({ status: message.statusCode ?? 0, body, thumbprint })
    })
    sending.on('error', reject).end()
  })
}

async function post(
  { url }: ManagedIdentityHost,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<HostAnswer> {
  return answered(await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) }))
}
