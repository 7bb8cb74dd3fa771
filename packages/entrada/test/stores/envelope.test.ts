import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { type EncryptionKeys, EnvelopeError, recordName, tokenEnvelope } from 'entrada/store'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aRecord, key, start } from './a-record.ts'

const secret = 'eyJ.recognisable.secret'
const first = randomBytes(32)
const second = randomBytes(32)
const name = recordName(key)

/** Why it does not open. */
function faultOf(text: string, keys: EncryptionKeys = first, as = name): string {
  try {
    tokenEnvelope(keys).open(text, as)
    return 'it opened'
  } catch (error) {
    return error instanceof EnvelopeError ? error.fault : String(error)
  }
}

describe('an envelope', () => {
  test('gives back what was sealed, and shows nothing of it', () => {
    const text = tokenEnvelope(first).seal(aRecord(secret))
    expect(tokenEnvelope(first).open(text, name)).toEqual(aRecord(secret))
    for (const shown of [secret, 'client', 'tenant', 'contoso', Buffer.from(secret).toString('base64url')]) {
      expect(text).not.toContain(shown)
    }
    expect(text).toMatch(/^entrada1\.[0-9a-f]{12}\.\d{13}\.[\w-]+$/)
  })

  test('is another one each time', () => {
    const envelope = tokenEnvelope(first)
    expect(envelope.seal(aRecord(secret))).not.toBe(envelope.seal(aRecord(secret)))
  })

  test('is broken by the change of any one character', () => {
    const text = tokenEnvelope(first).seal(aRecord(secret))
    // The last character of base64 has bits that stand for nothing.
    fc.assert(
      fc.property(fc.nat(text.length - 2), fc.constantFrom('A', 'b', '0', '1', '.', '-', '\0'), (index, character) => {
        fc.pre(text[index] !== character)
        const changed = text.slice(0, index) + character + text.slice(index + 1)
        expect(faultOf(changed)).toMatch(/^(?:broken|unknown key|newer)$/)
      }),
    )
  })

  test('is broken when it is cut anywhere, or lengthened', () => {
    const text = tokenEnvelope(first).seal(aRecord(secret))
    for (let length = 0; length < text.length; length++) expect(faultOf(text.slice(0, length))).toBe('broken')
    expect(faultOf(`${text}AAAA`)).toBe('broken')
  })

  test('is valid only for its own record: replayed under another key it is broken', () => {
    const text = tokenEnvelope(first).seal(aRecord(secret))
    for (const other of [{ clientId: 'other' }, { partition: 'bob.contoso' }, { cae: true }, { target: 'admin' }]) {
      expect(faultOf(text, first, recordName({ ...key, ...other }))).toBe('broken')
    }
  })

  test('can’t be made to last longer', () => {
    const text = tokenEnvelope(first).seal(aRecord(secret))
    expect(faultOf(text.replace(/\.\d{13}\./, '.1999999999999.'))).toBe('broken')
  })

  test.each([
    ['nothing', ''],
    ['a plain record', JSON.stringify(aRecord(secret))],
    ['__proto__', '{"__proto__":{"secret":"x"}}'],
    ['zeros', '\0'.repeat(300)],
    ['a body that is empty', `entrada1.${'0'.repeat(12)}.1893456000000.`],
  ])('is not %s', (_, text) => {
    expect(faultOf(text)).toBe('broken')
  })

  test('of a newer form, or under a key that is not given, may be good for another process', () => {
    const text = tokenEnvelope(first).seal(aRecord(secret))
    expect(faultOf(text.replace('entrada1', 'entrada3'))).toBe('newer')
    expect(faultOf(text, second)).toBe('unknown key')
  })

  test('opens after a rotation, and the new key seals', () => {
    const old = tokenEnvelope(first).seal(aRecord(secret))
    const rotated = tokenEnvelope([second, first])
    expect(rotated.open(old, name).secret).toBe(secret)
    expect(faultOf(rotated.seal(aRecord(secret)))).toBe('unknown key')
    expect(faultOf(rotated.seal(aRecord(secret)), second)).toBe('it opened')
  })
})

describe('an envelope of form 2', () => {
  const seal = (fields: Parameters<typeof aRecord>[1] = {}): string =>
    tokenEnvelope(first, { formatVersion: 2 }).seal(aRecord(secret, fields))

  test('says in the clear when it was written, and nothing else', () => {
    const text = seal({ cachedAt: start + 0.5 })
    expect(text).toMatch(new RegExp(`^entrada2\\.[0-9a-f]{12}\\.${start + 3_600_000}\\.${start + 1}-[\\w-]+$`))
    expect(text).not.toContain(secret)
    expect(tokenEnvelope(first).open(text, name)).toEqual(aRecord(secret, { cachedAt: start + 0.5 }))
  })

  test.each([
    ['when it was written', (text: string) => text.replace(`${start}-`, `${start + 1}-`)],
    ['its end', (text: string) => text.replace(String(start + 3_600_000), String(start + 3_600_001))],
    ['its form', (text: string) => text.replace('entrada2', 'entrada1')],
    ['its form and its date', (text: string) => text.replace('entrada2', 'entrada1').replace(`${start}-`, '')],
    ['its date, which is cut off', (text: string) => text.replace(`${start}-`, '')],
  ])('is broken by a change of %s', (_, change) => {
    const text = seal()
    expect(change(text)).not.toBe(text)
    expect(faultOf(change(text))).toBe('broken')
  })

  test('is not what form 1 becomes by another number', () => {
    const text = tokenEnvelope(first).seal(aRecord(secret))
    expect(faultOf(text.replace('entrada1', 'entrada2'))).toBe('broken')
    const [version, id, end, body] = text.split('.')
    expect(faultOf([version?.replace('1', '2'), id, end, `${start}-${body}`].join('.'))).toBe('broken')
  })

  test.each([0, 3, '2', Number.NaN])('has a number that is known: %s is refused', (formatVersion) => {
    expect(() => tokenEnvelope(first, { formatVersion: formatVersion as 1 })).toThrow(/formatVersion must be 1 or 2/)
  })
})

describe('a key', () => {
  test('is 32 bytes, as they are or in either base64', () => {
    const text = tokenEnvelope(first).seal(aRecord(secret))
    for (const form of ['base64', 'base64url'] as const) {
      expect(tokenEnvelope(first.toString(form)).open(text, name).secret).toBe(secret)
    }
  })

  test.each<[string, unknown]>([
    ['too short', randomBytes(31)],
    ['too long', randomBytes(33)],
    ['a password', 'correct horse battery staple'],
    ['nothing', undefined],
    ['a number', 5],
    ['no key at all', []],
    ['one that is not', [first, 'x']],
  ])('that is %s is refused in words that do not repeat it', (_, keys) => {
    const make = (): unknown => tokenEnvelope(keys as EncryptionKeys)
    expect(make).toThrow(/^tokenEnvelope: keys.* openssl rand -base64 32 makes one\.$/)
    expect(make).not.toThrow(/horse/)
  })

  test('that the caller changes later stays what it was, and no inspection shows it', () => {
    const mine = Buffer.from(first)
    const envelope = tokenEnvelope(mine)
    mine.fill(0)
    expect(envelope.open(tokenEnvelope(first).seal(aRecord(secret)), name).secret).toBe(secret)
    expect(inspect(envelope, { showHidden: true, depth: 9 })).not.toContain(first.toString('hex').slice(0, 8))
  })

  test('has a name that says nothing of it', () => {
    const [, id = ''] = tokenEnvelope(first).seal(aRecord(secret)).split('.')
    expect(first.toString('hex')).not.toContain(id)
  })
})
