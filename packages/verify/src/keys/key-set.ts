/** A key set (RFC 7517), as an issuer publishes it. */
export interface KeySet {
  /** JSON Web Keys (RFC 7517, 5). */
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/** A key that an issuer signs tokens with. */
export interface SigningKey {
  readonly kid: string
  /** The issuer that signs with it, perhaps with `{tenantid}` in it, where the set says so. */
  readonly issuer: string | undefined
  /** Modulus and exponent (RFC 7518, 6.3.1). */
  readonly n: string
  readonly e: string
  /** Set once its issuer publishes it no more: what it has signed is worth nothing from then on. */
  isWithdrawn: boolean
}

/** Entra ID publishes about ten; a set with more than this is refused. */
const mostKeys = 200

/**
 * The RSA signing keys of a key set by their `kid`; others are passed over. Returns `undefined` for what is not a key set, or
 * has no such key.
 */
export function readKeySet(value: unknown): ReadonlyMap<string, SigningKey> | undefined {
  const { keys } = (value ?? {}) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length > mostKeys) return undefined
  const found = new Map<string, SigningKey>()
  for (const each of keys) {
    const key = readKey(each)
    // Of two keys of one name neither can be meant for certain; the first is kept, as in jose.
    if (key !== undefined && !found.has(key.kid)) found.set(key.kid, key)
  }
  return found.size > 0 ? found : undefined
}

function readKey(value: unknown): SigningKey | undefined {
  const { kty, use, key_ops: operations, alg, kid, n, e, issuer } = (value ?? {}) as Readonly<Record<string, unknown>>
  const isForSignatures = (use === undefined || use === 'sig') && (alg === undefined || alg === 'RS256')
  if (kty !== 'RSA' || !isForSignatures || typeof kid !== 'string' || kid === '') return undefined
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return undefined
  if (typeof n !== 'string' || typeof e !== 'string' || bitsOf(n) < fewestBits) return undefined
  if (issuer !== undefined && typeof issuer !== 'string') return undefined
  return { kid, issuer, n, e, isWithdrawn: false }
}

/** RFC 7518, 3.3. */
const fewestBits = 2048

/** How long a modulus is, whatever zeros are in front of it; 0 for what is no base64url. */
function bitsOf(modulus: string): number {
  try {
    const bytes = atob(modulus.replace(/-/g, '+').replace(/_/g, '/')).replace(/^\0+/, '')
    return bytes.length * 8 - (Math.clz32(bytes.charCodeAt(0)) - 24)
  } catch {
    return 0
  }
}
