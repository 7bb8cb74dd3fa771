import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { openTransport } from '../../src/http/client.ts'
import { isExempt, unreadEntries } from '../../src/http/no-proxy.ts'
import { noProxyFault } from '../../src/http/proxy.ts'
import { failure } from '../world.ts'
import { send } from './exchanges.ts'

const exempts = (entry: string, host: string): boolean => isExempt(new URL(`https://${host}/`), entry)

test.each<[what: string, entry: string, named: string[], others: string[]]>([
  [
    'a network',
    '10.0.0.0/8',
    ['10.0.0.0', '10.255.1.2', '[::ffff:10.1.2.3]'],
    ['11.0.0.0', '9.255.255.255', '10.example'],
  ],
  [
    'a network that begins within a byte',
    '172.16.0.0/12',
    ['172.16.0.1', '172.31.255.255'],
    ['172.32.0.0', '172.15.9.9'],
  ],
  ['a network by one of its addresses', '10.1.2.3/8', ['10.9.9.9'], ['11.1.2.3']],
  ['all of IPv4', '0.0.0.0/0', ['8.8.8.8'], ['[2001:db8::1]', 'a.example']],
  ['one address as a network', '10.1.2.3/32', ['10.1.2.3'], ['10.1.2.4']],
  ['a network with a port', '10.0.0.0/8:8443', ['10.1.2.3:8443'], ['10.1.2.3']],
  ['a network of IPv6', 'fd00::/8', ['[fd12::1]', '[fdff:1::]'], ['[fc00::1]', '10.0.0.1']],
  ['a network of IPv6 in brackets', '[2001:DB8::]/33', ['[2001:db8:7fff::1]'], ['[2001:db8:8000::1]']],
  ['a range', '10.0.0.5-10.0.1.2', ['10.0.0.5', '10.0.0.255', '10.0.1.2'], ['10.0.0.4', '10.0.1.3']],
  ['IPv6 in another form', '[FD00:0:0:0:0:0:0:1]', ['[fd00::1]'], ['[fd00::2]']],
  ['IPv4 as IPv6', '[::ffff:10.1.2.3]', ['10.1.2.3', '[::ffff:a01:203]'], ['10.1.2.4']],
  ['IPv6 with a port', '[fd00::1]:8443', ['[fd00::1]:8443'], ['[fd00::1]']],
  ['every host on a port', '*:8443', ['a.example:8443'], ['a.example']],
  [
    'a name',
    'Login.Example',
    ['login.example', 'a.LOGIN.example', 'login.example.'],
    ['xlogin.example', 'login.example.org'],
  ],
  ['a name with its final dot', 'login.example.', ['login.example'], ['example']],
  ['a domain', '.example.com', ['example.com', 'a.b.example.com'], ['xexample.com']],
  ['a domain with a star', '*.example.com', ['example.com', 'a.b.example.com'], ['xexample.com']],
  ['the end of a name', '*example.com', ['xexample.com', 'example.com'], ['example.com.org']],
  ['the beginning of an address', '10.*', ['10.1.2.3', '10.x'], ['110.1.2.3', '1.10.1.2']],
  [
    'the middle of a name',
    'login.*.example',
    ['login.west.example', 'login.a.b.example'],
    ['login.example', 'a.login.west.example'],
  ],
  ['the ends of a name', 'a*b*a', ['aba', 'a1b2a'], ['ab', 'aa', 'abab']],
  ['a URL', 'https://login.example:443/', ['login.example'], ['login.example:8443', 'other.example']],
  ['a name beyond ASCII', 'bücher.example', ['bücher.example', 'xn--bcher-kva.example'], ['bucher.example']],
  ['entries between semicolons', 'a.example;10.0.0.0/8', ['a.example', '10.1.1.1'], ['b.example']],
  ['an address among names', 'example,10.1.2.3', ['10.1.2.3'], ['110.1.2.3']],
])('NO_PROXY may name %s', (_, entry, named, others) => {
  expect(named.filter((host) => !exempts(entry, host))).toEqual([])
  expect(others.filter((host) => exempts(entry, host))).toEqual([])
  expect(unreadEntries(entry)).toEqual([])
})

test.each([
  '10.0.0.0/33',
  '10.0.0.0/255.0.0.0',
  '10/8',
  '10.',
  '192.168',
  '300.1.2.3',
  'fd00::/129',
  '10.0.0.9-10.0.0.1',
  '10.0.0.1-fd00::1',
  '<local>',
  '"localhost"',
  'https://login.example/path',
  'me:pass@login.example',
  'login.example:https',
  '/login/',
  '[fd00::1',
  'fe80::1%eth0',
  '$NO_PROXY',
  '.',
])('an entry %j is none that is understood, and exempts nothing', (entry) => {
  expect(unreadEntries(`a.example,${entry}`)).toEqual([entry.toLowerCase()])
  for (const host of ['10.0.0.1', '[fd00::1]', 'login.example', '192.168.0.1']) expect(exempts(entry, host)).toBe(false)
})

test('networks hold what arithmetic says they hold', () => {
  const byte = fc.integer({ min: 0, max: 255 })
  const address = fc.tuple(byte, byte, byte, byte)
  const bits = (parts: readonly number[]): string => parts.map((part) => part.toString(2).padStart(8, '0')).join('')
  fc.assert(
    fc.property(address, address, fc.integer({ min: 0, max: 32 }), (network, host, prefix) => {
      const isWithin = bits(network).slice(0, prefix) === bits(host).slice(0, prefix)
      expect(exempts(`${network.join('.')}/${prefix}`, host.join('.'))).toBe(isWithin)
    }),
  )
})

test('never throws, whatever it says', () => {
  fc.assert(fc.property(fc.string(), (value) => void [exempts(value, 'login.example'), unreadEntries(value)]))
})

test('one warning names the entries that are not understood, once there is a proxy, and shows no secret', async () => {
  const proxied = { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'a.example <local> 10.0.0.0/33 me:pass@b.example' }
  for (const [env, warnings] of [
    [proxied, 1],
    [{ NO_PROXY: proxied.NO_PROXY }, 0],
    [{ ...proxied, NO_PROXY: 'a.example' }, 0],
  ] as const) {
    const warn = vi.fn()
    const { transport, close } = openTransport({}, env, warn)
    for (let count = 0; count < 2; count++) await failure(send('https://login.invalid/', transport))
    close()
    expect(warn).toHaveBeenCalledTimes(warnings)
  }
  expect(noProxyFault(proxied)).toBe(
    'NO_PROXY has entries that exempt no host from the proxy, because they are not understood: "<local>", "10.0.0.0/33", one with an "@". Write names, addresses, networks such as 10.0.0.0/8, or "*", each with a port if needed.',
  )
  expect(noProxyFault({ NO_PROXY: '/1 /2 /3 /4 /5 /6 /7' })).toContain('"/5", 2 more. Write')
})
