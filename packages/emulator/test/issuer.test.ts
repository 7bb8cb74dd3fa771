import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { contoso, tenantId } from './contoso.ts'
import { issuedToken } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso, hosts: ['login.microsoftonline.com'] })
afterAll(() => emulator.close())

describe('whose token it is', () => {
  test('is the emulator’s own, even when asked through the name of a public cloud', async () => {
    const { claims } = await issuedToken(emulator, {}, { headers: { host: 'login.microsoftonline.com' } })
    expect(claims.iss).toBe(`${emulator.url}/${tenantId}/`)
    expect(JSON.stringify(claims)).not.toMatch(/windows\.net|microsoftonline/)
  })

  test('is the public cloud’s when that is asked for', async () => {
    await using special = await startEmulator({ directory: contoso, issuer: 'public-cloud' })
    const { claims } = await issuedToken(special)
    expect(claims.iss).toBe(`https://sts.windows.net/${tenantId}/`)
  })
})
