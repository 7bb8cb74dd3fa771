import { readFileSync } from 'node:fs'
import { type RequestOptions, request as startRequest } from 'node:https'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { clientId, contoso, tenantId } from './contoso.ts'

const emulator = await startEmulator({ directory: contoso })
afterAll(() => emulator.close())
const account = await emulator.kubernetes({
  serviceAccount: 'web',
  namespace: 'shop',
  audience: 'api://AKSIdentityBinding',
  app: 'web',
})

const form = new URLSearchParams({
  grant_type: 'client_credentials',
  client_id: clientId,
  client_assertion: readFileSync(account.tokenFile, 'utf8'),
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  scope: 'https://storage.azure.com/.default',
}).toString()

/** Node's own client, which trusts only what `options` say. */
function post(url: string, options: RequestOptions): Promise<{ status: number | undefined; body: string }> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return new Promise((resolve, reject) => {
    const sending = startRequest(url, { method: 'POST', headers, agent: false, ...options }, (message) => {
      let body = ''
      message.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      message.on('end', () => resolve({ status: message.statusCode, body }))
    })
    sending.on('error', reject)
    sending.end(form)
  })
}

const endpoint = `/${tenantId}/oauth2/v2.0/token`

describe('the token proxy of AKS', () => {
  test('forwards to the token endpoint, for clients that ask for its name and trust its authority', async () => {
    const proxy = await emulator.aksTokenProxy({ sniName: 'abc.ests.aks' })
    expect(proxy.env).toEqual({
      AZURE_KUBERNETES_TOKEN_PROXY: proxy.url,
      AZURE_KUBERNETES_SNI_NAME: 'abc.ests.aks',
      AZURE_KUBERNETES_CA_FILE: proxy.caFile,
    })
    const trust = { ca: readFileSync(proxy.caFile), servername: proxy.sniName }
    const { status, body } = await post(proxy.url + endpoint, trust)
    expect(JSON.parse(body)).toHaveProperty('access_token')
    expect(status).toBe(200)
    expect(proxy.requests).toEqual([{ method: 'POST', path: endpoint, servername: 'abc.ests.aks', status: 200 }])
    expect(emulator.requests.at(-1)?.path).toBe(endpoint)
  })

  test('gives refusals as they are, and faults', async () => {
    const { url, sniName, caData } = await emulator.aksTokenProxy()
    const trust = { ca: caData, servername: sniName }
    const unknown = await post(`${url}/${clientId}/oauth2/v2.0/token`, trust)
    expect(JSON.parse(unknown.body)).toMatchObject({ error_codes: [90002] })
    emulator.faults.next({ drop: true })
    await expect(post(url + endpoint, trust)).rejects.toThrow('socket hang up')
  })

  test('does not shake hands by another name, or with those who trust another authority', async () => {
    const { url, sniName, caData } = await emulator.aksTokenProxy()
    await expect(post(url + endpoint, { ca: caData, servername: 'localhost' })).rejects.toThrow()
    await expect(post(url + endpoint, { ca: emulator.ca.pem, servername: sniName })).rejects.toThrow('certificate')
  })

  test('takes another authority, which only those trust who read its file again', async () => {
    const proxy = await emulator.aksTokenProxy()
    const old = { ca: proxy.caData, servername: proxy.sniName }
    await proxy.rotateCa()
    await expect(post(proxy.url + endpoint, old)).rejects.toThrow('certificate')
    const fresh = { ca: readFileSync(proxy.caFile), servername: proxy.sniName }
    expect((await post(proxy.url + endpoint, fresh)).status).toBe(200)
    expect(String(fresh.ca)).toBe(proxy.caData)
  })

  test('may stand at a path', async () => {
    const { url, sniName, caData } = await emulator.aksTokenProxy({ path: '/identity' })
    const trust = { ca: caData, servername: sniName }
    expect((await post(url + endpoint, trust)).status).toBe(200)
    expect((await post(url.replace('/identity', '') + endpoint, trust)).status).not.toBe(200)
  })
})
