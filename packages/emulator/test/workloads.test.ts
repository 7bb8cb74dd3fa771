import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { clientId, contoso, tenantId } from './contoso.ts'
import { issuedToken, refusalOf, requestToken } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso })
afterAll(() => emulator.close())

const form = (assertion: unknown) => ({
  client_secret: undefined,
  client_assertion: String(assertion),
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
})

/** Verifies a token by the metadata of its issuer. */
async function verified(token: string, issuer: string, audience: string): Promise<Record<string, unknown>> {
  const metadata = await emulator.fetch(`${issuer}/.well-known/openid-configuration`)
  const { jwks_uri, issuer: named } = (await metadata.json()) as { jwks_uri: string; issuer: string }
  expect(named).toBe(issuer)
  const keys = createRemoteJWKSet(new URL(jwks_uri), { [customFetch]: emulator.fetch })
  return (await jwtVerify(token, keys, { issuer, audience })).payload
}

describe('a Kubernetes service account', () => {
  test('has a token in a file, for this user alone, which signs its app in', async () => {
    const account = await emulator.kubernetes({ serviceAccount: 'web', namespace: 'shop', app: 'web' })
    expect(account.subject).toBe('system:serviceaccount:shop:web')
    expect(account.env).toEqual({
      AZURE_AUTHORITY_HOST: emulator.url,
      AZURE_CLIENT_ID: clientId,
      AZURE_TENANT_ID: tenantId,
      AZURE_FEDERATED_TOKEN_FILE: account.tokenFile,
    })
    expect(statSync(account.tokenFile).mode & 0o777).toBe(0o600)
    const token = readFileSync(account.tokenFile, 'utf8')
    const claims = await verified(token, account.issuer, 'api://AzureADTokenExchange')
    expect(claims).toMatchObject({
      sub: account.subject,
      'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'web', uid: expect.any(String) } },
    })
    await issuedToken(emulator, form(token))
  })

  test('has its token replaced as a whole', async () => {
    const account = await emulator.kubernetes({ serviceAccount: 'web', namespace: 'shop' })
    const before = readFileSync(account.tokenFile, 'utf8')
    const fresh = await account.rotate()
    expect(fresh).not.toBe(before)
    expect(readFileSync(account.tokenFile, 'utf8')).toBe(fresh)
  })

  test('has a token that ends, by the emulator’s clock', async () => {
    await using later = await startEmulator({ directory: contoso })
    const account = await later.kubernetes({ serviceAccount: 'a', namespace: 'b', app: 'web', lifetimeSeconds: 600 })
    const token = readFileSync(account.tokenFile, 'utf8')
    await issuedToken(later, form(token))
    later.clock.advance(901_000)
    expect((await refusalOf(await requestToken(later, form(token)))).error_codes).toEqual([700024])
    await issuedToken(later, form(await account.rotate()))
  })

  test('may be for another audience, which its app then asks for', async () => {
    const options = { serviceAccount: 'x', namespace: 'y', audience: 'api://AKSIdentityBinding', app: 'everywhere' }
    const { tokenFile } = await emulator.kubernetes(options)
    const everywhere = contoso.apps[3]?.clientId
    await issuedToken(emulator, { ...form(readFileSync(tokenFile, 'utf8')), client_id: everywhere })
  })

  test('leaves nothing behind', async () => {
    const other = await startEmulator({ directory: contoso })
    const { tokenFile } = await other.kubernetes({ serviceAccount: 'web', namespace: 'shop' })
    await other.close()
    expect(existsSync(tokenFile)).toBe(false)
    const late = await other.kubernetes({ serviceAccount: 'web', namespace: 'shop' })
    await expect.poll(() => existsSync(late.tokenFile)).toBe(false)
  })

  test('is not made for an app that is not declared', async () => {
    const making = emulator.kubernetes({ serviceAccount: 'web', namespace: 'shop', app: 'nope' })
    await expect(making).rejects.toThrow('kubernetes: there is no app "nope"')
  })
})

describe('a job of Azure Pipelines', () => {
  const serviceConnectionId = '5e5e5e5e-0000-4000-8000-000000000001'
  const job = emulator.pipelines({ serviceConnectionId, app: 'web' })
  const suppress = { 'x-tfs-fedauthredirect': 'Suppress' }
  const bearer = { authorization: `Bearer ${job.systemAccessToken}` }
  const ask = (headers: Record<string, string>, query = `api-version=7.1&serviceConnectionId=${serviceConnectionId}`) =>
    emulator.fetch(`${job.requestUri}?${query}`, { method: 'POST', headers, redirect: 'manual' })

  test('gets a token for its service connection, which signs its app in', async () => {
    expect(job.subject).toBe('sc://contoso/fabrikam-fiber/azure')
    expect(job.env).toEqual({
      SYSTEM_OIDCREQUESTURI: job.requestUri,
      SYSTEM_ACCESSTOKEN: job.systemAccessToken,
      AZURESUBSCRIPTION_CLIENT_ID: clientId,
      AZURESUBSCRIPTION_TENANT_ID: tenantId,
      AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: serviceConnectionId,
    })
    const response = await ask({ ...bearer, ...suppress, 'content-type': 'application/json' })
    const { oidcToken } = (await response.json()) as { oidcToken: string }
    expect(await verified(oidcToken, job.issuer, 'api://AzureADTokenExchange')).toMatchObject({ sub: job.subject })
    await issuedToken(emulator, form(oidcToken))
  })

  test('is sent to sign in without its access token, or refused when it suppresses that', async () => {
    const sent = await ask({ authorization: 'Bearer wrong' })
    expect(sent.status).toBe(302)
    expect(sent.headers.get('location')).toContain('/_signin')
    expect((await ask({ authorization: 'Bearer wrong', ...suppress })).status).toBe(401)
    expect((await ask(suppress)).status).toBe(401)
  })

  test('must tell the version of the API, and a service connection of its own', async () => {
    const versionless = await ask(bearer, `serviceConnectionId=${serviceConnectionId}`)
    expect(versionless.status).toBe(400)
    expect(await versionless.json()).toMatchObject({ message: expect.stringContaining('No api-version was supplied') })
    expect((await ask(bearer, `api-version=7.1&serviceConnectionId=${clientId}`)).status).toBe(404)
    const plain = (await (await ask(bearer, 'api-version=7.1')).json()) as { oidcToken: string }
    expect(decodeJwt(plain.oidcToken).sub).toBe('p://contoso/fabrikam-fiber/ci')
  })

  test('may have its names and access token given', () => {
    const given = { organization: 'o', project: 'p', serviceConnection: 's', systemAccessToken: 't' }
    const other = emulator.pipelines({ serviceConnectionId, ...given })
    expect(other).toMatchObject({ subject: 'sc://o/p/s', systemAccessToken: 't' })
    expect(other.requestUri).toMatch(new RegExp(`^${emulator.url}/o/p/_apis/distributedtask/hubs/build/plans/`))
  })
})

describe('a job of GitHub Actions', () => {
  const job = emulator.githubActions({ repository: 'octo/shop', environment: 'production', app: 'web' })
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken_ = '' } = job.env
  const ask = (query: string, token = requestToken_) =>
    emulator.fetch(url + query, { headers: { authorization: `Bearer ${token}` } })

  test('gets a token for its audience, which signs its app in', async () => {
    expect(job.subject).toBe('repo:octo/shop:environment:production')
    const response = await ask(`&audience=${encodeURIComponent('api://AzureADTokenExchange')}`)
    const { value, count } = (await response.json()) as { value: string; count: number }
    expect(count).toBe(value.length)
    const claims = await verified(value, job.issuer, 'api://AzureADTokenExchange')
    expect(claims).toMatchObject({ sub: job.subject, repository: 'octo/shop', environment: 'production' })
    await issuedToken(emulator, form(value))
  })

  test('gets one for its owner without an audience, which Entra ID does not take', async () => {
    const { value } = (await (await ask('')).json()) as { value: string }
    expect(decodeJwt(value).aud).toBe('https://github.com/octo')
    expect((await refusalOf(await requestToken(emulator, form(value)))).error_codes).toEqual([700212])
  })

  test('is refused with another request token', async () => {
    expect((await ask('&audience=x', 'wrong')).status).toBe(401)
  })

  test('may run for a branch', () => {
    const { subject, env } = emulator.githubActions({ repository: 'octo/shop', ref: 'refs/heads/main' })
    expect(subject).toBe('repo:octo/shop:ref:refs/heads/main')
    expect(env).not.toHaveProperty('AZURE_CLIENT_ID')
  })
})

test('there are no other issuers', async () => {
  expect((await emulator.fetch(`${emulator.url}/oidc/x/.well-known/openid-configuration`)).status).toBe(404)
  expect((await emulator.fetch(`${emulator.url}/oidc/x/keys`)).status).toBe(404)
})

test('what jobs show and get is not printed', async () => {
  const text = JSON.stringify(emulator.requests)
  for (const request of emulator.requests) {
    for (const secret of [request.headers.authorization, request.form.client_assertion]) {
      if (secret) expect(text).not.toContain(secret)
    }
  }
})
