import { afterEach, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { contoso, tenantId } from './contoso.ts'
import { refusalOf, requestToken } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso })
afterEach(() => emulator.faults.clear())

const metadata = `${emulator.url}/${tenantId}/v2.0/.well-known/openid-configuration`

describe('a fault', () => {
  test('with a status answers like Entra ID does then, once', async () => {
    emulator.faults.next({ status: 503 })
    const response = await requestToken(emulator)
    expect(response.status).toBe(503)
    expect(await refusalOf(response)).toMatchObject({ error: 'temporarily_unavailable', error_codes: [90033] })
    expect((await requestToken(emulator)).status).toBe(200)
  })

  test('with retryAfter says when to come back', async () => {
    emulator.faults.next({ status: 429, retryAfter: 7 }, { status: 429, retryAfter: 'Fri, 01 Jan 2027 00:00:00 GMT' })
    expect((await requestToken(emulator)).headers.get('retry-after')).toBe('7')
    expect((await requestToken(emulator)).headers.get('retry-after')).toBe('Fri, 01 Jan 2027 00:00:00 GMT')
  })

  test('with headers alone adds them to the normal answer', async () => {
    emulator.faults.next({ headers: { 'x-extra': 'yes' } })
    const response = await requestToken(emulator)
    expect([response.status, response.headers.get('x-extra')]).toEqual([200, 'yes'])
  })

  test.for<[string, string]>([
    ['{"access_token":', 'application/json; charset=utf-8'],
    ['<h1>Bad gateway</h1>', 'text/html; charset=utf-8'],
    ['', 'text/plain; charset=utf-8'],
  ])('with the body %j sends it as it is', async ([body, type]) => {
    emulator.faults.next({ body })
    const response = await requestToken(emulator)
    expect([response.status, await response.text()]).toEqual([200, body])
    expect(response.headers.get('content-type')).toBe(type)
  })

  test('with an object as body sends JSON, with any status', async () => {
    emulator.faults.next({ status: 418, body: { token_type: 'Bearer' } })
    const response = await requestToken(emulator)
    expect([response.status, await response.json()]).toEqual([418, { token_type: 'Bearer' }])
  })

  test('with only a delay answers normally after it', async () => {
    emulator.faults.next({ delay: 20 })
    const before = performance.now()
    expect((await requestToken(emulator)).status).toBe(200)
    expect(performance.now() - before).toBeGreaterThanOrEqual(18)
  })

  test.for([{ drop: true }, { truncate: true }])('with %j rejects as fetch does', async (fault) => {
    emulator.faults.next(fault)
    const failed = await requestToken(emulator).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(TypeError)
    expect(failed).toMatchObject({ message: 'fetch failed', cause: { code: expect.any(String) } })
  })

  test('with a redirect is followed, kept or refused as the request asks', async () => {
    emulator.faults.always({ redirect: metadata })
    const request = { method: 'POST', body: 'a=b' }
    const address = `${emulator.url}/${tenantId}/oauth2/v2.0/token`
    const kept = await emulator.fetch(address, { ...request, redirect: 'manual' })
    expect([kept.status, kept.headers.get('location')]).toEqual([302, metadata])
    expect(await (await emulator.fetch(address, request)).json()).toHaveProperty('token_endpoint')
    await expect(emulator.fetch(address, { ...request, redirect: 'error' })).rejects.toThrow(TypeError)
  })

  test('that redirects for ever is given up', async () => {
    emulator.faults.always({ redirect: `/${tenantId}/oauth2/v2.0/token`, status: 307 })
    await expect(requestToken(emulator)).rejects.toMatchObject({ cause: { message: 'redirect count exceeded' } })
  })

  test('that cannot be sent is refused at once', () => {
    expect(() => emulator.faults.next({ status: 99 })).toThrow('status 99 cannot be sent. Use 200 to 599.')
  })
})

describe('a script', () => {
  test('is played in order, and counts what is left', async () => {
    emulator.faults.next({ status: 500 }, { status: 429 })
    emulator.faults.next({ status: 503 })
    expect(emulator.faults.pending).toBe(3)
    const statuses = []
    for (let turn = 0; turn < 4; turn++) statuses.push((await requestToken(emulator)).status)
    expect(statuses).toEqual([500, 429, 503, 200])
    expect(emulator.faults.pending).toBe(0)
  })

  test('leaves metadata alone, unless its path says otherwise', async () => {
    emulator.faults.next({ status: 500 })
    expect((await emulator.fetch(metadata)).status).toBe(200)
    emulator.faults.next({ status: 502, path: /openid-configuration/g })
    expect((await emulator.fetch(metadata)).status).toBe(502)
    expect(emulator.faults.pending).toBe(1)
  })

  test('may have a fault that stands until it is taken away, after those in the queue', async () => {
    emulator.faults.always({ status: 503 })
    emulator.faults.next({ status: 429 })
    expect((await requestToken(emulator)).status).toBe(429)
    expect((await requestToken(emulator)).status).toBe(503)
    expect((await requestToken(emulator)).status).toBe(503)
    emulator.faults.always(undefined)
    expect((await requestToken(emulator)).status).toBe(200)
  })
})

describe('a delay', () => {
  test('ends with the request’s own abort', async () => {
    emulator.faults.next({ delay: 60_000 })
    const controller = new AbortController()
    const pending = requestToken(emulator, {}, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(pending).rejects.toThrow('enough')
  })

  test('ends when the emulator closes, and nothing is answered after that', async () => {
    emulator.faults.next({ delay: 60_000 })
    const pending = requestToken(emulator)
    await new Promise(setImmediate)
    await Promise.all([expect(pending).rejects.toThrow(TypeError), emulator.close()])
    await expect(requestToken(emulator)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })
})
