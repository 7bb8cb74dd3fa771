import type { EndpointRequest, Family, FamilyName, Refusal } from './family.ts'
import type { Connection } from './peer-user.ts'
import { isSecret } from './secret.ts'

/** What a caller has to prove. */
export interface Proof {
  secret: string
  /** Families that are answered although their clients send no secret. */
  secretless: ReadonlySet<FamilyName>
  /** The user whose programs need no secret for those. */
  ownUser(): number | undefined
  peerUser(connection: Connection): Promise<number | undefined>
}

export interface Caller {
  family: Family
  request: EndpointRequest
  /** The secret in the path, where there is one. */
  pathSecret: string | undefined
  connection: Connection
}

/**
 * Why a caller gets nothing; `undefined` for one that may ask. Clients that send a secret are known by it. Of the others, a
 * client that keeps the path of its address is known by the secret in it, and the rest by the user they run as.
 */
export async function proveCaller(proof: Proof, caller: Caller): Promise<Refusal | undefined> {
  const { family, request, pathSecret } = caller
  if (family.shownSecret) {
    const shown = family.shownSecret(request)
    if (isSecret(shown, proof.secret)) return undefined
    return { status: 403, reason: shown === undefined ? 'The secret is missing.' : 'The secret is wrong.' }
  }
  if (!proof.secretless.has(family.name)) {
    return {
      status: 404,
      reason: `Clients of this kind send no secret, and are not answered. --for ${family.name} allows them.`,
    }
  }
  if (pathSecret !== undefined) {
    return isSecret(pathSecret, proof.secret) ? undefined : { status: 403, reason: 'The secret in the path is wrong.' }
  }
  return proveUser(proof, caller.connection)
}

async function proveUser({ ownUser, peerUser }: Proof, connection: Connection): Promise<Refusal | undefined> {
  const own = ownUser()
  const user = own === undefined ? undefined : await peerUser(connection)
  if (user !== undefined && user === own) return undefined
  const why =
    user === undefined
      ? 'which user the client runs as cannot be told here'
      : `the client runs as another user (id ${user})`
  return {
    status: 403,
    reason: `There is no secret in the path, and ${why}. Use the whole address, with the secret in it.`,
  }
}
