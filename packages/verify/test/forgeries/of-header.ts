import { constants, createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { encoded, type Members, signed, type TestKey } from '../azure-tokens.ts'
import { goodDraft, goodToken, type Issuer, text } from './issuer.ts'

/** Tokens whose header lies, about the algorithm or the key. */

const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const edwards = generateKeyPairSync('ed25519').privateKey

/** Other algorithms, each with a signature that fits it as well as it can be made. */
export function otherAlgorithm(issuer: Issuer): string {
  const { random, key } = issuer
  const { header, claims } = goodDraft(issuer)
  const { privateKey } = key
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  const rsa =
    (hash: string, more = {}) =>
    (input: Buffer) =>
      sign(hash, input, { key: privateKey, ...more })
  const secrets = [
    key.publicKey.export({ format: 'pem', type: 'spki' }),
    key.publicKey.export({ format: 'der', type: 'spki' }),
    key.publicKey.export({ format: 'pem', type: 'pkcs1' }),
    JSON.stringify(key.jwk),
    String(key.jwk.n),
    '',
  ]
  const hmac = (bits: number) => (input: Buffer) =>
    createHmac(`sha${bits}`, random.pick(secrets)).update(input).digest()
  const nothing = (): Buffer => Buffer.alloc(0)
  const ways: readonly (readonly [unknown, (input: Buffer) => Buffer])[] = [
    ...(['none', 'None', 'NONE', 'nOnE', ''] as const).map((alg) => [alg, nothing] as const),
    ...(['none', null, undefined, 0, true, ['RS256'], { alg: 'RS256' }] as const).map(
      (alg) => [alg, rsa('sha256')] as const,
    ),
    ...([256, 384, 512] as const).map((bits) => [`HS${bits}`, hmac(bits)] as const),
    ...([384, 512] as const).map((bits) => [`RS${bits}`, rsa(`sha${bits}`)] as const),
    ...([256, 384, 512] as const).map((bits) => [`PS${bits}`, rsa(`sha${bits}`, pss)] as const),
    ['RS1', rsa('sha1')],
    ['ES256', (input) => sign('sha256', input, { key: elliptic, dsaEncoding: 'ieee-p1363' })],
    ['EdDSA', (input) => sign(null, input, edwards)],
    ...(['rs256', 'RS256 ', ' RS256', 'RS-256', 'RS256\u0000', 'ＲＳ256', 'RSA256'] as const).map(
      (alg) => [alg, rsa('sha256')] as const,
    ),
    // The header is right, and the signature of another algorithm.
    ['RS256', hmac(256)],
    ['RS256', rsa('sha512')],
    ['RS256', rsa('sha256', pss)],
    ['RS256', rsa('sha1')],
    ['RS256', (input) => sign('sha256', input, elliptic)],
  ]
  const [alg, make] = random.pick(ways)
  const input = `${encoded({ ...header, alg })}.${encoded(claims)}`
  return `${input}.${make(Buffer.from(input)).toString('base64url')}`
}

/** Other keys, by whatever name; and keys that a token brings along. */
export function otherKey(issuer: Issuer): string {
  const { random, key, stranger, ofAnother } = issuer
  const { header, claims } = goodDraft(issuer)
  const jwk = { ...stranger.jwk, kid: key.kid }
  const ways: readonly (readonly [TestKey, Members])[] = [
    [stranger, {}],
    [stranger, { kid: stranger.kid, x5t: stranger.kid }],
    [stranger, { kid: stranger.kid, jwk: stranger.jwk }],
    [stranger, { jwk }],
    [stranger, { kid: undefined, jwk }],
    [stranger, { jku: 'https://evil.example/keys' }],
    [stranger, { jku: 'https://login.microsoftonline.com/common/discovery/v2.0/keys' }],
    [stranger, { x5u: 'https://evil.example/certificate' }],
    [stranger, { x5c: [stranger.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')] }],
    ...[
      '',
      '../../dev/null',
      '/dev/null',
      "' OR 1=1 --",
      '__proto__',
      'constructor',
      'toString',
      '*',
      '0',
      ' ',
      '{tenantid}',
    ].map((kid) => [random.pick([key, stranger]), { kid }] as const),
    ...[undefined, null, 0, true, [key.kid], { kid: key.kid }].map((kid) => [key, { kid, x5t: undefined }] as const),
    [key, { kid: `${key.kid} ` }],
    [key, { kid: swappedCase(key.kid) }],
    [key, { kid: `${key.kid}\u0000` }],
    [key, { kid: text(random, 27) }],
    // The right key, and a header with members of which one must not be passed over.
    [key, { jku: 'https://login.microsoftonline.com/common/discovery/v2.0/keys' }],
    [key, { jwk: key.jwk }],
    [key, { x5u: 'https://login.microsoftonline.com/' }],
    [key, { x5c: ['MIID'] }],
    [key, { crit: ['exp'], exp: 1 }],
    [key, { crit: [] }],
    [key, { b64: false, crit: ['b64'] }],
    [key, { zip: 'DEF' }],
    [key, { enc: 'A256GCM' }],
    [key, { typ: random.pick(['dpop+jwt', 'secevent+jwt', 'logout+jwt', 'JWE', 'jwt', 'JWT ', '', 0, null, ['JWT']]) }],
    // A key that the issuer publishes for a tenant that is none of the served ones.
    [ofAnother, { kid: ofAnother.kid, x5t: ofAnother.kid }],
  ]
  const [signer, changes] = random.pick(ways)
  return signed(signer, { ...header, ...changes }, claims)
}

/** A header or a signature that belongs to another good token. */
export function splice(issuer: Issuer): string {
  const { random } = issuer
  const [one, other] = [goodToken(issuer).split('.'), goodToken(issuer).split('.')]
  const [head, body, signature] = one as [string, string, string]
  const [, otherBody, otherSignature] = other as [string, string, string]
  return random
    .pick([
      [head, otherBody, signature],
      [head, body, otherSignature],
      [head, body, head],
      [head, body, body],
      [body, head, signature],
      [head, body, ''],
      [head, body, 'A'.repeat(signature.length)],
      [head, body, signature.slice(0, -4)],
      [head, body, `AAAA${signature}`],
      [head, body, `${signature}AAAA`],
    ])
    .join('.')
}

function swappedCase(value: string): string {
  return value.replace(/[a-z]/gi, (each) => (each === each.toLowerCase() ? each.toUpperCase() : each.toLowerCase()))
}
