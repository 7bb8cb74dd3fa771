import type { Answer, Answerer } from '../answer.ts'
import { isLoopback } from '../host.ts'
import type { ReceivedRequest } from '../received-request.ts'
import type { LoggedRequest } from '../request-log.ts'
import type { HostKind } from './host-kind.ts'
import { hostJson } from './host-response.ts'
import { IMDS_HOST } from './imds.ts'

/** A host that runs, as the handler of requests knows it. */
export interface RunningHost {
  port: number
  kind: HostKind
  /** The log's entries of the requests that it got. */
  seen: WeakSet<LoggedRequest>
}

/** The hosts that run. */
export interface Hosts {
  add(host: RunningHost): void
  remove(host: RunningHost): void
  /** The one that a request is for, by its port; without sockets the latest IMDS has its address in Azure, too. */
  find(request: Pick<ReceivedRequest, 'host' | 'hostname'>): RunningHost | undefined
}

export function createHosts(): Hosts {
  const running: RunningHost[] = []
  return {
    add: (host) => void running.push(host),
    remove: (host) => void (running.includes(host) && running.splice(running.indexOf(host), 1)),
    find: ({ host, hostname }) => {
      if (host === IMDS_HOST) return running.findLast(({ kind }) => kind.name === 'imds')
      const port = Number(/:(\d+)$/.exec(host)?.[1])
      return isLoopback(hostname) ? running.find((each) => each.port === port) : undefined
    },
  }
}

/** Answers a request at its host. `play` plays the script of faults; `elsewhere` answers what is no host's matter. */
export async function serveAt(
  { kind }: RunningHost,
  request: ReceivedRequest,
  play: (answerer: Answerer) => Promise<Answer>,
  elsewhere: () => Promise<Response>,
): Promise<Answer> {
  const { limit } = kind
  // The Azure CLI ends the address with a slash, and @azure/identity does.
  const path = request.path.toLowerCase().replace(/\/$/, '')
  if (path !== kind.path) {
    const missing = async (): Promise<Response> => refused(404, 'not_found', 'The host has no such address.')
    // A machine's instance metadata has more than tokens.
    return play({ normal: kind.name === 'imds' && path.startsWith('/metadata/instance/') ? elsewhere : missing })
  }
  if (limit && !limit.enter()) return { kind: 'response', response: kind.refusal(429) }
  try {
    return await play({ normal: () => answer(kind, request), refusal: kind.refusal })
  } finally {
    limit?.leave()
  }
}

/** No web page gets a token, nor learns what a host says. */
async function answer(kind: HostKind, request: ReceivedRequest): Promise<Response> {
  const { method, headers } = request
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) {
    return refused(403, 'access_denied', 'The request is from a web page, which gets no token.')
  }
  if (method !== kind.method) return refused(405, 'method_not_allowed', `This address takes ${kind.method} only.`)
  return kind.answer(request)
}

function refused(status: number, error: string, description: string): Response {
  return hostJson({ error, error_description: description }, status)
}
