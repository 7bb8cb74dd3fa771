import type { KeyObject } from 'node:crypto'
import { isSignedBy, type Jwt, readJwt, textField, timeField } from '../primitives/jwt.ts'
import type { TokenSigner } from '../token/token-signer.ts'
import { momentInWords, relationInWords } from './time-words.ts'

/** What telling the emulator's tokens from others uses of it. */
export interface OwnTokensService {
  signer: Pick<TokenSigner, 'verifies'>
  issuers: { byAddress(address: string): { key: Promise<{ publicKey: KeyObject }> } | undefined }
}

/** A token of a request or response: its content if the emulator issued it, and nothing otherwise. */
export interface DecodedToken {
  name: string
  /** `undefined` if another issuer issued it, or if it is not a JWT. */
  content: Pick<Jwt, 'header' | 'claims'> | undefined
  /** Its times in words, as they lie to the request. */
  times: readonly TokenTime[]
}

interface TokenTime {
  claim: string
  words: string
}

/** The claims that are times (NumericDate of RFC 7519), and what each says. */
const timeClaims: readonly (readonly [claim: string, says: string])[] = [
  ['iat', 'issued'],
  ['nbf', 'valid from'],
  ['exp', 'expires'],
  ['auth_time', 'signed in'],
]

/** Decodes a token. Only tokens signed by the emulator's own keys are shown, so a real cloud's never is. */
export async function decodedToken(
  service: OwnTokensService,
  name: string,
  token: string,
  requestedAt: number,
): Promise<DecodedToken> {
  const jwt = readJwt(token)
  if (jwt === undefined || !(await isOurs(service, jwt))) return { name, content: undefined, times: [] }
  const { header, claims } = jwt
  return { name, content: { header, claims }, times: timesOf(jwt, requestedAt) }
}

/** Whether the emulator or one of its issuers signed a token. */
export async function isOurs({ signer, issuers }: OwnTokensService, jwt: Jwt): Promise<boolean> {
  if (await signer.verifies(jwt)) return true
  const issuer = issuers.byAddress(textField(jwt.claims, 'iss') ?? '')
  return issuer !== undefined && isSignedBy(jwt, (await issuer.key).publicKey)
}

function timesOf({ claims }: Jwt, requestedAt: number): TokenTime[] {
  return timeClaims.flatMap(([claim, says]) => {
    const ms = timeField(claims, claim)
    const moment = ms === undefined ? undefined : momentInWords(ms)
    if (ms === undefined || moment === undefined) return []
    return [{ claim, words: `${says} ${moment}, ${relationInWords(ms, requestedAt)} this request` }]
  })
}
