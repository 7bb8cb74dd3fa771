import { randomUUID } from 'node:crypto'
import { createSigningKey, type SigningKey } from '../pki/signing-key.ts'
import { type IssuerKey, publishedKeys } from './issuer-keys.ts'

/** Who issues tokens that apps may present as assertions. */
export type IssuerName = 'kubernetes' | 'pipelines' | 'github'

/** An OpenID issuer inside the emulator, with a key of its own. */
interface Issuer {
  /** Its `iss`; metadata and keys are published below. */
  address: string
  key: Promise<SigningKey>
  /** A token of these claims, with `iss`, `iat`, `nbf`, `exp` and `jti` added. */
  issue(claims: Record<string, unknown>, lifetimeSeconds: number): Promise<string>
}

export interface Issuers {
  named(name: IssuerName): Issuer
  /** The issuer that a path names. */
  find(name: string): Issuer | undefined
  /** The emulator's own issuer of an address. */
  owned(address: string): Issuer | undefined
  /** The keys of an issuer, by its address: the emulator's own, or as published on loopback. */
  keysOf(address: string): Promise<readonly IssuerKey[]>
}

const NAMES: readonly string[] = ['kubernetes', 'pipelines', 'github'] satisfies IssuerName[]

/** Keys are made with the first token, because they take time. */
export function createIssuers(origin: () => string, now: () => number): Issuers {
  const issuers = new Map<string, Issuer>()
  const find = (name: string): Issuer | undefined => {
    if (!NAMES.includes(name)) return undefined
    const issuer = issuers.get(name) ?? createIssuer(`${origin()}/oidc/${name}`, now)
    issuers.set(name, issuer)
    return issuer
  }
  const owned = (address: string): Issuer | undefined => NAMES.map(find).find((issuer) => issuer?.address === address)
  const named = (name: IssuerName): Issuer => find(name) as Issuer
  return {
    named,
    find,
    owned,
    keysOf: async (address) => {
      const own = owned(address)
      return own ? [await own.key] : publishedKeys(address)
    },
  }
}

function createIssuer(address: string, now: () => number): Issuer {
  let made: Promise<SigningKey> | undefined
  const key = (): Promise<SigningKey> => {
    made ??= createSigningKey()
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
