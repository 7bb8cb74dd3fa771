import { constants, type KeyObject, verify } from 'node:crypto'

/** A decoded compact JWS (RFC 7515); nothing in it is verified. */
export interface Jwt {
  header: JwtFields
  claims: JwtFields
  /** The signed part of the token. */
  signed: string
  signature: Buffer
}

/** The fields of a header or of claims, whose types are not checked yet. */
export type JwtFields = Readonly<Record<string, unknown>>

/** Decodes a JWT, or returns `undefined` if it is malformed. Padding is tolerated, as Entra ID does. */
export function readJwt(token: string): Jwt | undefined {
  const parts = token.split('.')
  const [header = '', claims = '', signature = ''] = parts
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]*={0,2}$/.test(part))) return undefined
  const fields = [readFields(header), readFields(claims)]
  const [headerFields, claimFields] = fields
  if (headerFields === undefined || claimFields === undefined) return undefined
  return {
    header: headerFields,
    claims: claimFields,
    signed: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  }
}

function readFields(part: string): JwtFields | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JwtFields) : undefined
  } catch {
    return undefined
  }
}

/** A field that is a non-empty string. */
export function textField(fields: JwtFields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A field that is a time (RFC 7519, NumericDate), in milliseconds since the epoch. */
export function timeField(fields: JwtFields, name: string): number | undefined {
  const value = fields[name]
  return typeof value === 'number' && Number.isFinite(value) ? value * 1000 : undefined
}

/** Whether an RSA key made the signature, by the `RS…` or `PS…` algorithm (RFC 7518) that the header names. */
export function isSignedBy(jwt: Jwt, key: KeyObject): boolean {
  const [, kind, size] = /^(RS|PS)(256|384|512)$/.exec(String(jwt.header.alg)) ?? []
  if (size === undefined || key.asymmetricKeyType !== 'rsa') return false
  const padding =
    kind === 'RS'
      ? { padding: constants.RSA_PKCS1_PADDING }
      : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return verify(`sha${size}`, Buffer.from(jwt.signed), { key, ...padding }, jwt.signature)
}
