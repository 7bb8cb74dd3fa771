import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { contoso } from './contoso.ts'
import { issuedToken } from './token-request.ts'

const host = 'westus2.login.microsoft.com'
const emulator = await startEmulator({ directory: contoso, hosts: [host], region: 'westus2' })
afterAll(() => emulator.close())

const path = '/metadata/instance/compute/location?api-version=2020-06-01&format=text'
const metadata = { metadata: 'true' }

test('a region’s host gives tokens like any other', async () => {
  await issuedToken(emulator, {}, { headers: { host } })
})

describe('the instance metadata', () => {
  test('tells the region, by http and with the header that says so', async () => {
    const response = await emulator.fetch(emulator.httpUrl + path, { headers: metadata })
    expect([response.status, await response.text()]).toEqual([200, 'westus2'])
    const json = await emulator.fetch(emulator.httpUrl + path.replace('&format=text', ''), { headers: metadata })
    expect(await json.json()).toBe('westus2')
  })

  test.for([
    ['without the header', path, {}, 400],
    ['without a version', path.replace('api-version', 'x'), metadata, 400],
  ] as const)('is refused %s', async ([, address, headers, status]) => {
    const response = await emulator.fetch(emulator.httpUrl + address, { headers: { ...headers } })
    expect(response.status).toBe(status)
  })

  test('is not there by https, or on a machine without a region', async () => {
    expect((await emulator.fetch(emulator.url + path, { headers: metadata })).status).toBe(404)
    await using elsewhere = await startEmulator({ directory: contoso })
    expect((await elsewhere.fetch(elsewhere.httpUrl + path, { headers: metadata })).status).toBe(404)
  })

  test('needs the name of a region', async () => {
    await expect(startEmulator({ region: 'West US' })).rejects.toThrow('region "West US" is not the name of a region.')
  })
})
