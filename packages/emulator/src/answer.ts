import { setTimeout as wait } from 'node:timers/promises'
import type { Fault } from './faults.ts'
import { json } from './json-response.ts'
import type { ReceivedRequest } from './received-request.ts'
import { Refusal, refusalResponse } from './refusal.ts'

/** What a request gets: a response, a response that breaks off half-way, or a closed connection. */
export type Answer = { kind: 'response' | 'truncated'; response: Response } | { kind: 'dropped' }

/** Who answers a request. */
export interface Answerer {
  /** Makes the answer that is given without a fault. */
  normal(): Promise<Response>
  /** What it says with a status, where a fault gives nothing else. Default: as Entra ID refuses. */
  refusal?(status: number): Response
}

/** Plays a fault over a request; any of `signals` cuts a delay short. */
export async function answerWith(
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
  const refusal = new Refusal(aadsts ?? (status === 429 ? 90055 : 90033), {
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
