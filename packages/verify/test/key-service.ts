import type { Fetch } from '../src/index.ts'
import type { TestKey } from './azure-tokens.ts'

/** An issuer's key endpoint, as far as a verifier sees it. */
export interface KeyService {
  fetch: Fetch
  /** The addresses that were asked, in order. */
  asked: string[]
  /** What it publishes. */
  keys: readonly TestKey[]
  /** What it does instead of answering. */
  fault: (() => Response | Promise<Response>) | undefined
}

export function startKeyService(...keys: readonly TestKey[]): KeyService {
  const service: KeyService = {
    keys,
    asked: [],
    fault: undefined,
    fetch: async (url) => {
      service.asked.push(url)
      return service.fault?.() ?? Response.json({ keys: service.keys.map(({ jwk }) => jwk) })
    },
  }
  return service
}
