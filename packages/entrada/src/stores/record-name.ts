import { type TokenKey, tokenKeyText } from '../cache/token-store.ts'
import { nodeCrypto } from './node-crypto.ts'

/**
 * The key of a record as a name: its SHA-256 in hex, which reveals nothing about the user. Stores keep records under it
 * and bind them to it.
 */
export function recordName(key: TokenKey): string {
  return sha256(tokenKeyText(key))
}

/** A partition as a name, made in the same way but shorter. */
export function partitionName(partition: string): string {
  return sha256(partition).slice(0, 40)
}

function sha256(text: string): string {
  return nodeCrypto().createHash('sha256').update(text).digest('hex')
}
