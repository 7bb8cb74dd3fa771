/**
 * A token endpoint without a network, where thousands of tokens are needed in the cache: both libraries get the same
 * answers, ours through `fetch`, the peer through `httpClient`. Everything else is measured over TLS.
 */
import { createDefaultHttpClient, createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline'
import type { Transport } from 'entrada'

/** A token of about 2 kB, none like another. */
let count = 0
function answer(): string {
  const token = `${'x'.repeat(1990)}${count++}`
  return JSON.stringify({ token_type: 'Bearer', expires_in: 86_000, ext_expires_in: 86_000, access_token: token })
}

export const standInFetch: Transport = () => ({
  status: 200,
  headers: { get: () => undefined },
  text: async () => answer(),
})

export const standInHttpClient: HttpClient = {
  async sendRequest(request) {
    return {
      request,
      status: 200,
      headers: createHttpHeaders({ 'content-type': 'application/json' }),
      bodyAsText: answer(),
    }
  },
}

/** The peer's own client, which counts what it sends to the token endpoint. */
export function countingHttpClient(): HttpClient & { requests: number } {
  const client = createDefaultHttpClient()
  const counting = {
    requests: 0,
    sendRequest: (request: Parameters<HttpClient['sendRequest']>[0]) => {
      if (request.url.includes('/token')) counting.requests++
      return client.sendRequest(request)
    },
  }
  return counting
}
