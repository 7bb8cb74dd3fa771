import { describe, expect, test, vi } from 'vitest'
import { accessTokens, type Verify } from '../src/index.ts'
import { TokenRejected } from '../src/rejection/token-rejected.ts'
import { apiId, now } from './azure-tokens.ts'
import { forgeries } from './forgeries/corpus.ts'
import { goodToken, makeIssuer, required, tenants } from './forgeries/issuer.ts'

// A part of the corpus of `interop/forgeries.system.test.ts`.
vi.setConfig({ testTimeout: 120_000 })

function makeVerify(keys: { keys: readonly Readonly<Record<string, unknown>>[] }): Verify {
  return accessTokens({ audience: apiId, tenants, keys, host: { now: () => now }, ...required })
}

/** As where there are neither Node's modules nor its `Buffer`. */
function onTheWeb<T>(act: () => T): T {
  const builtin = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
  try {
    return act()
  } finally {
    builtin.mockRestore()
  }
}

describe.each([
  ['Node', (act: () => Verify) => act()],
  ['the web’s cryptography, by jose', onTheWeb<Verify>],
])('with %s', (_, make) => {
  const issuer = makeIssuer(20_261_102, () => now)
  const verify = make(() => makeVerify({ keys: [issuer.key.jwk, issuer.ofAnother.jwk] }))

  test('of 2,100 forgeries none is taken, and they are refused for many reasons', async () => {
    const taken: unknown[] = []
    const codes = new Set<string>()
    for (const { family, token } of forgeries(issuer, 2100)) {
      const result: unknown = await verify(token).catch((error: unknown) => error)
      if (result instanceof TokenRejected) codes.add(result.code)
      else taken.push([family, token, result])
    }
    expect(taken).toEqual([])
    expect(codes.size).toBeGreaterThanOrEqual(16)
  })

  test('of 300 good tokens none is refused, at first sight and when it comes again', async () => {
    for (let count = 0; count < 300; count++) {
      const token = goodToken(issuer)
      expect(await verify(token)).toEqual(await verify(token))
    }
  })
})

test('a text is read alike where there is no Buffer', async () => {
  const issuer = makeIssuer(7, () => now)
  const verify = makeVerify({ keys: [issuer.key.jwk] })
  const tokens = [...forgeries(issuer, 420)]
    .map(({ token }) => token)
    .concat(Array.from({ length: 50 }, () => goodToken(issuer)))
  const { readCompactJws } = await import('../src/token/compact-jws.ts')
  const read = (token: string) => {
    const jws = readCompactJws(token)
    return jws && { ...jws, signatureBytes: Array.from(jws.signatureBytes) }
  }
  const withBuffer = tokens.map(read)
  vi.stubGlobal('Buffer', undefined)
  const without = tokens.map(read)
  vi.unstubAllGlobals()
  expect(without).toEqual(withBuffer)
  expect(withBuffer.filter((jws) => jws !== undefined).length).toBeGreaterThan(200)
  expect(await verify(goodToken(issuer))).toBeDefined()
})
