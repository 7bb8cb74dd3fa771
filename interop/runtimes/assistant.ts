import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { assertionOf } from '../../packages/entrada/test/contract/assertion.ts'
import { signInAt } from '../../packages/entrada/test/sign-in/person.ts'
import { user, type World } from '../../packages/entrada/test/world.ts'

export interface Assistant {
  /** Where the abilities ask: a path is what is wanted, and one part more what it is about. */
  url: string
  close(): void
}

/**
 * Does what a person or the authority would do, for abilities that are tried in another program, a page or a worker.
 * `proxied` counts the connections of the proxy.
 */
export async function startAssistant(world: World, proxied: () => number): Promise<Assistant> {
  const { emulator } = world
  const acts: Record<string, (about: string) => unknown> = {
    code: () => world.code(),
    assertion: () => assertionOf(world),
    asked: (scope) => world.tokenRequests(scope),
    'refuse-once': () => emulator.faults.next({ status: 503 }),
    approve: (userCode) => emulator.approveDeviceCode(userCode, { user }),
    browse: async (url) => (await signInAt(url, emulator)).status,
    proxied,
  }
  const forward = async (url: string, request: IncomingMessage): Promise<Response> => {
    const { method = '', headers } = request
    return emulator.fetch(url, {
      method,
      headers: { 'content-type': headers['content-type'] ?? '' },
      body: await text(request),
    })
  }
  const server = createServer(async (request, response) => {
    const [, act = '', about = ''] = request.url?.split('/') ?? []
    const answer = async (): Promise<unknown> => acts[act]?.(decodeURIComponent(about))
    if (act === 'gateway') {
      const forwarded = await forward(decodeURIComponent(about), request)
      response.writeHead(forwarded.status, { 'access-control-allow-origin': '*' }).end(await forwarded.text())
      return
    }
    const [status, words] = await answer().then(
      (said) => [200, String(said ?? '')] as const,
      (error: unknown) => [500, String(error)] as const,
    )
    response.writeHead(status, { 'access-control-allow-origin': '*' }).end(words)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close().closeAllConnections() }
}
