import { BlockList } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLocal, isOfThisNetwork } from '../../src/http/this-network.ts'

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

const isNear = (host: string): boolean => isOfThisNetwork(new URL(`http://${host}/`).hostname)

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
      expect(isNear(address)).toBe(expected)
      expect(isNear(String(((a * 256 + b) * 256 + c) * 256 + d))).toBe(expected)
      expect(isNear(`${address}.example`)).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test.each([
  '[fd00::1]',
  '[FC00::1]',
  '[fdff:ffff::1]',
  '[::1]',
  '[fe80::1]',
  'localhost',
  'identity',
  'azure-cli-proxy',
  'AZURE_CLI_PROXY',
  'proxy.',
  'host.docker.internal',
  'gateway.docker.internal',
  'HOST.docker.Internal.',
  'host.containers.internal',
  'printer.local',
  'proxy.tools.svc',
  'proxy.tools.svc.cluster.local',
])('%s is of this network', (host) => {
  expect(isNear(host)).toBe(true)
})

test.each([
  '[2001:db8::1]',
  '[fb00::1]',
  '[fe00::1]',
  '[::]',
  '0.0.0.0',
  '8.8.8.8',
  '10.example',
  'fd00.example',
  '192.168.1.1.example',
  'metadata.google.internal',
  'docker.internal',
  'host.docker.internal.example.com',
  'xdocker.internal',
  'a.xlocal',
  'a.svc.example',
  'a.svc.cluster.example',
  'login.example.com',
  'a..local',
])('%s is not', (host) => {
  expect(isNear(host)).toBe(false)
})

test('is never true of a name under a public domain', () => {
  fc.assert(
    fc.property(fc.constantFrom('local', 'svc', 'host.docker.internal', '10.0.0.1'), fc.domain(), (prefix, domain) => {
      fc.pre(!/\.(?:local|svc)$/i.test(domain))
      expect(isNear(`${prefix}.${domain}`)).toBe(false)
    }),
  )
})
