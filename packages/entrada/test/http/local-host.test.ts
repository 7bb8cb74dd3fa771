import { BlockList } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLocal } from '../../src/http/local-host.ts'

/** As the library asks: of the host name that `URL` makes of what was written. */
const isLocalUrl = (host: string): boolean => isLocal(new URL(`https://${host}/`).hostname)

test.each([
  'localhost',
  'LOCALHOST',
  'localhost.',
  'app.localhost',
  'a.b.localhost.',
  '127.0.0.1',
  '127.0.0.1.',
  '127.255.255.254',
  '127.1',
  '2130706433',
  '0x7f.1',
  '0x7F000001',
  '0177.0.0.1',
  '①②⑦.0.0.1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:127.1.2.3]',
  '169.254.169.254',
  '0xa9fea9fe',
  '2852039166',
  '169.254.0.1',
  '[::ffff:169.254.169.254]',
  '[fe80::1]',
  '[FEBF::1]',
])('%s is local', (host) => {
  expect(isLocalUrl(host)).toBe(true)
})

test.each([
  'evil-localhost',
  'localhost.evil.com',
  'localhost.com',
  'xlocalhost',
  '127.0.0.1.evil.com',
  '169.254.169.254.evil.com',
  '127.evil',
  '128.0.0.1',
  '126.255.255.255',
  '169.253.0.1',
  '169.255.0.1',
  '10.0.0.1',
  '1.127.0.1',
  '[::ffff:128.0.0.1]',
  '[2001:db8::127:1]',
  '[2001:db8::ffff:7f00:1]',
  '[fec0::1]',
  '[fe00::1]',
  'fe80.example',
  'login.microsoftonline.com',
])('%s is not local', (host) => {
  expect(isLocalUrl(host)).toBe(false)
})

const local = new BlockList()
local.addSubnet('127.0.0.0', 8)
local.addSubnet('169.254.0.0', 16)
local.addAddress('::1', 'ipv6')
local.addSubnet('fe80::', 10, 'ipv6')

test('agrees with the networks themselves on every IPv4 address, however it is written', () => {
  const octet = fc.oneof(fc.constantFrom(127, 169, 254, 0, 1), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(
      fc.tuple(octet, octet, octet, octet),
      fc.constantFrom('dotted', 'number', 'hex', 'mapped'),
      (octets, form) => {
        const dotted = octets.join('.')
        const number = octets.reduce((sum, one) => sum * 256 + one, 0)
        const written = {
          dotted,
          number: String(number),
          hex: `0x${number.toString(16)}`,
          mapped: `[::ffff:${dotted}]`,
        }[form]
        expect(isLocalUrl(written)).toBe(local.check(dotted))
      },
    ),
  )
})

test('agrees with the networks themselves on every IPv6 address', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      // Mapped addresses are the sentence before.
      fc.pre(!/ffff/i.test(address) && !address.includes('.'))
      expect(isLocalUrl(`[${address}]`)).toBe(local.check(address, 'ipv6'))
    }),
  )
})

test('is never true of a name under a public domain', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('localhost', '127.0.0.1', '169.254.169.254', 'a.localhost', 'fe80'),
      fc.domain(),
      (prefix, domain) => {
        fc.pre(!domain.toLowerCase().endsWith('.localhost'))
        expect(isLocalUrl(`${prefix}.${domain}`)).toBe(false)
      },
    ),
  )
})
