import { type TokenKey, tokenKeyText } from 'entrada/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const text = fc.string({ maxLength: 4, unit: fc.constantFrom('a', '"', ',', '[', ']', '\\', 'null', ':', '|', '\0') })
const key = fc.record({
  kind: fc.constantFrom<TokenKey['kind']>('access', 'refresh', 'id', 'account'),
  partition: text,
  environment: text,
  clientId: text,
  realm: fc.option(text, { nil: undefined }),
  target: fc.option(text, { nil: undefined }),
  cae: fc.boolean(),
}) as fc.Arbitrary<TokenKey>

test('no two keys give the same text, and equal ones give the same', () => {
  const parts = ({ kind, partition, environment, clientId, realm, target, cae }: TokenKey): unknown[] => [
    kind,
    partition,
    environment,
    clientId,
    realm,
    target,
    cae,
  ]
  fc.assert(
    fc.property(key, key, (one, other) => {
      const isSame = parts(one).every((part, index) => part === parts(other)[index])
      expect(tokenKeyText(one) === tokenKeyText(other)).toBe(isSame)
      expect(tokenKeyText({ ...one })).toBe(tokenKeyText(one))
    }),
    { numRuns: 5000 },
  )
})
