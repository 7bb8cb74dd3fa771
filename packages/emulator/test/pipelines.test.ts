import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { assertionForm } from './certificate-sign-in.ts'
import { clientId, contoso, tenantId } from './contoso.ts'
import { issuedToken } from './token-request.ts'
import { verifiedBy } from './verified-by.ts'

const emulator = await startEmulator({ directory: contoso })
afterAll(() => emulator.close())

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
    expect(await verifiedBy(emulator, job.issuer, oidcToken)).toMatchObject({ sub: job.subject })
    await issuedToken(emulator, assertionForm(oidcToken))
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
