import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares in a time that tells nothing of either. */
export function sameSecret(shown: string | undefined, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(shown ?? ''), digest(secret)) && shown !== undefined
}
