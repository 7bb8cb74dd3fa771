import { randomUUID } from 'node:crypto'

/** What a request gets: a response, a response that breaks off halfway, or a closed connection. */
export type Answer = { kind: 'response' | 'truncated'; response: Response } | { kind: 'dropped' }

/** Answers a request. */
export interface Answerer {
  /** The answer when no fault is scripted. */
  normal(): Promise<Response>
  /** The answer for a status, if a fault does not specify one. Default: an Entra ID refusal. */
  refusal?(status: number): Response
}

export interface JsonResponseOptions {
  status?: number
  /** Becomes `x-ms-request-id`; Entra ID's errors repeat it as `trace_id`. Default a new GUID. */
  requestId?: string
  headers?: Readonly<Record<string, string>>
}

/** A JSON response whose content the emulator can still read after it has been sent. */
export class JsonResponse extends Response {
  readonly content: unknown

  constructor(content: unknown, init: ResponseInit) {
    super(JSON.stringify(content), init)
    this.content = content
  }
}

/** A JSON response with the headers that Entra ID sends. */
export function json(body: unknown, options: JsonResponseOptions = {}): Response {
  return new JsonResponse(body, {
    status: options.status ?? 200,
    headers: {
      'cache-control': 'no-store, no-cache',
      pragma: 'no-cache',
      expires: '-1',
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-ms-ests-server': 'entrada-emulator',
      'x-ms-request-id': options.requestId ?? randomUUID(),
      ...options.headers,
    },
  })
}

/** An error of the emulator's own, where Entra ID has no AADSTS code. */
export function plainError(status: number, error: string, description: string): Response {
  return json({ error, error_description: description }, { status })
}
