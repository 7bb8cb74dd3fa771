import { encoded, sign64, signed } from '../azure-tokens.ts'
import { goodDraft, goodToken, type Issuer, text } from './issuer.ts'

/** Tokens whose text is not what an issuer writes, most of them with a signature that fits it. */

/** A member that is there twice, anywhere, written so or so. */
export function duplicateMember(issuer: Issuer): string {
  const { random, key } = issuer
  const { header, claims } = goodDraft(issuer)
  const name = random.pick(Object.keys(claims))
  const evil = JSON.stringify(random.pick<unknown>([claims[name], 'evil', 1, null, [], {}]))
  const spelling = random.pick([JSON.stringify(name), `"${escaped(name, random.below(name.length))}"`])
  const body = JSON.stringify(claims)
  const bodies = [
    `{${spelling}:${evil},${body.slice(1)}`,
    `${body.slice(0, -1)},${spelling}:${evil}}`,
    `${body.slice(0, -1)},"x":{"a":1,"b":[{"c":1,"c":1}]}}`,
    `${body.slice(0, -1)},"x":{"a":1,"\\u0061":2}}`,
    `${body.slice(0, -1)},"x":[{"":1,"":2}]}`,
  ]
  if (random.chance(0.7)) return signed(key, header, random.pick(bodies))
  const head = JSON.stringify(header)
  return signed(
    key,
    random.pick([
      `{"alg":"none",${head.slice(1)}`,
      `{"kid":"x",${head.slice(1)}`,
      `${head.slice(0, -1)},"alg":"RS256"}`,
    ]),
    claims,
  )
}

/** Bytes that are no UTF-8, byte order marks, and JSON that is none. */
export function brokenText(issuer: Issuer): string {
  const { random, key } = issuer
  const { header, claims } = goodDraft(issuer)
  const body = JSON.stringify({ ...claims, name: 'X' })
  const bytes = Buffer.from(body)
  const at = bytes.indexOf('"name":"X"') + 8
  const put = (...values: number[]): Buffer =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from(values), bytes.subarray(at + 1)])
  const texts: readonly Buffer[] = [
    put(0xff),
    put(0xc3),
    put(0xc0, 0x80),
    put(0xed, 0xa0, 0x80),
    put(0xf5, 0x80, 0x80, 0x80),
    put(0xe2, 0x28, 0xa1),
    put(0x00),
    put(0x0a),
    Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
    Buffer.from(body, 'utf16le'),
    Buffer.from(`${body}x`),
    Buffer.from(`${body}${body}`),
    Buffer.from(`x${body}`),
    Buffer.from(`[${body}]`),
    Buffer.from(JSON.stringify(body)),
    Buffer.from(body.slice(0, -1)),
    Buffer.from(body.replaceAll('"', "'")),
    Buffer.from(body.replace('{', '{,')),
    Buffer.from(`${body.slice(0, -1)},}`),
    Buffer.from(`${body.slice(0, -1)},"x":NaN}`),
    Buffer.from(`${body.slice(0, -1)},"x":0x10}`),
    Buffer.from(`${body.slice(0, -1)},"x":01}`),
    Buffer.from(`/**/${body}`),
    Buffer.from(random.pick(['', ' ', 'null', 'true', '0', '""', '[]', '{}', '{', 'undefined'])),
  ]
  return sign64(key, encoded(header), random.pick(texts).toString('base64url'))
}

/** Nesting: too deep, claims inside of claims, tokens inside of tokens. */
export function nesting(issuer: Issuer): string {
  const { random, key, stranger } = issuer
  const { header, claims } = goodDraft(issuer)
  const depth = 9 + random.below(200)
  const good = goodToken(issuer)
  const body = JSON.stringify(claims)
  const bodies: readonly string[] = [
    `${body.slice(0, -1)},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    `${body.slice(0, -1)},"x":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`,
    JSON.stringify({ claims }),
    JSON.stringify({ access_token: claims }),
    JSON.stringify([claims]),
    JSON.stringify({ ...claims, aud: { value: claims.aud } }),
    `{"__proto__":${body}}`,
    `{"constructor":{"prototype":${body}}}`,
    good,
  ]
  const [head, payload, signature] = good.split('.') as [string, string, string]
  return random.pick([
    () => signed(key, header, random.pick(bodies)),
    () => signed(key, { ...header, cty: 'JWT' }, good),
    () => signed(stranger, header, claims),
    () => JSON.stringify({ protected: head, payload, signature }),
    () => JSON.stringify({ payload, signatures: [{ protected: head, signature }] }),
    () => `${head}.${payload}.${signature}.${payload}.${signature}`,
    () => Buffer.from(good).toString('base64url'),
  ])()
}

/** Parts, padding, alphabets, white space, length. */
export function otherForm(issuer: Issuer): string {
  const { random, key } = issuer
  const good = goodToken(issuer)
  const [head, body, signature] = good.split('.') as [string, string, string]
  const { header, claims } = goodDraft(issuer)
  const last = good.charAt(good.length - 1)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const sameBytes = alphabet[alphabet.indexOf(last) + 1 + random.below(15)]
  return random.pick([
    () => `${head}.${body}`,
    () => `${head}.${body}.`,
    () => `.${body}.${signature}`,
    () => `${head}..${signature}`,
    () => `${good}.`,
    () => `.${good}`,
    () => `${good}.${signature}`,
    () => `${good}=`,
    () => `${good}==`,
    () => `${head}=.${body}.${signature}`,
    () => `${head}.${body}==.${signature}`,
    () => `${good}${random.pick([' ', '\n', '\t', '\r\n', '\u0000', '%', ';', ',x', '"', '\u200b', 'é', '&a=b'])}`,
    () => `${random.pick([' ', 'Bearer ', '"', '\ufeff', 'bearer:'])}${good}`,
    () => good.replace('.', random.pick(['%2E', '..', '. ', ',', '\u3002', ''])),
    () => good.slice(0, -1 - random.below(300)),
    () => good.slice(1 + random.below(20)),
    () => `${good.slice(0, -1)}${sameBytes}`,
    () => (/[-_]/.test(good) ? good.replaceAll('-', '+').replaceAll('_', '/') : `${good}+`),
    () => signed(key, header, { ...claims, padding: text(random, 13_000 + random.below(100_000)) }),
    () => good + good,
    () => encodeURIComponent(`${good} `),
    () => good.toUpperCase(),
    () => good.toLowerCase(),
    () => [...good].reverse().join(''),
    () => text(random, 1 + random.below(2000)),
    () => '.'.repeat(random.below(2000)),
  ])()
}

/** One character of a good token is another one: nobody signed that. */
export function flippedCharacter(issuer: Issuer): string {
  const { random } = issuer
  const good = goodToken(issuer)
  const at = random.below(good.length)
  const other = random.pick(
    [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'].filter((each) => each !== good[at]),
  )
  return `${good.slice(0, at)}${other}${good.slice(at + 1)}`
}

function escaped(name: string, at: number): string {
  const hex = name.charCodeAt(at).toString(16).padStart(4, '0')
  const inside = (part: string): string => JSON.stringify(part).slice(1, -1)
  return `${inside(name.slice(0, at))}\\u${hex}${inside(name.slice(at + 1))}`
}
