import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { clientId, contoso, start, tenantId } from './contoso.ts'
import { goodRequest, msalClient, replay } from './msal-request.ts'
import { refusalOf, requestToken } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso, now: () => start })
afterAll(() => emulator.close())

describe('a refusal', () => {
  test('has all the fields of Entra ID’s', async () => {
    const response = await requestToken(emulator, { client_secret: 'wrong' })
    const body = await refusalOf(response)
    const trace = response.headers.get('x-ms-request-id')
    const sentence = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`
    expect(body).toEqual({
      error: 'invalid_client',
      error_description: `AADSTS7000215: ${sentence} Trace ID: ${trace} Correlation ID: ${body.correlation_id} Timestamp: 2026-01-01 00:00:00Z`,
      error_codes: [7000215],
      timestamp: '2026-01-01 00:00:00Z',
      trace_id: trace,
      correlation_id: expect.any(String),
      error_uri: `${emulator.url}/error?code=7000215`,
    })
  })

  test('repeats the correlation id of the request, from header, query or form', async () => {
    const id = 'abcdabcd-abcd-4bcd-8bcd-abcdabcdabcd'
    const wrong = { client_secret: 'wrong' }
    const answers = await Promise.all([
      requestToken(emulator, wrong, { headers: { 'client-request-id': id } }),
      requestToken(emulator, wrong, { path: `/${tenantId}/oauth2/v2.0/token?client-request-id=${id}` }),
      requestToken(emulator, { ...wrong, 'client-request-id': id }),
    ])
    for (const answer of answers) expect((await refusalOf(answer)).correlation_id).toBe(id)
  })

  test('does not repeat a correlation id that is no GUID', async () => {
    const answer = await requestToken(emulator, { client_secret: 'x' }, { headers: { 'client-request-id': '<b>' } })
    expect(JSON.stringify(await refusalOf(answer))).not.toContain('<b>')
  })

  test('never contains the secret that was sent', async () => {
    const answer = await requestToken(emulator, { client_secret: 'squeamish-ossifrage' })
    expect(await answer.text()).not.toContain('squeamish')
  })

  test.each([
    ['an unknown grant', { grant_type: 'no_such_grant' }, 70003],
    ['the client id of zeros', { client_id: '00000000-0000-0000-0000-000000000000' }, 700038],
  ])('for %s has no error_uri, as Entra ID’s has none', async (_, changes, code) => {
    const body = await refusalOf(await requestToken(emulator, changes))
    expect(body.error_codes).toEqual([code])
    expect(body).not.toHaveProperty('error_uri')
  })

  test('leads by its error_uri to a page with what to do', async () => {
    const { error_uri: uri } = await refusalOf(await requestToken(emulator, { client_secret: 'wrong' }))
    const response = await emulator.fetch(uri)
    expect(await response.text()).toMatch(/AADSTS7000215[\s\S]*Send the value of one of the app’s secrets/)
    expect(await (await emulator.fetch(`${emulator.url}/error?code=1`)).text()).toMatch(/Unknown code/)
  })

  test('is understood by MSAL', async () => {
    const client = msalClient(emulator, ({ form }) => form.set('client_secret', 'wrong'))
    await expect(client.acquire()).rejects.toMatchObject({ errorCode: 'invalid_client', errorNo: 7000215 })
  })
})

describe('a script makes MSAL’s next request fail with', () => {
  test.for([
    [50058, 'invalid_grant', 400],
    [50076, 'invalid_grant', 400],
    [50079, 'interaction_required', 400],
    [53003, 'invalid_grant', 400],
    [65001, 'invalid_grant', 400],
    [50173, 'invalid_grant', 400],
    [700082, 'invalid_grant', 400],
    [50196, 'invalid_grant', 400],
    [7000218, 'invalid_client', 401],
    [90033, 'temporarily_unavailable', 503],
    [90055, 'temporarily_unavailable', 429],
  ] as const)('AADSTS%i', async ([code, error, status]) => {
    const request = await goodRequest(emulator)
    emulator.faults.next({ aadsts: code })
    const response = await replay(emulator, request)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error, error_codes: [code] })
    expect((await replay(emulator, request)).status).toBe(200)
  })

  test('a claims challenge', async () => {
    const claims = '{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}'
    emulator.faults.next({ aadsts: 50076, claims }, { aadsts: 50076, suberror: 'additional_action' })
    expect(await refusalOf(await requestToken(emulator))).toMatchObject({ claims, suberror: 'basic_action' })
    expect(await refusalOf(await requestToken(emulator))).toMatchObject({ suberror: 'additional_action' })
  })

  test('no code that the catalogue lacks', () => {
    expect(() => emulator.faults.next({ aadsts: 12345 })).toThrow(
      "AADSTS12345 is not in the emulator's catalogue. It knows: 16000, 28000, ",
    )
  })
})
