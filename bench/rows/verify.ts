import { generateKeyPairSync, hash, verify as isSigned, sign } from 'node:crypto'
import { accessTokens } from '@entrada/verify'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { type Measure, perSecond, time } from '../row.ts'

const tenantId = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490'
const audience = '6e74172b-be56-4843-9ff4-e66a39bb12e3'
const issuer = `https://login.microsoftonline.com/${tenantId}/v2.0`
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key', use: 'sig' }
const jwks = { keys: [jwk] } as Parameters<typeof createLocalJWKSet>[0]

/** Tokens of 1.5 kB, no two alike, as a user's of version 2.0. */
function makeTokens(count: number): string[] {
  const now = Math.floor(Date.now() / 1000)
  return Array.from({ length: count }, (_, uti) => {
    const claims = {
      ...{
        aud: audience,
        iss: issuer,
        iat: now - 300,
        nbf: now - 300,
        exp: now + 3600,
        aio: 'x'.repeat(120),
        azp: audience,
      },
      ...{
        azpacr: '1',
        name: 'Abe Lincoln',
        oid: tenantId,
        preferred_username: 'abe@contoso.example',
        rh: 'x'.repeat(60),
      },
      ...{
        scp: 'Files.Read',
        sub: 'x'.repeat(43),
        tid: tenantId,
        uti: String(uti),
        ver: '2.0',
        groups: [tenantId, audience],
      },
      padding: 'x'.repeat(60),
    }
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const input = `${part({ typ: 'JWT', alg: 'RS256', kid: 'key' })}.${part(claims)}`
    return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
  })
}

/** Whoever asks for the keys is counted. */
let requests = 0
const options = {
  ...{ audience, tenants: [tenantId] },
  fetch: async (): Promise<Response> => {
    requests++
    return Response.json(jwks)
  },
}

/** Verification beside `jose`, and beside nothing but the arithmetic. */
export const verification: Measure = async () => {
  const tokens = makeTokens(2000)
  const [one = ''] = tokens
  const cold = accessTokens({ ...options, remember: 0 })
  const warm = accessTokens(options)
  const keys = createLocalJWKSet(jwks)
  const rules = { issuer, audience, algorithms: ['RS256'] }
  const request = new Request('https://api.example/', { headers: { authorization: `Bearer ${one}` } })
  const incoming = { headers: { authorization: `Bearer ${one}` }, rawHeaders: ['Authorization', `Bearer ${one}`] }
  const [bare, ours, jose, sha256, seen, ofRequest, ofNode] = await costs(tokens, [
    async (token) => bareVerify(token),
    (token) => cold(token),
    (token) => jwtVerify(token, keys, rules),
    async () => hash('sha256', one, 'base64'),
    () => warm(one),
    () => warm(request),
    () => warm(incoming),
  ])
  return [
    {
      what: `processor time of a token of ${one.length} bytes at first sight`,
      ours: `${time(ours / 1000)}, ${perSecond(1e6 / ours)} for one core`,
      peer: `${time(jose / 1000)} (jose's jwtVerify), ${time(bare / 1000)} (crypto.verify alone)`,
      ratio: jose / ours,
      aim: `70 % of crypto.verify alone: it is ${Math.round((100 * bare) / ours)} %`,
      isReached: bare / ours >= 0.7,
    },
    {
      what: 'processor time of a token that was seen',
      ours: `${time(seen / 1000)}; of a Request ${time(ofRequest / 1000)}, of a request of Node ${time(ofNode / 1000)}`,
      peer: `${time(sha256 / 1000)} (its SHA-256 alone)`,
      aim: `60 % of its SHA-256 alone, without a request for keys: it is ${Math.round((100 * sha256) / seen)} %`,
      isReached: sha256 / seen >= 0.6 && requests === 2,
    },
  ]
}

type Call = (token: string) => Promise<unknown>

/**
 * Microseconds of processor time that calls take, each the least of many short rounds in turn: unlike the time that passes,
 * other programs on the machine take nothing of it, and what is done on other threads counts.
 */
async function costs<const Calls extends readonly Call[]>(
  tokens: readonly string[],
  calls: Calls,
): Promise<{ [Place in keyof Calls]: number }> {
  const least = calls.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < 20; round++) {
    for (const [place, call] of calls.entries()) {
      const before = process.cpuUsage()
      for (const token of tokens) await call(token)
      const { user, system } = process.cpuUsage(before)
      least[place] = Math.min(least[place] as number, (user + system) / tokens.length)
    }
  }
  return least as { [Place in keyof Calls]: number }
}

function bareVerify(token: string): boolean {
  const dot = token.lastIndexOf('.')
  return isSigned('sha256', Buffer.from(token.slice(0, dot)), publicKey, Buffer.from(token.slice(dot + 1), 'base64url'))
}
