import { createHash } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { accessTokens } from '../src/index.ts'
import { SeenTokens } from '../src/seen-tokens.ts'
import { createSha256 } from '../src/token/sha256.ts'
import { apiId, makeKey, makeToken, now, shapes, tenantId } from './azure-tokens.ts'
import { rejectionOf } from './rejected.ts'

const key = makeKey()
const keys = { keys: [key.jwk] }
const clock = { time: now }
const verify = accessTokens({ audience: apiId, tenants: [tenantId], keys, host: { now: () => clock.time } })

test('a token that was verified is not verified again, and ends when it ends', async () => {
  const token = makeToken(key, { ...shapes.userV2, exp: now / 1000 + 60 })
  const parsed = vi.spyOn(JSON, 'parse')
  const one = await verify(token)
  const calls = parsed.mock.calls.length
  const other = await verify(token)
  expect([calls, parsed.mock.calls.length]).toEqual([2, 2])
  parsed.mockRestore()
  expect(one).not.toBe(other)
  expect(one).toEqual(other)
  clock.time = now + 59_999
  await verify(token)
  clock.time = now + 60_000
  expect((await rejectionOf(verify(token))).code).toBe('expired')
  clock.time = now
})

test('one that differs in a character is another token', async () => {
  const token = makeToken(key, shapes.userV2)
  await verify(token)
  const [head, body = '', signature] = token.split('.')
  const changed = `${head}.${body.slice(0, 20)}${body[20] === 'A' ? 'B' : 'A'}${body.slice(21)}.${signature}`
  expect(['malformed', 'signature', 'claims', 'issuer']).toContain((await rejectionOf(verify(changed))).code)
})

test('what was refused is not remembered', async () => {
  const token = makeToken(key, { ...shapes.userV2, nbf: now / 1000 + 10 })
  await rejectionOf(verify(token))
  clock.time = now + 10_000
  expect(await verify(token)).toBeDefined()
  clock.time = now
})

test('a fixed number is remembered, those that keep coming for longest', async () => {
  const claims = (await verify(makeToken(key, shapes.userV2))) as never
  const vouching = { isWithdrawn: false } as never
  const seen = new SeenTokens(3)
  for (const hash of ['a', 'b', 'c']) seen.add(hash, claims, vouching)
  seen.find('a', now)
  seen.add('d', claims, vouching)
  expect(['a', 'b', 'c', 'd'].map((hash) => seen.find(hash, now) !== undefined)).toEqual([true, false, true, true])
  for (let count = 0; count < 1000; count++) seen.add(String(count), claims, vouching)
  expect(['997', '998', '999'].every((hash) => seen.find(hash, now) !== undefined)).toBe(true)
})

test('the hash is SHA-256, on Node and where only the web’s cryptography is', async () => {
  const token = makeToken(key, shapes.userV2)
  const expected = createHash('sha256').update('a token').digest('base64')
  expect(createSha256()('a token')).toBe(expected)
  const builtin = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
  const web = createSha256()('a token')
  builtin.mockRestore()
  // As the Edge Runtime of Next.js does.
  const edge = vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
    throw new Error('A Node.js API is used (process.getBuiltinModule) which is not supported in the Edge Runtime.')
  })
  expect(await createSha256()('a token')).toBe(expected)
  expect(
    await accessTokens({ audience: apiId, tenants: [tenantId], keys, host: { now: () => now } })(token),
  ).toBeDefined()
  edge.mockRestore()
  expect(web).toBeInstanceOf(Promise)
  expect(await web).toBe(expected)
})
