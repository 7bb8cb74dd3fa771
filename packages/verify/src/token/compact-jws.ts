import { type JsonObject, parseObject } from './strict-json.ts'

/** A JWT as it was sent (RFC 7515, 7.1), decoded; nothing in it is verified. */
export interface CompactJws {
  /** Header and claims, encoded, with the dot between: what is signed. */
  signed: string
  /** Encoded, and what that means. */
  signature: string
  signatureBytes: Uint8Array
  header: JsonObject
  claims: JsonObject
}

/** No token of Entra ID is longer, and no web server takes a longer header. */
export const longestToken = 16_384

/**
 * Splits and decodes a token, or returns `undefined` where it is not exactly what an issuer writes: three parts of
 * unpadded base64url in its one canonical form (RFC 4648, 3.5), UTF-8, and JSON objects without duplicate members (RFC
 * 7515, 4; RFC 7519, 4).
 */
export function readCompactJws(token: string, readHeader: ReadPart = readPart): CompactJws | undefined {
  if (token.length > longestToken) return undefined
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 1 || second < 0 || token.indexOf('.', second + 1) >= 0) return undefined
  const signature = token.slice(second + 1)
  const header = readHeader(token.slice(0, first))
  const claims = header && readPart(token.slice(first + 1, second))
  if (header === undefined || claims === undefined) return undefined
  const signatureBytes = decoded(signature)
  return signatureBytes && { signed: token.slice(0, second), signature, signatureBytes, header, claims }
}

/** Reads header or claims; `undefined` for what an issuer does not write. */
export type ReadPart = (part: string) => JsonObject | undefined

/** Reads a header, and has the last one at hand: an issuer writes the same for as long as it signs with one key. */
export function createHeaderReader(): ReadPart {
  let last: { part: string; header: JsonObject } | undefined
  return (part) => {
    if (part === last?.part) return last.header
    const header = readPart(part)
    // A copy, as the part may be a view of the whole token, which is to be kept nowhere.
    if (header !== undefined) last = { part: [...part].join(''), header }
    return header
  }
}

function readPart(part: string): JsonObject | undefined {
  const bytes = decoded(part)
  if (bytes === undefined) return undefined
  try {
    return parseObject(utf8Text(bytes))
  } catch {
    return undefined
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws a `TypeError` for what is no UTF-8. A `Buffer` writes U+FFFD for that, and is faster than a strict decoder. */
function utf8Text(bytes: Uint8Array): string {
  if (typeof Buffer !== 'function' || !Buffer.isBuffer(bytes)) return utf8.decode(bytes)
  const text = bytes.toString('utf8')
  return text.includes('\ufffd') ? utf8.decode(bytes) : text
}

/**
 * What base64url means, if no other text means the same: else one signature would have sixteen spellings. What is encoded
 * again and is not the same had other characters in it, padding, or bits left over.
 */
function decoded(part: string): Uint8Array | undefined {
  if (part === '') return undefined
  if (typeof Buffer === 'function') {
    const bytes = Buffer.from(part, 'base64url')
    return bytes.toString('base64url') === part ? bytes : undefined
  }
  if (!/^[A-Za-z0-9_-]+$/.test(part) || part.length % 4 === 1) return undefined
  const binary = atob(part.replace(/-/g, '+').replace(/_/g, '/'))
  const again = btoa(binary).replace(/=+$/, '').replace(/\+/g, '-').replace(/\//g, '_')
  return again === part ? Uint8Array.from(binary, (character) => character.charCodeAt(0)) : undefined
}
