import { base64urlOf } from '../oauth/base64url.ts'

/** 256 random bits as base64url: 43 characters that a URL takes as they are. */
export function randomValue(): string {
  return base64urlOf(crypto.getRandomValues(new Uint8Array(32)))
}
