import { createHash } from 'node:crypto'
import { ClientSecretCredential, type ClientSecretCredentialOptions, type EntradaEvent, type Transport } from 'entrada'
import type { TokenKey, TokenRecord, TokenStore } from 'entrada/store'
import { clientId, scope, tenantId } from '../world.ts'

/** What stands in the key of a record of these credentials: a hash of their secret. */
const proof = createHash('sha256')
  .update(JSON.stringify(['entrada proof 1', 'https://login.microsoftonline.com', tenantId, clientId, 'a secret']))
  .digest('base64url')

/** The time at which these worlds begin, in milliseconds since the epoch. */
export const start: number = Date.UTC(2030, 0, 1)

/** The key of the token of these credentials. */
export const key: TokenKey = {
  kind: 'access',
  partition: 'app',
  environment: 'login.microsoftonline.com',
  clientId,
  realm: tenantId,
  target: scope,
  cae: false,
  proof,
}

/** A record of a token of theirs that lasts an hour from when it was cached. */
export function storedToken(fields: Partial<TokenRecord> = {}): TokenRecord {
  const { cachedAt = start } = fields
  return { key, secret: 'stored-token', tokenType: 'Bearer', cachedAt, expiresAt: cachedAt + 3_600_000, ...fields }
}

/** A token endpoint without a socket, whose every answer is another token, and a clock. */
export interface StoredWorld {
  clock: { time: number }
  /** The forms that were sent, with their address. */
  sent: { url: string; form: Record<string, string> }[]
  events: EntradaEvent[]
  /** What the endpoint answers from now on; `undefined` is a token of an hour. */
  answer: { next: (() => Response | Promise<Response>) | undefined }
  credential(
    options?: ClientSecretCredentialOptions,
    identity?: { clientId?: string; secret?: string },
  ): ClientSecretCredential
}

export function createStoredWorld(store?: TokenStore): StoredWorld {
  const clock = { time: start }
  const sent: StoredWorld['sent'] = []
  const events: EntradaEvent[] = []
  const answer: StoredWorld['answer'] = { next: undefined }
  const fetch: Transport = (url, { body }) => {
    sent.push({ url, form: Object.fromEntries(new URLSearchParams(body)) })
    const token = `token-${sent.length}`
    return answer.next?.() ?? Response.json({ access_token: token, token_type: 'Bearer', expires_in: 3600 })
  }
  return {
    clock,
    sent,
    events,
    answer,
    credential: (options = {}, { clientId: client = clientId, secret = 'a secret' } = {}) =>
      new ClientSecretCredential(tenantId, client, secret, {
        fetch,
        onEvent: (event) => events.push(event),
        ...(store === undefined ? {} : { tokenStore: store }),
        host: { now: () => clock.time, env: {}, sleep: untilAborted },
        ...options,
      }),
  }
}

/** A wait that only an abort ends: no read of a store times out unless a test says so. */
function untilAborted(_: number, signal: AbortSignal): Promise<void> {
  return new Promise((__, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

/** Holds the next request until it is answered; those after it are answered at once. */
export function holdAnswer(world: Pick<StoredWorld, 'answer'>): (response: Response) => void {
  let answer: (response: Response) => void = () => undefined
  const response = new Promise<Response>((resolve) => {
    answer = resolve
  })
  world.answer.next = () => {
    world.answer.next = undefined
    return response
  }
  return answer
}
