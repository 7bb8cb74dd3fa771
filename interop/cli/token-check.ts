import type { Emulator } from '@entrada/emulator'
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import { tenantId } from '../../packages/cli/test/app.ts'

/** Checks tokens as a resource does: signature, times and audience. Resolves with the claims of a good one. */
export async function tokenCheck(
  emulator: Emulator,
  audience: string,
): Promise<(token: string | undefined) => Promise<JWTPayload | undefined>> {
  const keys = await emulator.fetch(`${emulator.url}/${tenantId}/discovery/v2.0/keys`)
  const keySet = createLocalJWKSet((await keys.json()) as JSONWebKeySet)
  return (token = '') =>
    jwtVerify(token, keySet, { audience }).then(
      ({ payload }) => payload,
      () => undefined,
    )
}

/** The password of an `Authorization` header with Basic, or the token of one with Bearer. */
export function secretIn(authorization: string | undefined): string | undefined {
  const [, scheme, rest = ''] = /^(basic|bearer) (\S+)$/i.exec(authorization ?? '') ?? []
  if (scheme === undefined) return undefined
  return /^bearer$/i.test(scheme) ? rest : Buffer.from(rest, 'base64').toString().split(/:(.*)/s)[1]
}
