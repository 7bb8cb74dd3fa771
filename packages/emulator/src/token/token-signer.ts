import { createHmac, randomBytes } from 'node:crypto'
import type { KeyNames, SigningKey } from '../pki/signing-key.ts'
import { isSignedBy, type Jwt } from '../primitives/jwt.ts'

/** The claims of a token. */
export type Claims = Record<string, unknown>

/** What a token is issued for, as it is passed to the option `claims`. */
export interface TokenContext {
  /** Which token it is. */
  token: 'access' | 'id'
  /** The tenant's id. */
  tenantId: string
  /** The client id of the app that gets it, also of a managed identity. */
  clientId: string
  /** Its name in the directory, if it is declared. */
  app?: string
  /** The user name; absent in an app's own tokens. */
  user?: string
  /** The resource of an access token, as it was requested. */
  resource?: string
  /** Names of delegated permissions, of a user's access token. */
  scopes?: readonly string[]
}

/**
 * Changes a token before it is signed: returns its claims, or nothing to keep the passed ones, which may have been
 * changed in place.
 */
export type ClaimsHook = (claims: Claims, context: TokenContext) => Claims | undefined | Promise<Claims | undefined>

/** Signs the tokens that the emulator issues, and recognises them. */
export interface TokenSigner {
  sign(claims: Claims, context: TokenContext): Promise<string>
  verifies(jwt: Jwt): Promise<boolean>
}

export interface TokenSignerOptions {
  /** `'quick'` tokens look like the others, but only the emulator itself can verify them. */
  signatures: 'rsa' | 'quick'
  hook: ClaimsHook | undefined
}

/** Tokens of version 2.0 name the key by `kid` alone, as Entra ID's do; those of version 1.0 by `x5t` too. */
export function createTokenSigner(key: Promise<SigningKey>, { signatures, hook }: TokenSignerOptions): TokenSigner {
  const quick = signatures === 'quick' ? createQuickSigner() : undefined
  return {
    sign: async (claims, context) => {
      const rsa = await key
      const changed = (await hook?.(claims, context)) ?? claims
      const names = claims.ver === '2.0' ? { kid: rsa.kid } : { x5t: rsa.kid, kid: rsa.kid }
      return quick ? quick.sign(changed, names) : rsa.sign(changed, names)
    },
    verifies: async (jwt) => {
      const { kid, publicKey } = await key
      if (quick?.recognises(jwt.signed, jwt.signature)) return true
      return jwt.header.kid === kid && isSignedBy(jwt, publicKey)
    },
  }
}

/** Signs a hundred times as fast, with a keyed hash in place of a signature: only `recognises` can verify it. */
interface QuickSigner {
  sign(claims: Claims, names: KeyNames): string
  recognises(signed: string, signature: Buffer): boolean
}

/** For tests with a hundred thousand tokens, for which RSA, at a millisecond each, would take minutes. */
function createQuickSigner(): QuickSigner {
  const secret = randomBytes(32)
  // As long as an RSA signature, so that tokens have their usual size.
  const mark = (signed: string): Buffer => {
    const hash = createHmac('sha256', secret).update(signed).digest()
    return Buffer.concat(Array.from({ length: 8 }, () => hash))
  }
  return {
    sign: (claims, names) => {
      const signed = [{ typ: 'JWT', alg: 'RS256', ...names }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      return `${signed}.${mark(signed).toString('base64url')}`
    },
    recognises: (signed, signature) => mark(signed).equals(signature),
  }
}
