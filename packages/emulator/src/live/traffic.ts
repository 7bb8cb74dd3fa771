import type { Answer } from '../answer.ts'
import { JsonResponse } from '../json-response.ts'
import type { ReceivedRequest } from '../received-request.ts'

/** A request with what became of it, for the emulator's own page. */
export interface SeenRequest {
  /** Counts up from 1. */
  number: number
  /** Milliseconds since the epoch, by the emulator's clock. */
  at: number
  request: ReceivedRequest
  /** `undefined` when a fault dropped the connection. */
  status: number | undefined
  /** What was answered as JSON. */
  content: unknown
  location: string | undefined
}

/** The last requests. */
export interface Traffic {
  add(request: ReceivedRequest, at: number, answer: Answer): void
  /** Those after a number, oldest first. */
  after(number: number): readonly SeenRequest[]
}

/** A page of them is read in one go, so more would not be. */
const CAPACITY = 200

export function createTraffic(): Traffic {
  const seen: SeenRequest[] = []
  let number = 0
  return {
    add: (request, at, answer) => {
      number += 1
      const response = answer.kind === 'dropped' ? undefined : answer.response
      seen.push({
        ...{ number, at, request },
        status: response?.status,
        content: response instanceof JsonResponse ? response.content : undefined,
        location: response?.headers.get('location') ?? undefined,
      })
      if (seen.length > CAPACITY) seen.shift()
    },
    after: (last) => seen.filter((each) => each.number > last),
  }
}
