import { describe, expect, test as plain } from 'vitest'
import { test as defaultTest, emulatorTest } from '../src/testing/vitest.ts'
import { contoso, secret } from './contoso.ts'
import { requestToken } from './token-request.ts'

const test = emulatorTest({ directory: contoso })
const urls = new Set<string>()

describe.each(['first', 'second'])('the %s test', () => {
  test('gets the worker’s emulator as it started', async ({ emulator, sharedEmulator }) => {
    expect(emulator).toBe(sharedEmulator)
    expect(emulator.requests).toEqual([])
    expect(emulator.env('web').AZURE_CLIENT_SECRET).toBe(secret)
    expect((await requestToken(emulator)).status).toBe(200)
    emulator.updateApp('web', { secrets: [{ value: 'changed' }] })
    emulator.faults.always({ status: 503 })
    urls.add(emulator.url)
  })
})

plain('it was the same in both', () => {
  expect(urls.size).toBe(1)
})

defaultTest('there is one with the default directory', ({ emulator }) => {
  expect(emulator.env()).toHaveProperty('AZURE_CLIENT_SECRET')
})
