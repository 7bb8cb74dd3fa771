import { createPublicKey, type KeyObject, randomUUID } from 'node:crypto'
import { isLoopback } from '../http/host-names.ts'
import type { SigningKey } from '../pki/signing-key.ts'

/** The emulator's issuers of tokens that apps may present as assertions. */
export type IssuerName = 'kubernetes' | 'pipelines' | 'github'

/** An OpenID issuer inside the emulator, with a key of its own. */
interface Issuer {
  /** Its `iss`; metadata and keys are published below. */
  address: string
  key: Promise<SigningKey>
  /** A token with these claims, and with `iss`, `iat`, `nbf`, `exp` and `jti` added. */
  issue(claims: Record<string, unknown>, lifetimeSeconds: number): Promise<string>
}

export interface Issuers {
  named(name: IssuerName): Issuer
  /** The issuer that a path names. */
  find(name: string): Issuer | undefined
  /** The emulator's own issuer of an address. */
  byAddress(address: string): Issuer | undefined
  /** The keys of an issuer, by its address: the emulator's own, or as published on loopback. */
  keysOf(address: string): Promise<readonly IssuerKey[]>
}

const issuerNames: readonly string[] = ['kubernetes', 'pipelines', 'github'] satisfies IssuerName[]

export interface IssuersParts {
  /** The origin of the emulator. */
  origin(): string
  now(): number
  /** The key of the issuer with this name. It is requested with the first token, because generating one takes time. */
  keyFor(name: string): Promise<SigningKey>
}

export function createIssuers({ origin, now, keyFor }: IssuersParts): Issuers {
  const issuers = new Map<string, Issuer>()
  const find = (name: string): Issuer | undefined => {
    if (!issuerNames.includes(name)) return undefined
    const issuer = issuers.get(name) ?? createIssuer(`${origin()}/oidc/${name}`, now, () => keyFor(name))
    issuers.set(name, issuer)
    return issuer
  }
  const byAddress = (address: string): Issuer | undefined =>
    issuerNames.map(find).find((issuer) => issuer?.address === address)
  const named = (name: IssuerName): Issuer => find(name) as Issuer
  return {
    named,
    find,
    byAddress,
    keysOf: async (address) => {
      const issuer = byAddress(address)
      return issuer ? [await issuer.key] : publishedKeys(address)
    },
  }
}

function createIssuer(address: string, now: () => number, keyFor: () => Promise<SigningKey>): Issuer {
  let made: Promise<SigningKey> | undefined
  const key = (): Promise<SigningKey> => {
    made ??= keyFor()
    return made
  }
  return {
    address,
    get key() {
      return key()
    },
    issue: async (claims, lifetimeSeconds) => {
      const at = Math.floor(now() / 1000)
      const times = { iat: at, nbf: at, exp: at + lifetimeSeconds }
      return (await key()).sign({ ...claims, iss: address, ...times, jti: randomUUID() })
    },
  }
}

/** A key that an issuer signs with. */
interface IssuerKey {
  kid: string
  publicKey: KeyObject
}

const responseTimeoutMs = 5000
const responseLimit = 256 * 1024

/**
 * The keys that an issuer publishes in its OpenID metadata, fetched each time. Only issuers at a loopback address are
 * contacted; for all others, and without valid metadata, the list is empty.
 */
async function publishedKeys(issuer: string): Promise<IssuerKey[]> {
  const metadata = await read(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (metadata?.issuer !== issuer || typeof metadata.jwks_uri !== 'string') return []
  const { keys } = (await read(metadata.jwks_uri)) ?? {}
  return Array.isArray(keys) ? keys.flatMap(importKey) : []
}

async function read(address: string): Promise<Record<string, unknown> | undefined> {
  if (!URL.canParse(address) || !isLoopback(new URL(address).hostname)) return undefined
  try {
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(responseTimeoutMs) })
    const value: unknown = response.ok ? JSON.parse(await limitedText(response)) : undefined
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > responseLimit) throw new RangeError('too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function importKey(jwk: unknown): IssuerKey[] {
  const { kid, kty, n, e } = (jwk ?? {}) as Record<string, unknown>
  if (typeof kid !== 'string' || kty !== 'RSA' || typeof n !== 'string' || typeof e !== 'string') return []
  try {
    return [{ kid, publicKey: createPublicKey({ key: { kty, n, e }, format: 'jwk' }) }]
  } catch {
    return []
  }
}
