import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A token endpoint that does nothing but answer and count. */
export interface TokenService extends AsyncDisposable {
  port: number
  /** How often a token was asked for, by the id of its user. */
  requests: ReadonlyMap<string, number>
}

/** Starts one, on loopback without TLS: what a fleet asks for is measured, and not how fast keys sign. */
export async function startTokenService(): Promise<TokenService> {
  const requests = new Map<string, number>()
  let issued = 0
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const user = subjectId(new URLSearchParams(body).get('assertion') ?? '')
    requests.set(user, (requests.get(user) ?? 0) + 1)
    const token = `${'x'.repeat(1990)}${issued++}`
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ token_type: 'Bearer', expires_in: 86_000, access_token: token }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The id of a user to the library: the partition of the user's records is made of it. */
export function subjectId(assertion: string): string {
  return createHash('sha256').update(assertion).digest('base64url')
}
