import { createRemoteJWKSet, customFetch, type JWTPayload, jwtVerify } from 'jose'
import { expect } from 'vitest'
import type { Emulator } from '../src/index.ts'

/** The claims of a token, verified by the metadata of its issuer. */
export async function verifiedBy(emulator: Emulator, issuer: string, token: string): Promise<JWTPayload> {
  const metadata = await emulator.fetch(`${issuer}/.well-known/openid-configuration`)
  const { jwks_uri, issuer: named } = (await metadata.json()) as { jwks_uri: string; issuer: string }
  expect(named).toBe(issuer)
  const keys = createRemoteJWKSet(new URL(jwks_uri), { [customFetch]: emulator.fetch })
  return (await jwtVerify(token, keys, { issuer, audience: 'api://AzureADTokenExchange' })).payload
}
