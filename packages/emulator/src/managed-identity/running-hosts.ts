import type { Answer, Answerer } from '../http/answer.ts'
import { isLoopback } from '../http/host-names.ts'
import type { ReceivedRequest } from '../http/received-request.ts'
import type { LoggedRequest } from '../http/request-log.ts'
import type { HostKind } from './host-kind.ts'
import { hostJson } from './host-response.ts'
import { imdsHost } from './imds.ts'

/** A running host, as the handler sees it. */
export interface RunningHost {
  port: number
  kind: HostKind
  /** The log entries of the requests that it received. */
  seen: WeakSet<LoggedRequest>
}

/** The running hosts. */
export interface RunningHosts {
  add(host: RunningHost): void
  remove(host: RunningHost): void
  /**
   * The answer of the host that a request is for, by its port; without sockets the latest IMDS also has its address in
   * Azure. `play` plays the script of faults; `elsewhere` answers requests that are not for a host.
   */
  answer(
    request: ReceivedRequest,
    entry: LoggedRequest,
    play: (answerer: Answerer) => Promise<Answer>,
    elsewhere: () => Promise<Response>,
  ): Promise<Answer> | undefined
}

export function createRunningHosts(): RunningHosts {
  const running: RunningHost[] = []
  const find = ({ host, hostname }: ReceivedRequest): RunningHost | undefined => {
    if (host === imdsHost) return running.findLast(({ kind }) => kind.name === 'imds')
    const port = Number(/:(\d+)$/.exec(host)?.[1])
    return isLoopback(hostname) ? running.find((each) => each.port === port) : undefined
  }
  return {
    add: (host) => void running.push(host),
    remove: (host) => void (running.includes(host) && running.splice(running.indexOf(host), 1)),
    answer: (request, entry, play, elsewhere) => {
      const host = find(request)
      host?.seen.add(entry)
      return host && answerAt(host, request, play, elsewhere)
    },
  }
}

async function answerAt(
  { kind }: RunningHost,
  request: ReceivedRequest,
  play: (answerer: Answerer) => Promise<Answer>,
  elsewhere: () => Promise<Response>,
): Promise<Answer> {
  const { limit } = kind
  // The Azure CLI and @azure/identity add a trailing slash.
  const path = request.path.toLowerCase().replace(/\/$/, '')
  if (path !== kind.path) {
    const missing = async (): Promise<Response> => refused(404, 'not_found', 'The host has no such endpoint.')
    // A machine's instance metadata offers more than tokens.
    return play({ normal: kind.name === 'imds' && path.startsWith('/metadata/instance/') ? elsewhere : missing })
  }
  if (limit && !limit.enter()) return { kind: 'response', response: kind.refusal(429) }
  try {
    return await play({ normal: () => answer(kind, request), refusal: kind.refusal })
  } finally {
    limit?.leave()
  }
}

/** A web page must neither get a token nor see a host's response. */
async function answer(kind: HostKind, request: ReceivedRequest): Promise<Response> {
  const { method, headers } = request
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) {
    return refused(403, 'access_denied', 'The request is from a web page, which must not get a token.')
  }
  if (method !== kind.method) return refused(405, 'method_not_allowed', `This endpoint accepts ${kind.method} only.`)
  return kind.answer(request)
}

function refused(status: number, error: string, description: string): Response {
  return hostJson({ error, error_description: description }, status)
}
