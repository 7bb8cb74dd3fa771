import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits, in hexadecimal: MSAL writes addresses in lower case, and the secret is a part of some. */
export function newSecret(): string {
  return randomBytes(32).toString('hex')
}

/** Compares in a time that reveals nothing about either; digests, because only equal lengths can be compared so. */
export function isSecret(shown: string | undefined, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(shown ?? ''), digest(secret)) && shown !== undefined
}
