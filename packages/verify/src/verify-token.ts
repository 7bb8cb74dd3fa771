import { fetchKeySet } from './keys/fetch-key-set.ts'
import type { SigningKey } from './keys/key-set.ts'
import { fetchedKeys, fixedKeys, type KeySource } from './keys/key-source.ts'
import { createSignatureCheck } from './keys/signature.ts'
import type { ReadOptions } from './options.ts'
import type { RejectionCode } from './rejection/rejections.ts'
import { TokenRejected } from './rejection/token-rejected.ts'
import { readClaims } from './rules/claims.ts'
import type { Cloud } from './rules/clouds.ts'
import { checkHeader } from './rules/header.ts'
import { createIssuers, type Issuer } from './rules/issuers.ts'
import type { TokenClaims } from './rules/token-claims.ts'
import { type CompactJws, createHeaderReader, readCompactJws } from './token/compact-jws.ts'
import type { VerifierContext } from './verified-token.ts'

/** What a token says, and the key that vouches for it. */
export interface VerifiedClaims {
  claims: TokenClaims
  key: SigningKey
}

/**
 * Looks at a token for the first time: its form, its header, its issuer, the issuer's key, the signature, and only then what
 * else it says. So whatever is said of a token's contents beyond its issuer is said of one that the issuer signed.
 */
export function createTokenVerifier(
  read: ReadOptions,
  context: VerifierContext,
): (token: string) => Promise<VerifiedClaims> {
  const fixed = read.keys && fixedKeys(read.keys)
  const keysAt = (cloud: Cloud, path: string): KeySource =>
    fixed ?? fetchedKeys(() => fetchKeySet(cloud.url + path, cloud.fetch ?? read.fetch), read.monotonic)
  const readHeader = createHeaderReader()
  const isSignedBy = createSignatureCheck()
  const findIssuer = createIssuers(read.clouds, read.tenants, keysAt)
  const rejected = ({ code, found }: { code: RejectionCode; found: unknown }): TokenRejected =>
    new TokenRejected(code, context, { found })

  return async (token) => {
    const jws = readCompactJws(token, readHeader)
    if (jws === undefined) throw new TokenRejected('malformed', context)
    const wrongHeader = checkHeader(jws.header)
    if (wrongHeader !== undefined) throw rejected(wrongHeader)
    const issuer = findIssuer(jws.claims)
    if ('code' in issuer) throw rejected(issuer)
    const found = keyOf(jws, issuer)
    const key = found instanceof Promise ? await found : found
    if (key === undefined) throw rejected({ code: 'unknown-key', found: jws.header.kid })
    const isSigned = isSignedBy(jws, key)
    if (!(typeof isSigned === 'boolean' ? isSigned : await isSigned)) throw new TokenRejected('signature', context)
    const claims = readClaims(jws.claims, issuer, read, read.now())
    if ('code' in claims) throw rejected(claims)
    return { claims, key }
  }
}

/** The key that the header names, if the issuer has it and it signs for this tenant: at once where it is known. */
function keyOf(jws: CompactJws, issuer: Issuer): SigningKey | undefined | Promise<SigningKey | undefined> {
  const [only, ...others] = issuer.keys
  if (only === undefined || others.length > 0) return firstKey(jws, issuer)
  const fitting = (key: SigningKey | undefined) => (key !== undefined && isFor(key, issuer) ? key : undefined)
  const found = only.find(jws.header.kid as string)
  return found instanceof Promise ? found.then(fitting) : fitting(found)
}

/** Of several sources, that of the first which has it. */
async function firstKey({ header }: CompactJws, issuer: Issuer): Promise<SigningKey | undefined> {
  let failure: unknown
  for (const source of issuer.keys) {
    try {
      const found = source.find(header.kid as string)
      const key = found instanceof Promise ? await found : found
      if (key !== undefined && isFor(key, issuer)) return key
    } catch (error) {
      failure = error
    }
  }
  if (failure !== undefined) throw failure
  return undefined
}

/**
 * A key of the set that is common to all tenants may belong to one of them alone. It names the issuer of version 2.0,
 * whatever it signs (https://learn.microsoft.com/entra/identity-platform/access-tokens, "Validate the signing key issuer").
 */
function isFor(key: SigningKey, { tenantId, v2, vouching }: Issuer): boolean {
  if (vouching.has(key)) return true
  const isOurs = key.issuer === undefined || v2.includes(key.issuer.replace(/\{tenantid\}/gi, tenantId))
  if (isOurs) vouching.add(key)
  return isOurs
}
