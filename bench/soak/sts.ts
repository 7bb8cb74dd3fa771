import { once, setMaxListeners } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { trueNow } from './clock.ts'
import type { Asked, Exchange } from './faults/exchange.ts'
import type { FaultPlan } from './faults/plan.ts'
import type { Ledger } from './ledger.ts'
import type { Random } from './random.ts'
import { readRequest } from './read-request.ts'

/** The token service of a run: Entra ID's endpoint, App Service's and IMDS's, on loopback. */
export interface Sts {
  url: string
  /** Connections that are open now. */
  connections(): number
  close(): Promise<void>
}

export interface StsOptions {
  plan: FaultPlan
  ledger: Ledger
  random: Random
  /** Called for a request that none of our credentials should send, such as one that follows a redirect. */
  onStray(what: string): void
}

/** Starts it. Every answer is drawn by the plan, and every token is in the ledger before it is sent. */
export async function startSts(options: StsOptions): Promise<Sts> {
  const sockets = new Set<Socket>()
  const ending = new AbortController()
  // Each answer that is held back waits for it.
  setMaxListeners(0, ending.signal)
  const server = createServer((request, response) => void serve(request, response, options, ending.signal))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Faults reset and cut connections, and so do callers who abort.
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => sockets.size,
    close: () => close(server, ending),
  }
}

async function close(server: Server, ending: AbortController): Promise<void> {
  ending.abort()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { plan, ledger, random, onStray }: StsOptions,
  ending: AbortSignal,
): Promise<void> {
  const askedAt = trueNow()
  try {
    const asked = await readRequest(request)
    if (asked === undefined) {
      onStray(`${request.method} ${request.url}`)
      response.writeHead(404).end()
      return
    }
    const [name, fault] = plan.next()
    ledger.note(asked.instance, asked, name)
    await fault(exchangeOf({ ...asked, askedAt }, name, { response, ledger, random, ending }))
  } catch {
    // The client has gone while its request was read or answered.
    response.destroy()
  }
}

interface Means {
  response: ServerResponse
  ledger: Ledger
  random: Random
  ending: AbortSignal
}

function exchangeOf(
  asked: Asked & { askedAt: number },
  fault: string,
  { response, ledger, random, ending }: Means,
): Exchange {
  const issue = (lifeMs = lifeOf(random)) => ledger.issue(asked, lifeMs, fault)
  return {
    asked,
    response,
    random,
    issue,
    again: () => ledger.again(asked) ?? issue(),
    stranger: () => ledger.issue({ ...asked, who: 'stranger' }, 60_000, fault),
    pause: (milliseconds) => pause(milliseconds, ending),
  }
}

/** Lives are short, so that tokens are refreshed all the time; a few are long enough to be refreshed behind. */
function lifeOf(random: Random): number {
  if (random.chance(0.65)) return random.between(5_000, 25_000)
  return random.chance(0.7) ? random.between(25_000, 60_000) : random.between(60_000, 120_000)
}

function pause(milliseconds: number, ending: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      ending.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    ending.addEventListener('abort', end)
  })
}
