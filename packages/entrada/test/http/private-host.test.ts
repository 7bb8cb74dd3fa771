import { BlockList } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPrivate } from '../../src/http/private-host.ts'

/** As the library asks: of the host name that `URL` makes of what was written. */
const isPrivateUrl = (host: string): boolean => isPrivate(new URL(`http://${host}/`).hostname)

const privateNetworks = new BlockList()
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  privateNetworks.addSubnet(network, prefix)
}

test('an IPv4 address is private when its network is, however it is written', () => {
  const first = fc.constantFrom(10, 100, 127, 169, 172, 192, 11, 1, 255)
  const second = fc.constantFrom(0, 15, 16, 31, 32, 63, 64, 127, 128, 167, 168, 169, 253, 254, 255)
  const byte = fc.nat({ max: 255 })
  fc.assert(
    fc.property(first, second, byte, byte, (...bytes) => {
      const address = bytes.join('.')
      const expected = privateNetworks.check(address)
      const [a, b, c, d] = bytes
      expect(isPrivateUrl(address)).toBe(expected)
      expect(isPrivateUrl(String(((a * 256 + b) * 256 + c) * 256 + d))).toBe(expected)
      expect(isPrivateUrl(`${address}.example`)).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test.each(['[fd00::1]', '[FC00::1]', '[fdff:ffff::1]', '[::1]', '[fe80::1]', 'localhost'])('%s is private', (host) => {
  expect(isPrivateUrl(host)).toBe(true)
})

test.each([
  '[2001:db8::1]',
  '[fb00::1]',
  '[fe00::1]',
  '[::]',
  '0.0.0.0',
  '10.example',
  'fd00.example',
  '192.168.1.1.example',
  'identity',
])('%s is not', (host) => {
  expect(isPrivateUrl(host)).toBe(false)
})
