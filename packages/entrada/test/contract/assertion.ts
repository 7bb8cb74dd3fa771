import { randomUUID, X509Certificate } from 'node:crypto'
import { importPKCS8, SignJWT } from 'jose'
import { clientId, tenantId } from '../app.ts'
import type { World } from '../world.ts'

/** An assertion of the test app, signed with jose and not with our own code. */
export async function assertionOf(
  { certificate, emulator }: Pick<World, 'certificate' | 'emulator'>,
  lifeSeconds = 300,
): Promise<string> {
  const now = Math.floor(emulator.clock.now() / 1000)
  const { fingerprint256 } = new X509Certificate(certificate.certificate)
  const thumbprint = Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
  return new SignJWT()
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
    .setAudience(`${emulator.url}/${tenantId}/oauth2/v2.0/token`)
    .setIssuer(clientId)
    .setSubject(clientId)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + lifeSeconds)
    .sign(await importPKCS8(certificate.privateKey, 'PS256'))
}
