import { createPublicKey, type KeyObject } from 'node:crypto'
import { isLoopback } from '../host.ts'

/** A key that an issuer signs with. */
export interface IssuerKey {
  kid: string
  publicKey: KeyObject
}

const DEADLINE_MS = 5000
const LIMIT = 256 * 1024

/**
 * The keys that an issuer publishes by its OpenID metadata, asked for each time. Only issuers at a loopback address
 * are asked; of all others, and where there is no such metadata, there are none.
 */
export async function publishedKeys(issuer: string): Promise<IssuerKey[]> {
  const metadata = await read(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (metadata?.issuer !== issuer || typeof metadata.jwks_uri !== 'string') return []
  const { keys } = (await read(metadata.jwks_uri)) ?? {}
  return Array.isArray(keys) ? keys.flatMap(importKey) : []
}

async function read(address: string): Promise<Record<string, unknown> | undefined> {
  if (!URL.canParse(address) || !isLoopback(new URL(address).hostname)) return undefined
  try {
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(DEADLINE_MS) })
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
    if (length > LIMIT) throw new RangeError('too long')
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
