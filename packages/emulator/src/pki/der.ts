/**
 * The few ASN.1 DER forms that an X.509 certificate is made of (ITU-T X.690). Each function returns one encoded
 * element; `Uint8Array`s in, `Buffer` out.
 */

/** One element: tag, length, contents. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const hex = body.length.toString(16)
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body])
}

export function sequence(...contents: readonly Uint8Array[]): Buffer {
  return element(0x30, ...contents)
}

export function set(...contents: readonly Uint8Array[]): Buffer {
  return element(0x31, ...contents)
}

/** An unsigned integer, given as big-endian bytes; a leading zero keeps it positive. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes[0] ?? 0
  return element(0x02, first >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

export function boolean(value: boolean): Buffer {
  return element(0x01, Buffer.from([value ? 0xff : 0]))
}

export function nothing(): Buffer {
  return element(0x05)
}

export function octets(contents: Uint8Array): Buffer {
  return element(0x04, contents)
}

/** A bit string; `unused` is the number of bits of the last byte that carry nothing. */
export function bits(contents: Uint8Array, unused = 0): Buffer {
  return element(0x03, Buffer.from([unused]), contents)
}

export function text(value: string): Buffer {
  return element(0x0c, Buffer.from(value, 'utf8'))
}

/** An object identifier in dotted form, such as `2.5.29.17`. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let left = value >>> 7; left > 0; left >>>= 7) bytes.unshift((left & 0x7f) | 0x80)
  return bytes
}

/** A UTC time to the second, in the form RFC 5280, section 4.1.2.5 prescribes for dates before 2050. */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, '')
  return element(0x17, Buffer.from(digits.slice(2), 'ascii'))
}

/** The direct children of a constructed element, each with its own tag and length. Throws `RangeError` on a cut-off one. */
export function children(encoded: Uint8Array): Buffer[] {
  const parts: Buffer[] = []
  const whole = Buffer.from(encoded)
  const end = extent(whole, 0)
  for (let at = end.start; at < end.end; ) {
    const part = extent(whole, at)
    parts.push(whole.subarray(at, part.end))
    at = part.end
  }
  return parts
}

function extent(buffer: Buffer, at: number): { start: number; end: number } {
  const first = buffer.readUInt8(at + 1)
  if (first < 0x80) return { start: at + 2, end: at + 2 + first }
  const size = first & 0x7f
  const start = at + 2 + size
  return { start, end: start + buffer.readUIntBE(at + 2, size) }
}
