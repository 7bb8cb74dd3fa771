import { ClientSecretCredential, type ClientSecretCredentialOptions, type EntradaEvent, type Transport } from 'entrada'
import type { TokenStore } from 'entrada/store'
import { clientId, tenantId } from '../world.ts'

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
  const clock = { time: Date.UTC(2030, 0, 1) }
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
