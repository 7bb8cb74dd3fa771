import { createQuickSigner } from './pki/quick-signer.ts'
import type { SigningKey } from './pki/signing-key.ts'
import { isSignedBy, type Jwt } from './token/jwt.ts'

/** Signs the tokens that the emulator issues, and knows them again. */
export interface TokenSigner {
  sign(claims: Record<string, unknown>): Promise<string>
  verifies(jwt: Jwt): Promise<boolean>
}

/** `'quick'` tokens look like the others, but only the emulator itself can verify them. */
export function createTokenSigner(key: Promise<SigningKey>, signatures: 'rsa' | 'quick'): TokenSigner {
  const quick = signatures === 'quick' ? createQuickSigner() : undefined
  return {
    sign: async (claims) => {
      const rsa = await key
      return quick ? quick.sign(claims, rsa.kid) : rsa.sign(claims)
    },
    verifies: async (jwt) => {
      const { kid, publicKey } = await key
      if (quick?.recognises(jwt.signed, jwt.signature)) return true
      return jwt.header.kid === kid && isSignedBy(jwt, publicKey)
    },
  }
}
