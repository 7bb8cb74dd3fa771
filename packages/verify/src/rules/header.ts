import type { RejectionCode } from '../rejection/rejections.ts'
import type { JsonObject } from '../token/strict-json.ts'

/** Members with which a token could bring its own key, or change what its signature means (RFC 7515, 4.1; RFC 7797). */
const forbidden = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc', 'epk']

/**
 * The header of a token says which key signed it and nothing else that is acted upon
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference, "Header claims"; RFC 8725, 3.1).
 */
export function checkHeader(header: JsonObject): { code: RejectionCode; found: unknown } | undefined {
  const { alg, typ, kid } = header
  if (alg !== 'RS256') return { code: 'algorithm', found: alg }
  const brought = forbidden.find((name) => Object.hasOwn(header, name))
  if (brought !== undefined) return { code: 'header', found: brought }
  // Graph hashes this member before it signs, so that its tokens verify nowhere else.
  if (Object.hasOwn(header, 'nonce')) return { code: 'graph-token', found: 'nonce in the header' }
  if (typ !== 'JWT' && typ !== 'at+jwt') return { code: 'header', found: `typ ${JSON.stringify(typ)}` }
  if (typeof kid !== 'string' || kid === '') return { code: 'header', found: 'no kid' }
  return undefined
}
