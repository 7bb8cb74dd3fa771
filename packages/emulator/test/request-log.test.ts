import { inspect } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import type { ReceivedRequest } from '../src/http/received-request.ts'
import { createRequestLog } from '../src/http/request-log.ts'
import { startEmulator } from '../src/index.ts'
import { clientId, contoso, secret, tenantId } from './contoso.ts'
import { requestToken } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso })
afterEach(() => emulator.requests.clear())

test('keeps each request as it was sent', async () => {
  const path = `/${tenantId}/oauth2/v2.0/token`
  await requestToken(emulator, {}, { path: `${path}?a=1`, headers: { 'X-Client-SKU': 'test' } })
  expect(emulator.requests).toEqual([
    {
      method: 'POST',
      url: `${emulator.url}${path}?a=1`,
      host: new URL(emulator.url).host,
      path,
      query: { a: '1' },
      headers: expect.objectContaining({ 'x-client-sku': 'test' }),
      form: {
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: secret,
        scope: 'https://storage.azure.com/.default',
      },
      at: expect.any(Number),
      status: 200,
    },
  ])
})

test('keeps refused requests, dropped ones and those of strange hosts too', async () => {
  emulator.faults.next({ drop: true })
  await requestToken(emulator).catch(() => undefined)
  await requestToken(emulator, { client_secret: 'wrong' })
  await emulator.fetch(emulator.url, { headers: { host: 'evil.example' } })
  expect(emulator.requests.map((request) => request.status)).toEqual([undefined, 401, 421])
})

test('forgets the oldest when there are many, or when they are large', async () => {
  const { log, add } = createRequestLog()
  const request = { method: 'POST', url: emulator.url, host: '', path: '/', query: {}, headers: {} }
  const received = (form: Record<string, string>): ReceivedRequest => ({ ...request, form }) as ReceivedRequest
  for (let number = 0; number < 10_001; number++) add(received({ number: String(number) }), 0)
  expect(log.map(({ form }) => form.number).slice(0, 2)).toEqual(['1', '2'])
  const megabyte = 'x'.repeat(1_000_000)
  for (let number = 0; number < 60; number++) add(received({ megabyte }), 0)
  expect(log.length).toBe(49)
  log.clear()
  add(received({ megabyte: megabyte.repeat(60) }), 0)
  expect(log.length).toBe(1)
})

test('has a pending request from its arrival', async () => {
  emulator.faults.next({ delay: 5 })
  const pending = requestToken(emulator)
  await expect.poll(() => emulator.requests.length, { interval: 1 }).toBe(1)
  expect(emulator.requests[0]?.status).toBeUndefined()
  await pending
  expect(emulator.requests[0]?.status).toBe(200)
})

test('shows no secret when it is printed', async () => {
  const form = {
    client_secret: 'hush-1',
    client_assertion: 'hush-2',
    assertion: 'hush-3',
    password: 'hush-4',
    code: 'hush-5',
    refresh_token: 'hush-6',
    code_verifier: 'hush-7',
    device_code: 'hush-8',
  }
  const headers = { authorization: 'Basic hush-9' }
  await requestToken(emulator, form, { path: `/${tenantId}/oauth2/v2.0/token?client_secret=hush-0`, headers })
  const printed = [
    inspect(emulator.requests, { depth: 9 }),
    JSON.stringify(emulator.requests),
    inspect(emulator, { depth: 9 }),
  ]
  for (const text of printed) {
    expect(text).toContain('[redacted]')
    expect(text).not.toContain('hush-')
  }
  expect(emulator.requests[0]?.form.client_secret).toBe('hush-1')
})

test('can be emptied', async () => {
  await requestToken(emulator)
  emulator.requests.clear()
  expect(emulator.requests).toHaveLength(0)
})
