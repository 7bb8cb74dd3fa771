import { nodeCrypto } from './node-crypto.ts'

/**
 * A function that gives the SHA-256 of a text, as base64: at once where Node's `crypto.hash` is (20.12 and newer, Bun,
 * Deno), else a promise of it, by the Web Cryptography API.
 */
export function createSha256(): (text: string) => string | Promise<string> {
  const node = nodeCrypto()
  return typeof node?.hash === 'function' ? (text) => node.hash('sha256', text, 'base64') : webSha256
}

async function webSha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return btoa(String.fromCharCode(...new Uint8Array(hash)))
}
