import { expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { contoso, start } from './contoso.ts'
import { issuedToken, refusalOf, requestToken } from './token-request.ts'

const HOUR = 3_600_000

test('moving the clock moves the times of tokens and of the log', async () => {
  await using emulator = await startEmulator({ directory: contoso, now: () => start })
  emulator.clock.advance(HOUR)
  const { claims } = await issuedToken(emulator)
  expect(claims.iat).toBe((start + HOUR) / 1000 - 300)
  expect(claims.exp).toBe((start + HOUR) / 1000 + 3599)
  expect(emulator.requests[0]?.at).toBe(start + HOUR)
  emulator.clock.set(start - HOUR)
  expect((await issuedToken(emulator)).claims.exp).toBe((start - HOUR) / 1000 + 3599)
})

test('moving the clock expires secrets', async () => {
  await using emulator = await startEmulator({ directory: contoso, now: () => start })
  const form = { client_secret: 'short-lived' }
  expect((await requestToken(emulator, form)).status).toBe(200)
  emulator.clock.advance(24 * HOUR)
  expect((await refusalOf(await requestToken(emulator, form))).error_codes).toEqual([7000222])
})

test('the clock runs on with its base', async () => {
  let base = start
  await using emulator = await startEmulator({ directory: contoso, now: () => base })
  emulator.clock.set(1000)
  base += 50
  expect(emulator.clock.now()).toBe(1050)
})

test('the clock refuses what is not a time', async () => {
  await using emulator = await startEmulator({ directory: contoso })
  expect(() => emulator.clock.advance(Number.NaN)).toThrow('clock.advance: NaN is not a finite number of milliseconds.')
  expect(() => emulator.clock.set(Number.POSITIVE_INFINITY)).toThrow(TypeError)
})
