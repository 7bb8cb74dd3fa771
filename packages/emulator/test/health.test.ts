import { expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { contoso } from './contoso.ts'
import { requestToken } from './token-request.ts'

test.for(['/health', '/livez', '/readyz'])('%s answers probes, under whatever name they know', async (path) => {
  await using emulator = await startEmulator({ directory: contoso })
  for (const host of [new URL(emulator.url).host, '10.1.2.3:8080', 'evil.example']) {
    const response = await emulator.fetch(emulator.url + path, { headers: { host } })
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  }
  const viaSocket = await fetch(emulator.httpUrl + path, { method: 'HEAD' })
  expect(viaSocket.status).toBe(200)
  expect((await emulator.fetch(emulator.url + path, { method: 'POST' })).status).toBe(405)
})

test('probes are neither logged nor disturbed by faults, and use up none', async () => {
  const told: string[] = []
  await using emulator = await startEmulator({ directory: contoso, onRequest: ({ path }) => told.push(path) })
  emulator.faults.next({ path: /./, status: 500 })
  expect((await emulator.fetch(`${emulator.url}/readyz`)).status).toBe(200)
  expect([emulator.requests.length, told]).toEqual([0, []])
  expect((await requestToken(emulator)).status).toBe(500)
})

test('what is told of a request is data, without its secrets', async () => {
  const told: unknown[] = []
  await using emulator = await startEmulator({ directory: contoso, onRequest: (request) => told.push(request) })
  await requestToken(emulator, { client_secret: 'a-wrong-secret' })
  expect(told).toEqual([
    expect.objectContaining({
      number: 1,
      method: 'POST',
      status: 401,
      what: 'Token request, client_credentials, web',
      outcome: 'Refused, AADSTS7000215',
      refusal: { text: expect.stringMatching(/^AADSTS7000215: /), remedy: expect.any(String) },
    }),
  ])
  expect(JSON.stringify(told)).not.toContain('a-wrong-secret')
})
