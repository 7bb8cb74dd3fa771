import type { Service } from '../service.ts'
import { isSignedBy, type Jwt, readJwt, textField } from '../token/jwt.ts'

/** A token of a request or of an answer: what it says, if the emulator issued it, and nothing otherwise. */
export interface DecodedToken {
  name: string
  /** `undefined` where another issued it, or where it is no JWT. */
  said: Pick<Jwt, 'header' | 'claims'> | undefined
}

/** Takes a token apart. Only one that the emulator's own keys signed is shown: no real cloud's can be. */
export async function decodedToken(service: Service, name: string, token: string): Promise<DecodedToken> {
  const jwt = readJwt(token)
  if (jwt === undefined || !(await isOurs(service, jwt))) return { name, said: undefined }
  return { name, said: { header: jwt.header, claims: jwt.claims } }
}

async function isOurs({ signer, issuers }: Service, jwt: Jwt): Promise<boolean> {
  if (await signer.verifies(jwt)) return true
  const issuer = issuers.owned(textField(jwt.claims, 'iss') ?? '')
  return issuer !== undefined && isSignedBy(jwt, (await issuer.key).publicKey)
}
