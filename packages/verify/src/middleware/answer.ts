import type { ServerResponse } from 'node:http'
import type { KeysUnavailable, TokenRejected } from '../rejection/token-rejected.ts'

/** Answers a request of Node: status and header, without a body. */
export function answer(response: ServerResponse, error: TokenRejected | KeysUnavailable): void {
  // What has begun cannot be taken back; the caller must not take it for complete.
  if (response.headersSent) response.destroy()
  else response.writeHead(error.statusCode, { ...error.headers }).end()
}
