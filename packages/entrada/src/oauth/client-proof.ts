import { textOfBase64url } from '../runtime/base64url.ts'
import { builtin } from '../runtime/builtin.ts'
import { webDigest } from '../runtime/web-digest.ts'
import { endpointUrl } from './endpoints.ts'

/** The client that a proof is for. */
export interface ProvenClient {
  /** The origin of the authority. */
  authority: string
  tenantId: string
  clientId: string
}

/**
 * The start of the hashed text, so that a proof is never confused with the hash of something else, or with a later
 * version.
 */
const label = 'entrada proof 1'

/**
 * Names the records of an authenticated client in a store that several programs share: a hash over what it
 * authenticated with. Knowing only the client id is not enough to find them. `undefined` if there is no hash function.
 */
async function clientProof(
  { authority, tenantId, clientId }: ProvenClient,
  evidence: string,
): Promise<string | undefined> {
  const text = JSON.stringify([label, authority, tenantId.toLowerCase(), clientId.toLowerCase(), evidence])
  const crypto = builtin('node:crypto')
  return crypto === undefined
    ? webDigest('SHA-256', text)
    : crypto.createHash('sha256').update(text).digest('base64url')
}

/** Whatever can show evidence: see `ClientAuthentication`. */
interface Evidently {
  evidence?(context: {
    tokenUrl: string
    tenantId: string
    signal: AbortSignal
  }): string | undefined | Promise<string | undefined>
}

/** The proof of a client from its current evidence. Rejects with the error of whatever makes the evidence. */
export async function prove(
  client: ProvenClient & { authenticate: Evidently },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { authority, tenantId, authenticate } = client
  const tokenUrl = endpointUrl(authority, tenantId, 'token')
  const evidence = await authenticate.evidence?.({ tokenUrl, tenantId, signal })
  return evidence === undefined ? undefined : clientProof(client, evidence)
}

/** The issuer, subject and audience in the payload of an assertion as evidence, or `undefined` if it does not state them. */
export function assertionEvidence(payload: string): string | undefined {
  try {
    const { iss, sub, aud } = JSON.parse(textOfBase64url(payload)) as Record<string, unknown>
    return typeof iss === 'string' && typeof sub === 'string' && aud !== undefined
      ? JSON.stringify([iss, sub, aud])
      : undefined
  } catch {
    return undefined
  }
}
