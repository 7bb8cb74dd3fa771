import { json } from '../http/answer.ts'
import type { Route } from '../http/received-request.ts'
import type { SigningKey } from '../pki/signing-key.ts'

const paths: readonly string[] = ['/health', '/livez', '/readyz']

/**
 * Whether a path is for probes, which address a container by whatever name they know. They learn only that it is
 * running, come every few seconds, and are neither logged nor affected by faults.
 */
export function isHealthPath(path: string): boolean {
  return paths.includes(path)
}

/** `GET /livez`: it is running. */
export const livez: Route<object> = () => json({ status: 'ok' })

/**
 * `GET /readyz` and `GET /health`: it is running and can issue tokens. Answers once the signing key has been generated.
 */
export const readyz: Route<{ signingKey: Promise<Pick<SigningKey, 'kid'>> }> = async ({ service }) => {
  await service.signingKey
  return json({ status: 'ok' })
}
