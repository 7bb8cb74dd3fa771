import { setTimeout as wait } from 'node:timers/promises'
import { type Answer, type Answerer, json } from '../http/answer.ts'
import type { ReceivedRequest } from '../http/received-request.ts'
import { cataloguedCode } from '../refusal/codes.ts'
import { refusalResponse, scriptedRefusal } from '../refusal/refusal.ts'

/** What goes wrong with one request. Without `status`, `body`, `redirect` or `aadsts`, the normal answer is sent. */
export interface Fault {
  /** The HTTP status of the answer, 200 to 599; the body is Entra ID's for it. */
  status?: number
  /** The `Retry-After` header: a number of seconds, or a string that is sent unchanged. */
  retryAfter?: number | string
  /** Headers that the answer has besides its own. */
  headers?: Record<string, string>
  /** Milliseconds before the answer; `close()` and a client that disconnects cut the wait short. */
  delay?: number
  /** Sent instead of the normal body; an object is sent as JSON. */
  body?: string | object
  /** Closes the connection without an answer. */
  drop?: boolean
  /** Announces the whole answer, sends half of it, then closes the connection. */
  truncate?: boolean
  /** Which requests it applies to, by path. Default: the token endpoints. */
  path?: RegExp
  /** Answers 302 (or `status`) to this address. */
  redirect?: string
  /** Answers with this code of the catalogue. */
  aadsts?: number
  /** The claims challenge to send with `aadsts`, as JSON. */
  claims?: string
  /** Instead of the catalogue's. */
  suberror?: string
}

/** The script of faults. */
export interface Faults {
  /** Plays each fault once, in order, for the next request whose path matches. */
  next(...faults: readonly Fault[]): void
  /** Plays a fault for every request that no `next` applies to; `undefined` ends it. */
  always(fault: Fault | undefined): void
  /** Forgets every fault that has not been played. */
  clear(): void
  /** How many faults passed to `next` have not been played yet. */
  readonly pending: number
}

const tokenEndpoints = /\/(oauth2\/(v2\.0\/)?|msi\/)token\/?$/i

/** The script, and a function that takes a request's fault from it. */
export function createFaults(): { faults: Faults; take(path: string): Fault | undefined } {
  const queue: Fault[] = []
  let standing: Fault | undefined
  const faults: Faults = {
    next: (...more) => void queue.push(...more.map(checked)),
    always: (fault) => {
      standing = fault && checked(fault)
    },
    clear: () => {
      queue.length = 0
      standing = undefined
    },
    get pending() {
      return queue.length
    },
  }
  const take = (path: string): Fault | undefined => {
    const index = queue.findIndex((fault) => fits(fault, path))
    if (index >= 0) return queue.splice(index, 1)[0]
    return standing && fits(standing, path) ? standing : undefined
  }
  return { faults, take }
}

// `search`, not `test`: with the g flag, `test` would remember where it stopped.
function fits(fault: Fault, path: string): boolean {
  return path.search(fault.path ?? tokenEndpoints) >= 0
}

/** Rejects faults that would otherwise fail inside a request, where a test could not see why. */
function checked(fault: Fault): Fault {
  if (fault.aadsts !== undefined) cataloguedCode(fault.aadsts)
  if (fault.status !== undefined && !(fault.status >= 200 && fault.status <= 599)) {
    throw new RangeError(`faults: status ${fault.status} cannot be sent. Use 200 to 599.`)
  }
  return { ...fault }
}

/** Plays a fault over a request; any of `signals` cuts a delay short. */
export async function playFault(
  fault: Fault | undefined,
  request: ReceivedRequest,
  now: () => number,
  signals: readonly AbortSignal[],
  { normal, refusal }: Answerer,
): Promise<Answer> {
  if (fault === undefined) return { kind: 'response', response: await normal() }
  if (fault.delay !== undefined && !(await delayed(fault.delay, signals))) return { kind: 'dropped' }
  if (fault.drop) return { kind: 'dropped' }
  const response = withHeaders(faulty(fault, request, now(), refusal) ?? (await normal()), fault)
  return { kind: fault.truncate ? 'truncated' : 'response', response }
}

/** Resolves to false when the wait was cut short. */
async function delayed(ms: number, signals: readonly AbortSignal[]): Promise<boolean> {
  const signal = AbortSignal.any([...signals])
  return wait(ms, true, { signal }).catch(() => false)
}

function faulty(
  fault: Fault,
  request: ReceivedRequest,
  now: number,
  refuse: Answerer['refusal'],
): Response | undefined {
  const { status, body, redirect, aadsts } = fault
  if (redirect !== undefined) return new Response(null, { status: status ?? 302, headers: { location: redirect } })
  if (typeof body === 'object') return json(body, status === undefined ? {} : { status })
  if (body !== undefined) {
    const init = { status: status ?? 200, headers: { 'content-type': contentType(body), 'cache-control': 'no-store' } }
    return new Response(init.status === 204 || init.status === 304 ? null : body, init)
  }
  if (aadsts === undefined && status === undefined) return undefined
  if (status !== undefined && status < 400 && aadsts === undefined) return new Response(null, { status })
  if (refuse !== undefined && status !== undefined && aadsts === undefined) return refuse(status)
  const { claims, suberror } = fault
  const code = cataloguedCode(aadsts ?? (status === 429 ? 90055 : 90033))
  const refusal = scriptedRefusal(code, {
    ...(status === undefined ? {} : { status }),
    ...(claims === undefined ? {} : { claims }),
    ...(suberror === undefined ? {} : { suberror }),
  })
  return refusalResponse(refusal, request, now)
}

function withHeaders(response: Response, fault: Fault): Response {
  if (fault.retryAfter !== undefined) response.headers.set('retry-after', String(fault.retryAfter))
  for (const [name, value] of Object.entries(fault.headers ?? {})) response.headers.set(name, value)
  return response
}

function contentType(body: string): string {
  if (/^\s*[{[]/.test(body)) return 'application/json; charset=utf-8'
  return /^\s*</.test(body) ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8'
}
