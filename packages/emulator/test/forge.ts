import { constants, createHmac, type KeyObject, randomUUID, sign } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'

/** What a forged assertion says otherwise; `undefined` leaves a field out. */
export interface Forgery {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
}

/** The same assertion with other fields and, unless it says otherwise, a `jti` of its own, signed anew. */
export function forge(assertion: string, key: KeyObject | string, { header = {}, claims = {} }: Forgery = {}): string {
  const head = { ...decodeProtectedHeader(assertion), ...header }
  const signed = [head, { ...decodeJwt(assertion), jti: randomUUID(), ...claims }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${signed}.${signature(String(head.alg), signed, key).toString('base64url')}`
}

function signature(algorithm: string, text: string, key: KeyObject | string): Buffer {
  if (algorithm === 'none') return Buffer.alloc(0)
  if (algorithm === 'HS256') return createHmac('sha256', String(key)).update(text).digest()
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return sign('sha256', Buffer.from(text), { key: key as KeyObject, ...(algorithm.startsWith('PS') ? pss : {}) })
}
