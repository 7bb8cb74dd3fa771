import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Kept } from './kept.ts'

/**
 * Compares in a time that reveals nothing about either value. It compares digests, because a constant-time comparison
 * needs equal lengths.
 */
export function isSameSecret(shown: string | undefined, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(shown ?? ''), digest(secret)) && shown !== undefined
}

/** Encrypts values into opaque strings that nobody else can read or forge, so that none has to be stored. */
export interface Sealer {
  seal(value: object): string
  /** The value that was sealed, or `undefined` for a string that this sealer did not write. */
  open(text: string): unknown
}

const ivLength = 12
const tagLength = 16

/** AES-256-GCM with its own key, which is kept: one sealer cannot open what another wrote. */
export function createSealer(prefix: string, kept: Kept): Sealer {
  const saved = kept.part<string>(`sealer ${prefix}`, () => key.toString('base64'))
  const key: Buffer = saved === undefined ? randomBytes(32) : Buffer.from(saved, 'base64')
  return {
    seal: (value) => {
      const iv = randomBytes(ivLength)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
      return prefix + Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')
    },
    open: (text) => {
      const bytes = Buffer.from(text.slice(prefix.length), 'base64url')
      if (!text.startsWith(prefix) || bytes.length <= ivLength + tagLength) return undefined
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivLength))
      decipher.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength))
      try {
        return JSON.parse(
          decipher.update(bytes.subarray(ivLength + tagLength), undefined, 'utf8') + decipher.final('utf8'),
        )
      } catch {
        return undefined
      }
    },
  }
}
