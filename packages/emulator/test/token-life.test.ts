import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { contoso, everywhereClientId } from './contoso.ts'
import { issuedToken } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso })
afterAll(() => emulator.close())

describe('life', () => {
  const cae = JSON.stringify({ access_token: { xms_cc: { values: ['CP1'] } } })

  test('a client capable of continuous access evaluation gets a day, half of it before a refresh', async () => {
    const { answer, claims } = await issuedToken(emulator, { claims: cae })
    expect(claims.xms_cc).toEqual(['cp1'])
    expect(answer).toMatchObject({ expires_in: 86_399, ext_expires_in: 86_399, refresh_in: 43_199 })
  })

  test('other claims requests change nothing', async () => {
    const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: '1' } } })
    const { answer } = await issuedToken(emulator, { claims })
    expect(answer.expires_in).toBe(3599)
    expect(answer).not.toHaveProperty('refresh_in')
  })

  test('follows the options, and an app comes before them', async () => {
    const [web, ...others] = contoso.apps
    if (web === undefined) throw new Error('contoso has no app')
    const directory = { ...contoso, apps: [{ ...web, refreshInSeconds: 30 }, ...others] }
    await using special = await startEmulator({ directory, tokenLifetimeSeconds: 120, refreshInSeconds: 60 })
    const { answer } = await issuedToken(special)
    const { answer: other } = await issuedToken(special, { client_id: everywhereClientId })
    expect(answer).toMatchObject({ expires_in: 120, refresh_in: 30 })
    expect(other).toMatchObject({ expires_in: 120, refresh_in: 60 })
  })
})
