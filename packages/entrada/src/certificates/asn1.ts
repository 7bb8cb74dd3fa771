/**
 * Bytes that break the rules of ASN.1, or that hold something other than what the format requires there. The caller
 * words the error: the same bytes mean a damaged file in one place and a wrong password in another.
 */
export class Asn1Fault extends Error {
  override name = 'Asn1Fault'
}

/** One value (X.690, 8.1). All its arrays are views of the bytes it was read from. */
export interface Asn1 {
  /** The identifier octet: the class, whether it is constructed, and the number. */
  tag: number
  content: Uint8Array
  /** The whole encoding, with its tag and length. */
  whole: Uint8Array
  depth: number
}

/** The identifier octets that PKCS#12 is made of. */
export const tags = { integer: 0x02, octets: 0x04, oid: 0x06, sequence: 0x30 } as const

const constructed = 0x20
/** Stands in place of a length: the end is marked instead (X.690, 8.1.3.6). */
const endless = 0x80
/** Real files nest about a dozen levels deep. */
const maximumDepth = 32
/** The most values side by side; a file with every public authority has a few hundred. */
const maximumChildren = 4096

/**
 * Reads the value at the start of the bytes; what follows it is ignored. Lengths may have any form that BER allows,
 * including the indefinite one, because RFC 7292 lets a PKCS#12 be BER and NSS, Bouncy Castle and macOS have used that.
 */
export function readAsn1(bytes: Uint8Array): Asn1 {
  return valueAt(bytes, 0, 0)
}

/** The values inside a constructed value with this tag. */
export function childrenOf(value: Asn1 | undefined, tag: number = tags.sequence): Asn1[] {
  const { content, depth } = expectTag(value, tag)
  const children: Asn1[] = []
  for (let at = 0; at < content.length; ) {
    if (children.length === maximumChildren) throw new Asn1Fault('too many values')
    const child = valueAt(content, at, depth + 1)
    children.push(child)
    at += child.whole.length
  }
  return children
}

/** The single value that an explicit tag with this number encloses. */
export function enclosedIn(value: Asn1 | undefined, number = 0): Asn1 {
  const [child, ...more] = childrenOf(value, 0xa0 | number)
  if (child === undefined || more.length > 0) throw new Asn1Fault('not one value')
  return child
}

/** The bytes of an OCTET STRING, which may be in segments (X.690, 8.7.3) or have an implicit tag. */
export function octetsOf(value: Asn1 | undefined, tag: number = tags.octets): Uint8Array {
  if (value?.tag !== (tag | constructed)) return expectTag(value, tag).content
  return Buffer.concat(childrenOf(value, tag | constructed).map((piece) => octetsOf(piece)))
}

/** A non-negative integer. One that is too large for a `number` is rounded. */
export function integerOf(value: Asn1 | undefined): number {
  const { content } = expectTag(value, tags.integer)
  const [first] = content
  if (first === undefined || first >= 0x80 || content.length > 16) throw new Asn1Fault('not a whole number')
  return content.reduce((sum, byte) => sum * 256 + byte, 0)
}

/** An object identifier in dotted notation. */
export function oidOf(value: Asn1 | undefined): string {
  const { content } = expectTag(value, tags.oid)
  if (content.length === 0 || content.length > 64) throw new Asn1Fault('not an object identifier')
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0
    }
  }
  const [both = 0, ...rest] = arcs
  const first = Math.min(2, Math.floor(both / 40))
  return [first, both - first * 40, ...rest].join('.')
}

function expectTag(value: Asn1 | undefined, tag: number): Asn1 {
  if (value?.tag === tag) return value
  throw new Asn1Fault('a value of the wrong type')
}

function valueAt(bytes: Uint8Array, start: number, depth: number): Asn1 {
  const end = endAt(bytes, start, depth)
  const isEndless = bytes[start + 1] === endless
  const content = bytes.subarray(contentAt(bytes, start), isEndless ? end - 2 : end)
  return { tag: byteAt(bytes, start), content, whole: bytes.subarray(start, end), depth }
}

function contentAt(bytes: Uint8Array, start: number): number {
  const length = byteAt(bytes, start + 1)
  return start + 2 + (length > endless ? length & 0x7f : 0)
}

/**
 * Where the value that starts here ends. Allocates nothing, because values inside an indefinite-length one are skipped
 * many times.
 */
function endAt(bytes: Uint8Array, start: number, depth: number): number {
  if (depth > maximumDepth) throw new Asn1Fault('nested too deeply')
  const tag = byteAt(bytes, start)
  if ((tag & 0x1f) === 0x1f) throw new Asn1Fault('a tag of several bytes')
  const first = byteAt(bytes, start + 1)
  const from = contentAt(bytes, start)
  if (first === endless) {
    if ((tag & constructed) === 0) throw new Asn1Fault('a primitive value without a length')
    let end = from
    while (byteAt(bytes, end) !== 0 || byteAt(bytes, end + 1) !== 0) end = endAt(bytes, end, depth + 1)
    return end + 2
  }
  if (from > start + 6) throw new Asn1Fault('a length of too many bytes')
  let length = first
  if (first > endless) {
    length = 0
    for (let at = start + 2; at < from; at++) length = length * 256 + byteAt(bytes, at)
  }
  if (from + length > bytes.length) throw new Asn1Fault('a length beyond the end')
  return from + length
}

function byteAt(bytes: Uint8Array, index: number): number {
  const byte = bytes[index]
  if (byte === undefined) throw new Asn1Fault('it is cut short')
  return byte
}
