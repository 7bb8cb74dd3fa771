import { type Answer, JsonResponse } from '../http/answer.ts'
import type { ReceivedRequest } from '../http/received-request.ts'

/** A request with its outcome, for the emulator's own page. */
export interface SeenRequest {
  /** Counts up from 1. */
  number: number
  /** Milliseconds since the epoch, by the emulator's clock. */
  at: number
  request: ReceivedRequest
  /** `undefined` when a fault dropped the connection. */
  status: number | undefined
  /** The content of a JSON response. */
  content: unknown
  location: string | undefined
}

/** The last requests. */
export interface Traffic {
  /** Keeps a request, unless it is for the page itself, and returns what it keeps. */
  add(request: ReceivedRequest, at: number, answer: Answer): SeenRequest | undefined
  /** Those after a number, oldest first. */
  after(number: number): readonly SeenRequest[]
  /** Forgets them; later ones go on counting. */
  clear(): void
}

/** Nobody reads more of them on one page. */
const maxExchanges = 200

export function createTraffic(): Traffic {
  const seen: SeenRequest[] = []
  let number = 0
  return {
    add: (request, at, answer) => {
      if (request.path === '/') return undefined
      number += 1
      const response = answer.kind === 'dropped' ? undefined : answer.response
      const exchange: SeenRequest = {
        ...{ number, at, request },
        status: response?.status,
        content: response instanceof JsonResponse ? response.content : undefined,
        location: response?.headers.get('location') ?? undefined,
      }
      seen.push(exchange)
      if (seen.length > maxExchanges) seen.shift()
      return exchange
    },
    after: (last) => seen.filter((each) => each.number > last),
    clear: () => {
      seen.length = 0
    },
  }
}
