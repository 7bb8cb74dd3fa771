import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Graph, as far as the examples use it. */
export interface GraphStandIn extends AsyncDisposable {
  url: string
  /** With which it was called. */
  tokens: string[]
}

export async function startGraph(): Promise<GraphStandIn> {
  const tokens: string[] = []
  const graph = createServer(({ url, headers }, response) => {
    tokens.push(headers.authorization?.replace(/^Bearer /, '') ?? '')
    response.writeHead(url === '/v1.0/me' ? 200 : 404).end('{ "displayName": "Ada Lovelace" }')
  }).listen(0, '127.0.0.1')
  await once(graph, 'listening')
  const url = `http://127.0.0.1:${(graph.address() as AddressInfo).port}`
  return {
    url,
    tokens,
    async [Symbol.asyncDispose]() {
      graph.close()
      await once(graph, 'close')
    },
  }
}
