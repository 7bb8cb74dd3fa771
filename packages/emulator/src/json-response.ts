import { randomUUID } from 'node:crypto'

export interface JsonResponseOptions {
  status?: number
  /** Becomes `x-ms-request-id`; Entra ID's errors repeat it as `trace_id`. Default a new GUID. */
  requestId?: string
  headers?: Readonly<Record<string, string>>
}

/** A JSON answer whose content can still be read by the emulator once its text is on its way. */
export class JsonResponse extends Response {
  readonly content: unknown

  constructor(content: unknown, init: ResponseInit) {
    super(JSON.stringify(content), init)
    this.content = content
  }
}

/** A JSON answer with the headers that Entra ID gives all of its own. */
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
