import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Asn1Fault, childrenOf, enclosedIn, integerOf, octetsOf, oidOf, readAsn1 } from '../../src/certificates/asn1.ts'
import { CertificateFault } from '../../src/certificates/certificate.ts'
import { openPkcs12 } from '../../src/certificates/open-pkcs12.ts'
import { failure, scope } from '../world.ts'
import { makeCertificate } from './make-certificate.ts'
import fixtures from './openssl-fixtures.json' with { type: 'json' }
import { der, endless, integer, octets, oid } from './pkcs12-writer.ts'
import { withCertificate } from './signed-with.ts'

const unaborted = new AbortController().signal
const files = fixtures.pkcs12.map(({ base64, password }) => ({ bytes: Buffer.from(base64, 'base64'), password }))

/** Opened, or refused in words; any other error goes through. */
async function isOpened(bytes: Uint8Array, password: string): Promise<boolean> {
  try {
    await openPkcs12(bytes, password, unaborted)
    return true
  } catch (error) {
    if (error instanceof CertificateFault) return false
    throw error
  }
}

test('a file that is cut off anywhere is refused in words', async () => {
  const [{ bytes, password }] = files as [(typeof files)[0]]
  for (let length = 0; length < bytes.length; length += 7) {
    expect(await isOpened(bytes.subarray(0, length), password), `${length} bytes`).toBe(false)
  }
})

test('a file in which any one of the first bytes is another is opened or refused in words', async () => {
  for (const { bytes, password } of files.slice(0, 6)) {
    for (let at = 0; at < 60; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ (1 << (at % 8))
      await isOpened(changed, password)
    }
  }
})

test('bytes of any kind are ASN.1 or its fault, all the way down, and the values lie within them', () => {
  const walk = (bytes: Uint8Array): number => {
    const value = readAsn1(bytes)
    expect(value.whole.length).toBeLessThanOrEqual(bytes.length)
    for (const read of [integerOf, oidOf, octetsOf, enclosedIn]) faultless(() => read(value))
    return faultless(() => childrenOf(value, value.tag).reduce((sum, child) => sum + walk(child.whole), 1)) ?? 1
  }
  const starts = fc.constantFrom(0x30, 0x24, 0xa0, 0x04, 0x02, 0x06)
  const bytes = fc.tuple(starts, fc.uint8Array({ maxLength: 64 })).map(([tag, rest]) => Uint8Array.of(tag, ...rest))
  fc.assert(
    fc.property(bytes, (given) => void faultless(() => walk(given))),
    { numRuns: 2_000 },
  )
})

function faultless<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Asn1Fault) return undefined
    throw error
  }
}

test.each([
  ['1.2.840.113549.1.12.10.1.2'],
  ['2.16.840.1.101.3.4.2.1'],
  ['2.999.3'],
  ['1.3.6.1.4.1.311.17.1'],
  ['0.9.2342.19200300.100.1.25'],
])('reads the identifier %s', (text) => {
  expect(oidOf(readAsn1(oid(text)))).toBe(text)
})

test.each([0, 1, 127, 128, 255, 256, 2048, 10_000_001, 2 ** 31, 2 ** 47])('reads the number %i', (number) => {
  expect(integerOf(readAsn1(integer(number)))).toBe(number)
})

test('a number that no tool writes is reported, not reduced to one that is allowed', () => {
  expect(integerOf(readAsn1(der(2, Buffer.alloc(16, 0x7f))))).toBeGreaterThan(1e37)
  for (const bytes of [[], [0x80], [0xff, 0xff], Array(17).fill(1)]) {
    expect(() => integerOf(readAsn1(der(2, Buffer.from(bytes))))).toThrow(Asn1Fault)
  }
})

test('a string in pieces is one, and its pieces may be in pieces', () => {
  const pieces = endless(0x24, octets(Buffer.of(1)), der(0x24, octets(Buffer.of(2)), octets(Buffer.of(3))))
  expect([...octetsOf(readAsn1(pieces))]).toEqual([1, 2, 3])
})

test('no length makes anything be allocated', () => {
  expect(() => readAsn1(Buffer.of(0x30, 0x84, 0x7f, 0xff, 0xff, 0xff))).toThrow('a length beyond the end')
  expect(() => readAsn1(Buffer.of(0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 1, 0))).toThrow('a length of too many bytes')
})

test('a key that is too short to sign says so, and what it threw is kept', async () => {
  const { credential } = withCertificate({ certificate: makeCertificate({ modulusLength: 512 }).pem })
  const error = await failure(credential.getToken(scope))
  expect(error.message).toMatch(/the private key cannot sign\. Export it again, or make one of 2048 bits/)
  expect(error.cause).toBeInstanceOf(Error)
})
